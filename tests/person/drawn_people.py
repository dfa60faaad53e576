"""Drawn people with the detection that a perfect detector would give, for tests without the detector's models."""

import cv2
import numpy as np

from engine.person.detector import Detection

# landmark: x, y in body heights from the top of the head's middle
POSE = {
    0: (0.0, 0.07), 2: (0.015, 0.055), 5: (-0.015, 0.055), 7: (0.04, 0.06), 8: (-0.04, 0.06),
    11: (0.11, 0.18), 12: (-0.11, 0.18), 13: (0.15, 0.35), 14: (-0.15, 0.35), 15: (0.17, 0.5), 16: (-0.17, 0.5),
    17: (0.18, 0.54), 18: (-0.18, 0.54), 19: (0.165, 0.55), 20: (-0.165, 0.55), 21: (0.16, 0.53), 22: (-0.16, 0.53),
    23: (0.06, 0.48), 24: (-0.06, 0.48), 25: (0.065, 0.72), 26: (-0.065, 0.72), 27: (0.07, 0.95), 28: (-0.07, 0.95),
    29: (0.068, 0.98), 30: (-0.068, 0.98), 31: (0.09, 0.99), 32: (-0.09, 0.99),
}  # fmt: skip
LIMBS = ((11, 13), (13, 15), (15, 19), (12, 14), (14, 16), (16, 20), (23, 25), (25, 27), (24, 26), (26, 28), (27, 31),
         (28, 32))  # fmt: skip


def landmarks(x: float, top: float, height: float) -> np.ndarray:
    """(33, 2) pixels of a standing person whose head's top is at x, top."""
    return np.array([POSE.get(i, POSE[0]) for i in range(33)]) * height + (x, top)


def silhouette(shape: tuple[int, int], x: float, top: float, height: float) -> np.ndarray:
    """The body as a mask of the given shape."""
    mask = np.zeros(shape, np.uint8)
    points = np.rint(landmarks(x, top, height)).astype(int)
    for a, b in LIMBS:
        cv2.line(mask, points[a].tolist(), points[b].tolist(), 1, max(1, round(0.05 * height)))
    cv2.fillPoly(mask, [points[[11, 12, 24, 23]]], 1)
    cv2.circle(mask, (round(x), round(top + 0.07 * height)), round(0.06 * height), 1, cv2.FILLED)
    cv2.line(mask, (round(x), round(top)), points[[23, 24]].mean(axis=0).astype(int).tolist(), 1, round(0.06 * height))
    return mask > 0


def detection(shape: tuple[int, int], x: float, top: float, height: float, blur: float = 0.008) -> Detection:
    """The person with a coarse mask that is blurred by `blur` body heights."""
    mask = silhouette(shape, x, top, height).astype(np.float32)
    step = 4.0
    size = (round(shape[1] / step), round(shape[0] / step))
    coarse = cv2.resize(cv2.GaussianBlur(mask, (0, 0), blur * height), size, interpolation=cv2.INTER_AREA)
    marks = landmarks(x, top, height)
    metres = (marks - marks[[23, 24]].mean(axis=0)) / height * 1.75
    return Detection(
        landmarks=marks,
        visibility=np.ones(33),
        presence=np.ones(33),
        world=np.concatenate([metres, np.zeros((33, 1))], axis=1),
        coarse=coarse,
        origin=(0.0, 0.0),
        step=step,
    )
