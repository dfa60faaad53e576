"""The stages of the training under their names: which networks learn from which data by which loss."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from engine.networks.graph import TwoK2K
from engine.training import coarse, parallel, parts, refine
from engine.training.fit import Batch, Fit, FitOptions, Loss

Batches = Callable[[Sequence[Path], int, int], Iterator[Batch]]
"""Data folders, batch size and seed -> endless batches."""

Panels = Callable[[nn.Module, Batch], list[Tensor]]
"""Pictures (B, 3, H, W) in 0..1 of what a module makes of a batch, beside the truth."""

_HELD_OUT = 16
"""Batches on which a stage is validated."""

_SHOWN = 4
_PANEL = 256
"""People in the picture of a stage's progress and the side of each panel in pixels."""


@dataclass(frozen=True)
class Stage:
    """module: the trainable part of the graph. finish: called with it at the end."""

    module: Callable[[TwoK2K], nn.Module]
    batches: Batches
    loss: Loss
    panels: Panels
    finish: Callable[[nn.Module], None] = lambda module: None


STAGES = {
    "coarse": Stage(coarse.Coarse, coarse.batches, coarse.loss, coarse.panels),
    "shared": Stage(parts.Parts, parts.batches, parts.shared_loss, parts.shared_panels, parts.share),
    "parts": Stage(parts.Parts, parts.batches, parts.loss, parts.panels),
    "refine": Stage(refine.Refine, refine.batches, refine.loss, refine.panels),
}
"""`shared` lets one network learn from all parts before `parts` makes five of it. Data: folders of views for `coarse`,
of crops for both kinds of parts, a folder of full-size views and one of their tiles for `refine`."""


@dataclass(frozen=True)
class Course:
    """How to train a stage. loaders: processes that read batches (0 = none beside this one)."""

    options: FitOptions
    batch: int = 8
    seed: int = 0
    loaders: int = 0


def fit_stage(
    network: TwoK2K,
    name: str,
    data: Sequence[Path],
    course: Course,
    checkpoint: Path,
    held_out: Sequence[Path] = (),
) -> None:
    """Train the networks of one stage in place, resuming from `checkpoint` (.fit).

    held_out: data of people who take no part, for choosing the best weights and for the picture of the progress. Under
    `torchrun` every process calls this with the same arguments.
    """
    parallel.join()
    stage = STAGES[name]
    torch.manual_seed(course.seed)
    options = replace(course.options, device=parallel.device(course.options.device))
    validate = _validator(stage, held_out, course, options.device, checkpoint) if held_out else None
    module = stage.module(network)
    batches = loaded(partial(stage.batches, data, course.batch), course.seed + 7919 * parallel.rank(), course.loaders)
    Fit(module, checkpoint, options, validate).run(batches, stage.loss)
    stage.finish(module)


def loaded(make: Callable[[int], Iterator[Batch]], seed: int, loaders: int) -> Iterator[Batch]:
    """Batches of `make(seed)`, read by as many processes, each with a seed of its own."""
    if loaders == 0:
        return make(seed)
    return iter(DataLoader(_Endless(make, seed), None, num_workers=loaders, multiprocessing_context="spawn"))


@dataclass
class _Endless(IterableDataset):
    make: Callable[[int], Iterator[Batch]]
    seed: int

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        return self.make(self.seed + 104729 * (worker.id if worker else 0))


def _validator(
    stage: Stage, held_out: Sequence[Path], course: Course, device: str, checkpoint: Path
) -> Callable[[nn.Module], float]:
    """Mean loss on the same batches every time; draws a picture beside the checkpoint."""
    source = stage.batches(held_out, course.batch, 1)
    batches = [{k: v.to(device) for k, v in next(source).items()} for _ in range(_HELD_OUT)]

    @torch.inference_mode()
    def validate(module: nn.Module) -> float:
        _draw(stage.panels(module, batches[0]), checkpoint.with_name(f"{checkpoint.stem}_seen.png"))
        return float(np.mean([float(sum(stage.loss(module, batch).values())) for batch in batches]))

    return validate


def _draw(panels: list[Tensor], path: Path) -> None:
    """One row for each person, one column for each panel."""
    columns = [interpolate(panel[:_SHOWN].float(), (_PANEL, _PANEL)).clamp(0, 1) for panel in panels]
    rows = torch.cat([torch.cat(list(column), 1) for column in columns], 2)
    cv2.imwrite(str(path), (rows.permute(1, 2, 0).cpu().numpy()[..., ::-1] * 255).round().astype(np.uint8))
