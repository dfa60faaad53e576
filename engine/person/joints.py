"""The network's joints and the metric scale from one detection."""

from math import atan

import numpy as np
from numpy.typing import NDArray

from engine.person.depths import Marks, key_depths
from engine.person.detector import TORSO, Detection
from engine.person.keypoints import SOURCES, keypoints

VISIBLE = 0.2
"""Joints that are less likely to be visible count as missing. Hidden joints in the picture usually score more."""


def joints(
    person: Detection, shape: tuple[int, ...], focal: float, pitch: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Key points (31, 2) in pixels of a picture of `shape` (H, W, ...) and depths (31,), see `key_depths`; NaN where
    they are outside of the picture or not visible.

    focal: in the picture's pixels. pitch: radians by which the camera looks down.
    """
    points, depths = keypoints(person.landmarks), key_depths(marks(person, shape, focal, pitch))[0]
    missing = ~inside(points, shape) | (person.visibility[SOURCES] < VISIBLE)
    points[missing] = np.nan
    depths[missing] = np.nan
    return points, depths


def marks(person: Detection, shape: tuple[int, ...], focal: float, pitch: float = 0.0) -> Marks:
    """One person's landmarks and viewpoint; the optical axis goes through the middle of the picture (see `joints`)."""
    nearness = pixels_per_metre(person) / focal
    below = pitch + atan((person.landmarks[TORSO, 1].mean() - shape[0] / 2) / focal)
    viewpoint = np.array([nearness, below])
    return Marks(person.landmarks[None], person.world[None], person.visibility[None], viewpoint[None])


def inside(points: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which points (N, 2) lie in a picture of `shape` (H, W, ...)."""
    return ((points >= 0) & (points < (shape[1], shape[0]))).all(axis=1)


def pixels_per_metre(person: Detection) -> float:
    """Scale of the least-squares similarity from the metric x, y to the pixels."""
    weights = np.where(person.visibility > 0.5, 1.0, 1e-3)[:, None]
    pixels, metres = (
        points - (weights * points).sum(axis=0) / weights.sum() for points in (person.landmarks, person.world[:, :2])
    )
    return float((weights * pixels * metres).sum() / (weights * metres**2).sum())
