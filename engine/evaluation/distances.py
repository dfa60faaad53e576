"""How far two surfaces lie apart, and how well their normals agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.surface import Surface

SAMPLES = 100_000
"""Points per surface, uniform by area, fixed seed."""

THRESHOLDS = (0.01, 0.02)
"""Distances in metres within which a point counts as right for the F-score."""


@dataclass(frozen=True)
class Distances:
    """p2s: mean distance in cm from the prediction's points to the true surface. s2p: from the true surface's points
    to the prediction. normal_consistency: mean dot product of the normals at nearest points, both ways, -1 to 1.
    precision, recall: share of the prediction's (of the truth's) points within each of `THRESHOLDS`, 0 to 1.
    """

    p2s: float
    s2p: float
    normal_consistency: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]

    @property
    def chamfer(self) -> float:
        """Mean of both directions in cm (not their sum, no squares)."""
        return (self.p2s + self.s2p) / 2

    @property
    def f_scores(self) -> tuple[float, ...]:
        """Harmonic mean of precision and recall for each of `THRESHOLDS`, 0 to 1 (Knapitsch et al. 2017)."""
        pairs = zip(self.precision, self.recall, strict=True)
        return tuple(2 * p * r / (p + r) if p + r else 0.0 for p, r in pairs)


@dataclass(frozen=True)
class _Way:
    """distance: mean in cm. dot: mean dot product of the normals. within: shares, one for each of `THRESHOLDS`."""

    distance: float
    dot: float
    within: tuple[float, ...]


def distances(predicted: Surface, truth: Surface) -> Distances:
    """Distances and normal agreement of two surfaces in one frame (metres), from points on either to the other."""
    forth, back = _one_way(predicted, truth), _one_way(truth, predicted)
    return Distances(forth.distance, back.distance, (forth.dot + back.dot) / 2, forth.within, back.within)


def _one_way(start: Surface, goal: Surface) -> _Way:
    points, faces = start.sample(SAMPLES)
    distance, hit = goal.distance(points)
    dots = (start.normals[faces] * goal.normals[hit]).sum(1)
    within = tuple(float((distance <= threshold).mean()) for threshold in THRESHOLDS)
    return _Way(100 * float(distance.mean()), float(dots.mean()), within)


def vertex_errors(surface: Surface, goal: Surface) -> NDArray[np.float64]:
    """Distance in metres of every vertex of `surface` from `goal`: (N,)."""
    return goal.distance(surface.vertices)[0]
