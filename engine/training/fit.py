"""The training loop: any stage, with resume, a time budget and a log."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import cos, pi
from pathlib import Path

import torch
from torch import Tensor, nn

Batch = dict[str, Tensor]
Loss = Callable[[nn.Module, Batch], dict[str, Tensor]]


@dataclass(frozen=True)
class FitOptions:
    """minutes: training time in all, resumed runs counted in; the learning rate falls as a cosine over it."""

    minutes: float
    learning_rate: float = 1e-3
    save_every: float = 120.0
    device: str = "cpu"


class Fit:
    """One training run of `module` with a checkpoint at `path` from which it resumes."""

    def __init__(self, module: nn.Module, path: Path, options: FitOptions) -> None:
        self.module = module.to(options.device)
        self.path = path
        self.options = options
        self.optimizer = torch.optim.AdamW(module.parameters(), lr=options.learning_rate, weight_decay=1e-4)
        self.step, self.elapsed = 0, 0.0
        if path.exists():
            self._resume()

    def run(self, batches: Iterator[Batch], loss: Loss) -> None:
        """Train until the time is used up."""
        device, started = self.options.device, time.monotonic() - self.elapsed
        saved = logged = self.elapsed
        totals: dict[str, float] = {}
        while self.elapsed < self.options.minutes * 60:
            batch = {name: tensor.to(device, non_blocking=True) for name, tensor in next(batches).items()}
            terms = self._update(batch, loss)
            for name, value in terms.items():
                totals[name] = 0.98 * totals.get(name, value) + 0.02 * value
            self.elapsed = time.monotonic() - started
            if self.elapsed - logged > 30:
                logged = self.elapsed
                self._log(totals)
            if self.elapsed - saved > self.options.save_every:
                saved = self.elapsed
                self.save()
        self.save()

    def _update(self, batch: Batch, loss: Loss) -> dict[str, float]:
        done = min(1.0, self.elapsed / (self.options.minutes * 60))
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.learning_rate * (0.02 + 0.98 * (1 + cos(pi * done)) / 2) * min(1, self.step / 50)
        self.module.train()
        terms = loss(self.module, batch)
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return {name: float(value.detach()) for name, value in terms.items()}

    def _log(self, totals: dict[str, float]) -> None:
        entry = {"step": self.step, "seconds": round(self.elapsed), **{k: round(v, 5) for k, v in totals.items()}}
        with self.path.with_suffix(".jsonl").open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def save(self) -> None:
        """Write the checkpoint; an interruption leaves the old one."""
        state = {
            "module": self.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
        }
        part = self.path.with_suffix(".part")
        torch.save(state, part)
        os.replace(part, self.path)

    def _resume(self) -> None:
        state = torch.load(self.path, map_location=self.options.device, weights_only=True)
        self.module.load_state_dict(state["module"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.elapsed = state["step"], state["elapsed"]
