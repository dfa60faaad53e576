"""Teaches the network that reads folds from light and shade (see `engine.networks.relief`).

python -m engine.training.relief ASSETS [--people N] [--minutes M] [-o FILE]
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, smooth_l1_loss

from engine.camera import CANVAS, UNIT
from engine.networks.relief import BASE, STEP, WEIGHTS, Relief, inputs, known_surface, smooth_places
from engine.render.maps import render_maps
from engine.render.shading import random_lighting
from engine.training.creases import sample_patch, smooth_noise
from engine.training.fit import Batch, FitOptions
from engine.training.half import learn, parser_of
from engine.training.people import load_wardrobe, sample_person
from engine.training.people.wardrobe import Wardrobe
from engine.training.photographs import develop
from engine.training.precision import mixed
from engine.training.render_views import random_view
from engine.training.smooth import tessellated

SIDE = 128
_RIM = 32
"""Pixels around a made-up patch that are cut off, because filters do not see beyond its border."""
_BESIDE = 12
"""Pixels beside jumps and contours in which no relief is learned, because the smoothed surface is wrong there."""
_PEOPLE = 0.4
"""Share of the examples that show synthetic people."""
_SCALES = (1, 2, 4, 8)
_BETA = 0.2
"""Slope beyond which an error counts linearly."""
_BATCH, _RATE = 8, 3e-3

Float = NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """seen: (7, S, S) the network's input. height: (S, S) above the known surface. counts: (S, S), 1 = is learned."""

    seen: Tensor
    height: Float
    counts: Float


@dataclass(frozen=True)
class Sight:
    """A synthetic person at the network's resolution: photo (H, W, 3), heights (H, W) in pixels towards the camera, and
    the mask."""

    photo: NDArray[np.uint8]
    heights: Float
    mask: NDArray[np.bool_]


def sight(rng: np.random.Generator, wardrobe: Wardrobe) -> Sight:
    """A random person in a random view."""
    person = sample_person(rng, wardrobe)
    view = random_view(rng, person.mesh.vertices)
    seen = render_maps(tessellated(person.mesh, 2), None, view, CANVAS // STEP, lighting=random_lighting(rng))
    return Sight(develop(seen, rng), -seen.front.depth * np.float32(UNIT / STEP), seen.mask)


def made_up(rng: np.random.Generator) -> Example:
    """A made-up patch. The surface is known in part, and not well."""
    patch = sample_patch(rng, SIDE + 2 * _RIM)
    coarse = cv2.GaussianBlur(patch.height, (0, 0), BASE) * np.float32(rng.uniform(0, 1) * rng.integers(2))
    error = smooth_noise(rng, SIDE + 2 * _RIM, rng.uniform(50, 150)) * rng.uniform(0, 3)
    inner = np.s_[_RIM:-_RIM, _RIM:-_RIM]
    seen = inputs(patch.picture, (patch.base + coarse + error).astype(np.float32))[0]
    return Example(seen[:, *inner], (patch.height - coarse)[inner], np.ones((SIDE, SIDE), np.float32))


def of_person(rng: np.random.Generator, person: Sight) -> Example:
    """A random part of a person; what is finer than the smoothed surface is the relief."""
    rows, columns = np.nonzero(person.mask)
    middle, limit = rng.integers(len(rows)), len(person.mask) - SIDE
    top, left = (int(np.clip(at[middle] - SIDE // 2, 0, limit)) for at in (rows, columns))
    above, before = min(top, _RIM), min(left, _RIM)
    wide = np.s_[top - above : top + SIDE + _RIM, left - before : left + SIDE + _RIM]
    heights, mask, photo = person.heights[wide], person.mask[wide], person.photo[wide]
    known = known_surface(heights, mask)
    seen = inputs(np.where(mask[..., None], photo, np.uint8(0)), known)[0]
    window = np.ones((2 * _BESIDE + 1, 2 * _BESIDE + 1), np.uint8)
    counts = cv2.erode(smooth_places(heights, mask).astype(np.uint8), window).astype(np.float32)
    part = np.s_[above : above + SIDE, before : before + SIDE]
    return Example(seen[:, *part], np.where(mask, heights - known, 0)[part].astype(np.float32), counts[part])


def batches(people: Sequence[Sight], batch: int, seed: int) -> Iterator[Batch]:
    """Endless random batches: made-up patches and parts of people, half of them mirrored."""
    rng = np.random.default_rng(seed)
    while True:
        examples = [_example(rng, people) for _ in range(batch)]
        yield {
            "seen": torch.stack([one.seen for one in examples]),
            "height": torch.from_numpy(np.stack([one.height for one in examples]))[:, None],
            "counts": torch.from_numpy(np.stack([one.counts for one in examples]))[:, None],
        }


def _example(rng: np.random.Generator, people: Sequence[Sight]) -> Example:
    if not people or rng.random() > _PEOPLE:
        return made_up(rng)
    one = of_person(rng, people[rng.integers(len(people))])
    return one if rng.random() < 0.5 else _mirrored(one)


def _mirrored(one: Example) -> Example:
    sign = torch.tensor([1, 1, 1, 1, -1, 1, 1.0])[:, None, None]
    return Example(one.seen.flip(-1) * sign, one.height[:, ::-1].copy(), one.counts[:, ::-1].copy())


def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Smooth L1 of the slopes, at several resolutions."""
    with mixed(batch["seen"]):
        height = module(batch["seen"].contiguous(memory_format=torch.channels_last))
    error, counts = height.float() - batch["height"], batch["counts"]
    terms = {}
    for scale in _SCALES:
        coarse, known = avg_pool2d(error, scale) / scale, (avg_pool2d(counts, scale) > 0.999).float()
        terms[f"slope{scale}"] = _slope_error(coarse, known, -1) + _slope_error(coarse, known, -2)
    return terms


def _slope_error(error: Tensor, known: Tensor, axis: int) -> Tensor:
    """Error of the differences between neighbours along an axis, over those that are both known."""
    count = error.shape[axis] - 1
    both = known.narrow(axis, 1, count) * known.narrow(axis, 0, count)
    wrong = smooth_l1_loss(error.diff(dim=axis), torch.zeros_like(both), reduction="none", beta=_BETA)
    return (wrong * both).sum() / both.sum().clamp(min=1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = parser_of(__doc__, 60, WEIGHTS)
    parser.add_argument("assets", type=Path)
    parser.add_argument("--people", type=int, default=240)
    options = parser.parse_args(arguments)
    wardrobe = load_wardrobe(options.assets)
    people = [sight(np.random.default_rng([17, i]), wardrobe) for i in range(options.people)]
    torch.manual_seed(0)
    settings = FitOptions(options.minutes, _RATE, 0.998, device=options.device)
    learn(Relief(), options.output, settings, batches(people, _BATCH, 0), loss)


if __name__ == "__main__":
    main()
