"""From MediaPipe's 33 landmarks to the network's 31 key points.

The two definitions of a joint differ; each correction is linear in other landmarks of the same person (the
coefficients were fitted to OpenPose on 20 pictures).
"""

import numpy as np
from numpy.typing import NDArray

from engine.skeleton import KEYPOINTS

LANDMARKS = {
    "nose": 0, "left_inner_eye": 1, "left_eye": 2, "left_outer_eye": 3, "right_inner_eye": 4, "right_eye": 5,
    "right_outer_eye": 6, "left_ear": 7, "right_ear": 8, "left_mouth": 9, "right_mouth": 10,
    "left_shoulder": 11, "right_shoulder": 12, "left_elbow": 13, "right_elbow": 14, "left_wrist": 15, "right_wrist": 16,
    "left_pinky": 17, "right_pinky": 18, "left_index": 19, "right_index": 20, "left_thumb": 21, "right_thumb": 22,
    "left_hip": 23, "right_hip": 24, "left_knee": 25, "right_knee": 26, "left_ankle": 27, "right_ankle": 28,
    "left_heel": 29, "right_heel": 30, "left_toe": 31, "right_toe": 32,
}  # fmt: skip

Terms = tuple[tuple[float, str, str], ...]

# joint: (landmark that it starts from, (coefficient, a, b) = + coefficient * (a - b) ...); "*" = the other side
CORRECTIONS: dict[str, tuple[str, Terms]] = {
    "hip": ("hip", ((0.032, "shoulder", "hip"), (-0.036, "*hip", "hip"))),
    "ankle": ("ankle", ((0.017, "ankle", "knee"), (0.069, "toe", "heel"))),
    "heel": ("heel", ((-0.053, "ankle", "knee"), (0.108, "toe", "heel"))),
    "big_toe": ("toe", ((-0.020, "ankle", "knee"), (-0.120, "toe", "heel"))),
    "small_toe": ("toe", ((-0.044, "ankle", "knee"), (-0.211, "toe", "heel"), (0.194, "hip", "*hip"))),
    "ear": ("ear", ((-0.103, "*ear", "ear"), (-0.096, "nose", "ear"))),
}

# The fitted mean of the four PIP joints is index + .233 (wrist - index) - .813 (wrist - pinky). The single fingers
# lie beside that mean, spread like the knuckles from the index finger (2) to the little finger (5).
_FINGER_MEAN: Terms = ((0.233, "wrist", "index"), (-0.813, "wrist", "pinky"))
for _finger, _share in (("finger2", 0.5), ("finger3", 1 / 6), ("finger4", -1 / 6), ("finger5", -0.5)):
    CORRECTIONS[_finger] = ("index", (*_FINGER_MEAN, (_share, "index", "pinky")))


def _landmark(name: str, side: str) -> int:
    if name == "nose":
        return LANDMARKS[name]
    if name.startswith("*"):
        name, side = name[1:], {"left": "right", "right": "left"}[side]
    return LANDMARKS[f"{side}_{name}"]


def _row(keypoint: str) -> NDArray[np.float64]:
    """The weights (33,) of one key point."""
    side, joint = keypoint.split("_", 1) if "_" in keypoint else ("", keypoint)
    weights = np.zeros(33)
    start, terms = CORRECTIONS.get(joint, (joint, ()))
    weights[_landmark(start, side)] = 1
    for coefficient, a, b in terms:
        weights[_landmark(a, side)] += coefficient
        weights[_landmark(b, side)] -= coefficient
    return weights


WEIGHTS = np.stack([_row(keypoint) for keypoint in KEYPOINTS])
"""(31, 33): key points = WEIGHTS @ landmarks, for points in any dimension; every row sums to 1."""

SOURCES = np.array([int(np.argmax(row)) for row in WEIGHTS])
"""The landmark that each key point mainly rests on: (31,)."""


def keypoints(landmarks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Key points (..., 31, d) of landmarks (..., 33, d), in the landmarks' frame."""
    return WEIGHTS @ landmarks
