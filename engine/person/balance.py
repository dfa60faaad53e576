"""Stands people upright: the detector's depths often lean, but who stands keeps the trunk above the feet."""

from math import tan

import numpy as np
from numpy.typing import NDArray

from engine.camera import NETWORK_FOCAL
from engine.networks.prior import TORSO
from engine.skeleton import INDEX

FEET = ("ankle", "big_toe", "heel")

MIN_LEG_STRETCH = 0.7
"""Share of the legs' length that must be vertical; who sits or lies is left alone."""

MAX_LEAN = 0.5
"""Depth per height; a lean beyond it is no error of the detector."""


def balanced(keypoints: NDArray[np.float64], depths: NDArray[np.float64], pitch: float) -> NDArray[np.float64]:
    """Shear the depths of a person who stands so that the trunk lies above the middle of the feet.

    keypoints: (31, 2) canvas pixels, depths: (31,) camera units, NaN = missing in both. pitch: of the camera in
    radians, see `Camera`. Whoever has no visible feet, sits, or lies keeps the depths.
    """
    heights = keypoints[:, 1] / NETWORK_FOCAL
    trunk = _mean(heights, depths, TORSO)
    feet = _mean_of_sides(heights, depths)
    if not np.isfinite([*trunk, *feet]).all() or not _stands(keypoints, depths):
        return depths
    lean = (feet[1] - trunk[1]) / (feet[0] - trunk[0]) - tan(pitch)
    return depths - lean * (heights - trunk[0]) if abs(lean) < MAX_LEAN else depths


def _mean(heights: NDArray, depths: NDArray, names: tuple[str, ...]) -> tuple[float, float]:
    chosen = [INDEX[name] for name in names if np.isfinite(depths[INDEX[name]])]
    return (float(heights[chosen].mean()), float(depths[chosen].mean())) if chosen else (np.nan, np.nan)


def _mean_of_sides(heights: NDArray, depths: NDArray) -> tuple[float, float]:
    left, right = (_mean(heights, depths, tuple(f"{side}_{part}" for part in FEET)) for side in ("left", "right"))
    return (left[0] + right[0]) / 2, (left[1] + right[1]) / 2


def _stands(keypoints: NDArray, depths: NDArray) -> bool:
    """Whether the legs reach down (in the picture) by most of their length."""
    joints = np.concatenate([keypoints / NETWORK_FOCAL, depths[:, None]], axis=1)
    legs = [[joints[INDEX[f"{side}_{part}"]] for part in ("hip", "knee", "ankle")] for side in ("left", "right")]
    length = sum(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee) for hip, knee, ankle in legs)
    drop = sum(ankle[1] - hip[1] for hip, _, ankle in legs)
    return bool(drop > MIN_LEG_STRETCH * length)
