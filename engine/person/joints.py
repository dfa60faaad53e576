"""The network's joints and the metric scale from one detection."""

from math import atan

import numpy as np
from numpy.typing import NDArray

from engine.person import depths
from engine.person.appearance import appearance
from engine.person.depths import VISIBLE, Marks, key_depths
from engine.person.detector import TORSO, Detection
from engine.person.keypoints import SOURCES, keypoints
from engine.skeleton import INDEX

_HIPS = [INDEX["left_hip"], INDEX["right_hip"]]


def joints(person: Detection, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Key points (31, 2) in pixels of a picture of `shape` (H, W, ...); NaN where they are outside of it or hidden."""
    points = keypoints(person.landmarks)
    points[~inside(points, shape) | (person.visibility[SOURCES] < VISIBLE)] = np.nan
    return points


def with_hips(points: NDArray[np.float64], person: Detection, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The key points (31, 2) with the hips of a person whom a picture of `shape` (H, W, ...) cuts off above them.

    They are below the picture; the size of a body and the depth of its middle are those of the trunk.
    """
    result, hips = points.copy(), keypoints(person.landmarks)[_HIPS]
    if below(hips, shape).all():
        result[_HIPS] = np.where(np.isnan(points[_HIPS]), hips, points[_HIPS])
    return result


def joint_depths(
    person: Detection, points: NDArray[np.float64], rgb: NDArray[np.uint8], focal: float, pitch: float = 0.0
) -> NDArray[np.float64]:
    """Depths (31,) of a person's key points (31, 2), see `key_depths`; NaN where the points are.

    rgb: the picture, HxWx3. focal: in its pixels. pitch: radians by which the camera looks down. Raises UserError if
    the pose model is missing.
    """
    return np.where(np.isnan(points[:, 0]), np.nan, key_depths(marks(person, rgb, focal, pitch))[0])


def marks(person: Detection, rgb: NDArray[np.uint8], focal: float, pitch: float = 0.0) -> Marks:
    """What depths are judged by, of one person; the optical axis goes through the middle of the picture (see
    `joint_depths`)."""
    nearness = pixels_per_metre(person) / focal
    below = pitch + atan((person.landmarks[TORSO, 1].mean() - len(rgb) / 2) / focal)
    viewpoint = np.array([nearness, below])
    seen = appearance(rgb, person.landmarks)
    return Marks(person.landmarks[None], person.world[None], person.visibility[None], viewpoint[None], seen[None])


def inside(points: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which points (N, 2) lie in a picture of `shape` (H, W, ...)."""
    return ((points >= 0) & (points < (shape[1], shape[0]))).all(axis=1)


def below(points: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which points (N, 2) lie below the lower border of a picture of `shape` (H, W, ...)."""
    return points[:, 1] >= shape[0]


def pixels_per_metre(person: Detection) -> float:
    """Photo pixels per metre of the detector's own scale."""
    return float(depths.pixels_per_metre(person.landmarks[None], person.world[None], person.visibility[None])[0])
