"""Bringing a prediction into the truth's frame: by height and shift, and by a small rotation only where asked for."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.errors import UserError
from engine.evaluation.surface import Surface

Align = Literal["none", "height-shift", "height-shift-icp"]
ALIGNMENTS: tuple[Align, ...] = ("none", "height-shift", "height-shift-icp")

SAMPLES = 3_000
STRAY = 0.001
"""Share of the area that may lie beyond either end of the robust box (specks, single hairs)."""
STEPS = 30
"""Most steps of the search for a shift; with a rotation three times as many, because surfaces slide slowly."""
SOFTNESS = 0.001
"""Distance in metres below which a sample pulls in proportion to its distance (Huber's loss)."""
STILL = 2e-5
"""Length in metres below which a step ends the search (of a turn: at a distance of 1 m)."""

Float64 = NDArray[np.float64]
Vector = tuple[float, float, float]
UPRIGHT: tuple[Vector, Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Placement:
    """prediction in the truth's frame = scale * rotation @ prediction + shift (metres)."""

    scale: float
    shift: Vector
    rotation: tuple[Vector, Vector, Vector] = UPRIGHT

    @property
    def angle(self) -> float:
        """How far the rotation turns, in degrees."""
        return float(np.degrees(Rotation.from_matrix(self.rotation).magnitude()))

    def move(self, predicted: Surface) -> Surface:
        """The prediction in the truth's frame."""
        turned = None if self.rotation == UPRIGHT else np.array(self.rotation)
        return predicted.moved(self.scale, np.array(self.shift), turned)


def place(predicted: Surface, truth: Surface, align: Align) -> Placement:
    """How `predicted` is laid on `truth`.

    height-shift: scaled by the ratio of the heights, then shifted to the smallest mean distance between the two
    surfaces, both ways. Heights and the start of the search are those of the box that leaves out 0.1 % of the area
    at each end, so that a speck of dust does not decide. height-shift-icp: from there on turned and shifted at once
    (rigid iterative closest points, Besl and McKay 1992, on the same mean distance). none: as they are. Raises
    UserError for a flat prediction.
    """
    if align == "none":
        return Placement(1.0, (0.0, 0.0, 0.0))
    placement = _by_height(predicted, truth)
    for turning in (False, True)[: 1 + (align == "height-shift-icp")]:
        rotation, shift = closest_motion(placement.move(predicted), truth, turning)
        placement = _after(placement, rotation, shift)
    return placement


def _by_height(predicted: Surface, truth: Surface) -> Placement:
    low, high = _box(predicted.sample(SAMPLES)[0])
    goal_low, goal_high = _box(truth.sample(SAMPLES)[0])
    if high[2] - low[2] <= 0:
        raise UserError("The predicted mesh has no height; choose a mesh of a standing person, z or y up.")
    scale = (goal_high[2] - goal_low[2]) / (high[2] - low[2])
    return Placement(float(scale), _vector((goal_low + goal_high) / 2 - scale * (low + high) / 2))


def _after(placement: Placement, rotation: Float64, shift: Float64) -> Placement:
    """`placement`, then the motion; a rotation of nothing keeps the placement's exactly."""
    moved = replace(placement, shift=_vector(rotation @ placement.shift + shift))
    if np.array_equal(rotation, np.eye(3)):
        return moved
    first, second, third = rotation @ placement.rotation
    return replace(moved, rotation=(_vector(first), _vector(second), _vector(third)))


def _vector(values: NDArray) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])


def closest_motion(predicted: Surface, truth: Surface, turning: bool) -> tuple[Float64, Float64]:
    """The rotation (3, 3) and shift (3,) of `predicted` that make its mean distance from `truth`, both ways, smallest.

    Gauss-Newton on the distances along the nearest directions, weighted by 1/distance for the mean of the distances
    instead of their squares (iteratively reweighted least squares). turning: False leaves the rotation out.
    """
    points, goals = predicted.sample(SAMPLES)[0], truth.sample(SAMPLES)[0]
    rotation, shift = np.eye(3), np.zeros(3)
    for _ in range(3 * STEPS if turning else STEPS):
        moved = points @ rotation.T + shift
        touched = predicted.closest((goals - shift) @ rotation)[0] @ rotation.T
        gaps = np.concatenate([truth.closest(moved)[0] - moved, goals - touched - shift])
        step = _step(gaps, np.concatenate([moved, touched + shift]), turning)
        turn = Rotation.from_rotvec(step[3:]).as_matrix() if turning else np.eye(3)
        rotation, shift = turn @ rotation, turn @ shift + step[:3]
        if np.linalg.norm(step) < STILL:
            break
    return rotation, shift


def _step(gaps: NDArray, points: NDArray, turning: bool) -> Float64:
    """Shift (3,), with `turning` followed by the rotation vector about the origin (6,), that closes the gaps (K, 3)
    at the points (K, 3)."""
    pull = np.hstack([gaps, np.cross(points, gaps)]) if turning else gaps
    distance = np.linalg.norm(gaps, axis=1)
    slope = pull / np.maximum(distance, 1e-12)[:, None]
    weight = 1 / np.maximum(distance, SOFTNESS)
    normal = (slope * weight[:, None]).T @ slope + 1e-9 * len(gaps) * np.eye(slope.shape[1])
    return np.linalg.solve(normal, (pull * weight[:, None]).sum(0))


def _box(points: NDArray) -> Float64:
    return np.quantile(points, [STRAY, 1 - STRAY], axis=0)
