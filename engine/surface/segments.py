"""Body parts on the pixel grid: every pixel belongs to its nearest bone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.skeleton import INDEX

HEAD, TORSO, UPPER_ARMS, THIGHS = 0, 1, (2, 8), (5, 11)
ARMS = (2, 3, 4, 8, 9, 10)


@dataclass(frozen=True)
class Segments:
    """label: (H, W) int32 part, HEAD, TORSO, then limbs.

    down: (H, W) float32 pixels below the line of the shoulders, along the trunk. size: pixels from there to the hips.
    loose: (H, W) bool, farther from the bone than the part is wide: hair, a skirt, an open coat. crossed: (H, W) bool,
    an arm is seen there, but what is behind it is too deep to be the arm alone; the label is that of the rest.
    """

    label: NDArray[np.int32]
    down: NDArray[np.float32]
    size: float
    loose: NDArray[np.bool_]
    crossed: NDArray[np.bool_]


_LIMBS = (("shoulder", "elbow", 0.11), ("elbow", "wrist", 0.09), ("wrist", "finger3", 0.1), ("hip", "knee", 0.2),
          ("knee", "ankle", 0.14), ("ankle", "big_toe", 0.12))  # fmt: skip
"""Ends of a limb's bone and its half width over the length of the trunk."""

_LOOSE = 0.04
"""Distance beyond a part's own half width, over the length of the trunk, from which on something hangs loose."""

_DEEP = 1.3
"""Depth of an arm over its width from which on something else must be behind it."""


def segment(keypoints: NDArray[np.float64], thickness: NDArray[np.float32]) -> Segments:
    """keypoints: (31, 2) in the grid's pixels, NaN = missing; parts whose joints are missing are left out.

    thickness: (H, W) from the near to the far sheet, in the grid's pixels.

    Where the trunk's joints are missing all is TORSO, measured downwards.
    """
    shape = thickness.shape
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    bones = _bones(keypoints)
    if not bones:
        return Segments(np.full(shape, TORSO, np.int32), yy, shape[0] / 3, *np.zeros((2, *shape), bool))
    size = float(np.linalg.norm(bones[0][2] - bones[0][1]))
    best, label = np.full(shape, np.inf, np.float32), np.zeros(shape, np.int32)
    crossed = np.zeros(shape, bool)
    for part, a, b, width in bones:
        gap = _project(xx, yy, a, b)[1]
        nearer = gap - width * size < best
        if part in ARMS:
            deep = thickness > _DEEP * 2 * width * size
            crossed |= nearer & deep
            nearer &= ~deep
        best[nearer] = (gap - width * size)[nearer]
        label[nearer] = part
    return Segments(label, _project(xx, yy, *bones[0][1:3])[0], size, best > _LOOSE * size, crossed)


def _bones(k: NDArray[np.float64]) -> list[tuple[int, NDArray, NDArray, float]]:
    """(part, start, end, half width over trunk length), the trunk first; empty without a trunk."""
    shoulders, hips = k[[INDEX["left_shoulder"], INDEX["right_shoulder"]]], k[[INDEX["left_hip"], INDEX["right_hip"]]]
    if not (np.isfinite(shoulders).all() and np.isfinite(hips).all()):
        return []
    neck, pelvis = shoulders.mean(axis=0), hips.mean(axis=0)
    length = max(float(np.linalg.norm(pelvis - neck)), 1.0)
    broad = float(np.linalg.norm(shoulders[0] - shoulders[1])) / 2 / length
    bones = [(TORSO, neck, pelvis, float(np.clip(0.85 * broad, 0.15, 0.4)))]
    face = k[:5][np.isfinite(k[:5]).all(axis=1)]
    if len(face):
        centre = face.mean(axis=0)
        bones.append((HEAD, centre + 0.35 * (centre - neck), centre + 0.45 * (neck - centre), 0.2))
    for s, side in enumerate(("left", "right")):
        for n, (start, end, width) in enumerate(_LIMBS):
            a, b = k[INDEX[f"{side}_{start}"]], k[INDEX[f"{side}_{end}"]]
            if np.isfinite(a).all() and np.isfinite(b).all() and np.linalg.norm(b - a) > 1:
                bones.append((2 + s * len(_LIMBS) + n, a, b, width))
    return bones


def _project(xx: NDArray, yy: NDArray, a: NDArray, b: NDArray) -> tuple[NDArray, NDArray]:
    """Pixels along the line a-b (unclamped) and distance from the segment a-b."""
    length = float(np.linalg.norm(b - a))
    ux, uy = (b - a) / max(length, 1e-6)
    t = (xx - np.float32(a[0])) * np.float32(ux) + (yy - np.float32(a[1])) * np.float32(uy)
    clamped = np.clip(t, 0, length)
    return t, np.hypot(
        xx - np.float32(a[0]) - clamped * np.float32(ux), yy - np.float32(a[1]) - clamped * np.float32(uy)
    )
