"""The training loop: any stage, with resume, a time budget, averaged weights, validation, a log and curves."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import cos, inf, pi
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.training import parallel
from engine.training.average import MovingAverage
from engine.training.curves import draw_curves

Batch = dict[str, Tensor]
Loss = Callable[[nn.Module, Batch], dict[str, Tensor]]
Validate = Callable[[nn.Module], float]
"""Error of a module (in evaluation mode) on people who take no part in the training; smaller is better."""


@dataclass(frozen=True)
class FitOptions:
    """minutes: training time in all, resumed runs counted in; the learning rate falls as a cosine over it.

    decay: of the weights' moving average. save_every, validate_every: seconds.
    """

    minutes: float
    learning_rate: float = 1e-3
    decay: float = 0.999
    save_every: float = 120.0
    validate_every: float = 120.0
    device: str = "cpu"


class Fit:
    """One training run of `module` with a checkpoint at `path` from which it resumes.

    At the end `module` has the averaged weights: the best by validation, or the last where nothing validates.
    """

    def __init__(self, module: nn.Module, path: Path, options: FitOptions, validate: Validate | None = None) -> None:
        self.module = module.to(options.device)
        self.path = path
        self.options = options
        self.validate = validate
        self.optimizer = torch.optim.AdamW(module.parameters(), lr=options.learning_rate, weight_decay=1e-4)
        self.average = MovingAverage(self.module, options.decay)
        self.best: dict[str, Any] = {"error": inf, "state": None}
        self.step, self.elapsed = 0, 0.0
        if path.exists():
            self._resume()

    def run(self, batches: Iterator[Batch], loss: Loss) -> None:
        """Train until the time is used up."""
        started = time.monotonic() - self.elapsed
        totals: dict[str, float] = {}
        due = {self._log: 30.0, self._check: self.options.validate_every, self._save: self.options.save_every}
        last = dict.fromkeys(due, self.elapsed)
        while self.elapsed < self.options.minutes * 60:
            for name, value in self.update(next(batches), loss).items():
                totals[name] = 0.98 * totals.get(name, value) + 0.02 * value
            self.elapsed = parallel.agreed(time.monotonic() - started)
            for act, seconds in due.items():
                if self.elapsed - last[act] > seconds:
                    last[act] = self.elapsed
                    act(totals)
        self.finish(totals)

    def update(self, batch: Batch, loss: Loss) -> dict[str, float]:
        """One step; gives the terms of the loss."""
        done = min(1.0, self.elapsed / (self.options.minutes * 60))
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.learning_rate * (0.02 + 0.98 * (1 + cos(pi * done)) / 2) * min(1, self.step / 50)
        self.module.train()
        terms = loss(self.module, {k: v.to(self.options.device, non_blocking=True) for k, v in batch.items()})
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()
        parallel.average_gradients(self.module)
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.module)
        self.step += 1
        return {name: float(value.detach()) for name, value in terms.items()}

    def finish(self, totals: dict[str, float]) -> None:
        """Give the module the best averaged weights and save."""
        self._check(totals)
        self._log(totals)
        self._save(totals)
        self.module.load_state_dict(self.best["state"] or self.average.module.state_dict())

    def _check(self, totals: dict[str, float]) -> None:
        """Validate the averaged weights and keep them if they are the best so far."""
        if self.validate is None or parallel.rank() > 0:
            return
        error = totals["validation"] = self.validate(self.average.module)
        if error < self.best["error"]:
            state = {name: tensor.clone() for name, tensor in self.average.module.state_dict().items()}
            self.best = {"error": error, "state": state}

    def _log(self, totals: dict[str, float]) -> None:
        if parallel.rank() > 0:
            return
        entry = {"step": self.step, "seconds": round(self.elapsed), **{k: round(v, 5) for k, v in totals.items()}}
        log = self.path.with_suffix(".jsonl")
        with log.open("a") as file:
            file.write(json.dumps(entry) + "\n")
        draw_curves(log, self.path.with_suffix(".png"))

    def _save(self, _: dict[str, float]) -> None:
        """Write the checkpoint; an interruption leaves the old one."""
        if parallel.rank() > 0:
            return
        part = self.path.with_suffix(".part")
        torch.save(self._state(), part)
        os.replace(part, self.path)

    def _state(self) -> dict[str, Any]:
        return {
            "module": self.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": {"state": self.average.module.state_dict(), "steps": self.average.steps},
            "best": self.best,
            "step": self.step,
            "elapsed": self.elapsed,
        }

    def _resume(self) -> None:
        state = torch.load(self.path, map_location=self.options.device, weights_only=True)
        self.module.load_state_dict(state["module"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.module.load_state_dict(state["average"]["state"])
        self.average.steps, self.best = state["average"]["steps"], state["best"]
        self.step, self.elapsed = state["step"], state["elapsed"]
