"""Bringing a prediction into the truth's frame by height and shift; never by rotation."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.evaluation.surface import Surface

Align = Literal["none", "height-shift"]
ALIGNMENTS: tuple[Align, ...] = ("none", "height-shift")

SAMPLES = 3_000
STRAY = 0.001
"""Share of the area that may lie beyond either end of the robust box (specks, single hairs)."""
STEPS = 30
SOFTNESS = 0.001
"""Distance in metres below which a sample pulls in proportion to its distance (Huber's loss)."""
STILL = 2e-5
"""Shift in metres after which the search ends."""


@dataclass(frozen=True)
class Placement:
    """prediction in the truth's frame = scale * prediction + shift (metres)."""

    scale: float
    shift: tuple[float, float, float]


def place(predicted: Surface, truth: Surface, align: Align) -> Placement:
    """How `predicted` is laid on `truth`.

    height-shift: scaled by the ratio of the heights, then shifted to the smallest mean distance between the two
    surfaces, both ways. Heights and the start of the search are those of the box that leaves out 0.1 % of the area
    at each end, so that a speck of dust does not decide. none: as they are. Raises UserError for a flat prediction.
    """
    if align == "none":
        return Placement(1.0, (0.0, 0.0, 0.0))
    points, goals = predicted.sample(SAMPLES)[0], truth.sample(SAMPLES)[0]
    low, high = _box(points)
    goal_low, goal_high = _box(goals)
    if high[2] - low[2] <= 0:
        raise UserError("The predicted mesh has no height; choose a mesh of a standing person, z or y up.")
    scale = (goal_high[2] - goal_low[2]) / (high[2] - low[2])
    start = (goal_low + goal_high) / 2 - scale * (low + high) / 2
    shift = start + closest_shift(predicted.moved(scale, start), truth)
    return Placement(float(scale), (float(shift[0]), float(shift[1]), float(shift[2])))


def closest_shift(predicted: Surface, truth: Surface) -> NDArray[np.float64]:
    """The shift (3,) of `predicted` that makes its mean distance from `truth`, both ways, smallest.

    Gauss-Newton on the distances along the nearest directions, weighted by 1/distance for the mean of the distances
    instead of their squares (iteratively reweighted least squares).
    """
    points, goals = predicted.sample(SAMPLES)[0], truth.sample(SAMPLES)[0]
    shift = np.zeros(3)
    for _ in range(STEPS):
        moved = points + shift
        gaps = np.concatenate([truth.closest(moved)[0] - moved, goals - predicted.closest(goals - shift)[0] - shift])
        step = _step(gaps)
        shift = shift + step
        if np.linalg.norm(step) < STILL:
            break
    return shift


def _step(gaps: NDArray) -> NDArray[np.float64]:
    distance = np.linalg.norm(gaps, axis=1)
    direction = gaps / np.maximum(distance, 1e-12)[:, None]
    weight = 1 / np.maximum(distance, SOFTNESS)
    normal = (direction * weight[:, None]).T @ direction + 1e-9 * len(gaps) * np.eye(3)
    return np.linalg.solve(normal, (gaps * weight[:, None]).sum(0))


def _box(points: NDArray) -> NDArray[np.float64]:
    return np.quantile(points, [STRAY, 1 - STRAY], axis=0)
