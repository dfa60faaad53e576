"""Canvas points -> metric world points: upright, feet at z = 0, centred, life-size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.camera import NETWORK_FOCAL, UNIT, to_world, unproject
from engine.skeleton import INDEX
from engine.types import Canvas, Settings

FEET_MISSING = "The feet are not in the picture; the height was judged from the upper body."
_HIP_SHARE = 0.51
"""Height of the hip joints over body height (standing adult)."""
_CROWN_PER_NECK = 1.15
"""From the nose up to the top of the head, over the distance from the nose down to the line of the shoulders."""
_TORSO_AND_LEG = 0.72
"""From the shoulders to the hips and on to an ankle, over body height, as the key points of people who stand have it
(1.0 to 1.1 of it; Winter's joints: 0.78)."""
_CROUCHED, _UPRIGHT = 0.84, 0.92
"""Shares of the body's height up to which, and from which on, someone is and is not lower than when they stand."""


@dataclass(frozen=True)
class Placement:
    """points in metres: scale * to_world(unproject(...)) + shift."""

    scale: float
    shift: NDArray[np.float64]
    warnings: tuple[str, ...] = ()


def world(depth: NDArray, columns: NDArray, rows: NDArray, canvas: Canvas) -> NDArray[np.float64]:
    """Ray depth in canvas pixels at canvas positions (N,) -> upright world points in camera units (N, 3)."""
    points = unproject(depth.astype(np.float64) / UNIT, columns, rows, canvas.camera)
    return np.asarray(to_world(points, canvas.camera))


def placement(points: NDArray, rows: NDArray, columns: NDArray, canvas: Canvas, settings: Settings) -> Placement:
    """Scale and shift that make the person `settings.height` high from the floor to the top of the head; who sits,
    crouches or lunges would be so if they stood.

    points: (N, 3) from `world`, rows and columns: (N,) their canvas positions. Hands raised above the head do not
    count; where the feet are missing the floor is put where they would be.
    """
    top, floor = _top(points, rows, columns, canvas), float(points[:, 2].min())
    warnings: tuple[str, ...] = ()
    if _feet_missing(canvas):
        hips = _joint_height(points, rows, columns, canvas, ("left_hip", "right_hip"))
        if hips is not None and hips < top:
            floor = min(floor, top - (top - hips) / (1 - _HIP_SHARE))
        warnings = (FEET_MISSING,)
    share = 1.0 if warnings else _share_of_height(top - floor, canvas)
    scale = share * settings.height / max(top - floor, 1e-6)
    middle = [(axis.min() + axis.max()) / 2 for axis in points[:, :2].T]
    return Placement(scale, -scale * np.array([*middle, floor]), warnings)


def _share_of_height(lifted: float, canvas: Canvas) -> float:
    """The share of a person's height at which the top of the head is: 1 for who stands.

    lifted: camera units from the floor to the top of the head.
    """
    places = np.column_stack([canvas.keypoints / NETWORK_FOCAL, canvas.depths])
    shoulders, hips, knees, ankles = (
        places[[INDEX[f"left_{joint}"], INDEX[f"right_{joint}"]]] for joint in ("shoulder", "hip", "knee", "ankle")
    )
    torso = np.linalg.norm(shoulders.mean(axis=0) - hips.mean(axis=0))
    legs = np.linalg.norm(hips - knees, axis=1) + np.linalg.norm(knees - ankles, axis=1)
    length = torso + np.fmax(*legs)
    if not (np.isfinite(length) and length > 0):
        return 1.0
    share = lifted * _TORSO_AND_LEG / length
    return float(np.interp(share, [0, _CROUCHED, _UPRIGHT], [0, _CROUCHED, 1]))


def _top(points: NDArray, rows: NDArray, columns: NDArray, canvas: Canvas) -> float:
    """World height of the top of the head; the highest point where no hand is raised or key points are missing."""
    k = canvas.keypoints
    highest = float(points[:, 2].max())
    eyes, nose = np.nanmin(k[:5, 1], initial=np.inf), np.nanmean(k[:5], axis=0) if _any(k[:5]) else k[0]
    shoulders = k[[INDEX["left_shoulder"], INDEX["right_shoulder"]]]
    hands = k[[INDEX["left_wrist"], INDEX["right_wrist"], *range(23, 31)]]
    if not (_any(k[:5]) and _any(shoulders) and np.nanmin(hands[:, 1], initial=np.inf) < eyes):
        return highest
    reach = abs(np.nanmean(shoulders[:, 1]) - nose[1])
    near = (np.abs(columns - nose[0]) < 0.8 * reach) & (rows > nose[1] - _CROWN_PER_NECK * reach) & (rows < nose[1])
    return float(points[near, 2].max()) if near.any() else highest


def _joint_height(
    points: NDArray, rows: NDArray, columns: NDArray, canvas: Canvas, names: tuple[str, ...]
) -> float | None:
    """World height of the middle of joints (which may be below the picture), None where none of them is known."""
    k = canvas.keypoints[[INDEX[n] for n in names]]
    if not _any(k):
        return None
    column, row = np.nanmean(k, axis=0)
    closest = np.argmin((columns - column) ** 2 + (rows - row) ** 2)
    return float(points[closest, 2] - (row - rows[closest]) / NETWORK_FOCAL)


def _feet_missing(canvas: Canvas) -> bool:
    """No ankle inside the canvas although other joints were found."""
    k = canvas.keypoints
    ankles = k[[INDEX["left_ankle"], INDEX["right_ankle"]]]
    inside = np.isfinite(ankles).all(axis=1) & (ankles[:, 1] < canvas.mask.shape[0])
    return _any(k) and not inside.any()


def _any(points: NDArray) -> bool:
    return bool(np.isfinite(points).all(axis=-1).any())
