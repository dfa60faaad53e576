"""The hands of a person as 21 landmarks each, with depth: MediaPipe's hand landmark network, run by OpenCV.

Its region of interest comes from the pose landmarks of the wrist and the knuckles and is then taken twice from its own
result, as MediaPipe does from one frame of a film to the next (Zhang et al., MediaPipe Hands: On-device Real-time Hand
Tracking, 2020).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.person.detector import torso_length
from engine.person.keypoints import LANDMARKS
from engine.person.region import Float64, Region, mediapipe_network, roll

HAND_MODEL = Path(__file__).parent / "models" / "hand.tflite"
"""Where `engine.person.bundle` puts the model (not in git)."""

WRIST, KNUCKLES = 0, (5, 9, 13, 17)
"""Landmarks; the knuckles from the index finger's to the little finger's."""
FINGERS = ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20))
"""Landmarks from the root to the tip of the thumb and the fingers."""

_SIDE = 224
"""Side of the network's picture."""
_OUTPUTS = ("Identity", "Identity_1")
"""21 x (x, y, z) in pixels of that picture, and how probably there is a hand."""
_DEPTH = 0.4
"""The network's z is smaller than its x and y by this factor (`normalize_z` in MediaPipe's graph)."""
_SURE, _PERHAPS = 0.9, 0.3
"""Least probability at the end, and on the way to it."""
_PALM = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]
"""Landmarks that the region of interest is laid around ..."""
_MARGIN, _SHIFT = 2.0, 0.1
"""... with this margin, moved toward the fingers by this share."""
_FIRST, _LEAST = 4.0, 0.25
"""Side of the first guess over the distance from wrist to knuckles, and the least of that over the forearm's length."""
_SECOND, _AHEAD = 0.45, 0.1
"""Side of the second guess, and its way from the wrist, in lengths of the torso."""
_ROUNDS = 3
_LARGEST = 3.0
"""Greatest palm length over the pose's distance from wrist to knuckles."""
_ELSEWHERE = 1.0
"""Lengths of a palm between the pose's wrist and the hand's beyond which it is not that person's hand."""
_SAME = 0.5
"""Lengths of a palm between two hands that are one hand found twice."""


def find_hands(rgb: NDArray[np.uint8], landmarks: Float64) -> tuple[Float64, ...]:
    """The landmarks (21, 3) of each hand seen of a person with the given pose landmarks (33, 2; pixels of rgb, HxWx3).

    x, y: pixels of the picture. z: pixels behind the wrist, for a camera far away. Raises UserError if the model is
    missing.
    """
    found = [hand for side in ("left", "right") if (hand := _hand(rgb, landmarks, side)) is not None]
    if len(found) == 2 and np.linalg.norm(found[0] - found[1], axis=1).mean() < _SAME * palm_length(found[0]):
        del found[1]
    return tuple(found)


def palm_length(hand: Float64) -> float:
    """From the wrist to the middle finger's knuckle, in the unit of the landmarks (21, 3)."""
    return float(np.linalg.norm(hand[KNUCKLES[1]] - hand[WRIST]))


def _hand(rgb: NDArray[np.uint8], landmarks: Float64, side: str) -> Float64 | None:
    guesses, wrist = _first_guesses(landmarks, side), landmarks[LANDMARKS[f"{side}_wrist"]]
    largest = _LARGEST * guesses[0].size / _FIRST
    for region in guesses:
        hand, probability = _surest(rgb, region)
        palm, away = palm_length(hand), np.linalg.norm(hand[WRIST, :2] - wrist)
        if probability > _SURE and away < _ELSEWHERE * palm and palm < largest:
            return hand * [1, 1, 1 / _DEPTH]
    return None


def _surest(rgb: NDArray[np.uint8], region: Region) -> tuple[Float64, float]:
    """The landmarks of a hand in a region, and how probably it is one."""
    best, highest = np.zeros((21, 3)), 0.0
    for _ in range(_ROUNDS):
        hand, probability = region.measure(rgb, mediapipe_network(HAND_MODEL, "hand"), _SIDE, *_OUTPUTS)
        if not np.isfinite(hand).all() or probability < _PERHAPS:
            break
        if probability > highest:
            best, highest = hand, probability
        flat = hand[:, :2]
        knuckles = (flat[KNUCKLES[0]] + 2 * flat[KNUCKLES[1]] + flat[KNUCKLES[2]]) / 4
        region = Region.around(flat[_PALM], knuckles - flat[WRIST], _MARGIN, _SHIFT)
    return best, highest


def _first_guesses(landmarks: Float64, side: str) -> tuple[Region, Region]:
    """Around the knuckles that the pose has, which are often wrong, and where the forearm points."""
    elbow, wrist, index, little = (landmarks[LANDMARKS[f"{side}_{k}"]] for k in ("elbow", "wrist", "index", "pinky"))
    knuckles, forearm = (2 * index + little) / 3, wrist - elbow
    length = max(float(np.linalg.norm(knuckles - wrist)), _LEAST * float(np.linalg.norm(forearm)), 1.0)
    ahead = forearm / max(float(np.linalg.norm(forearm)), 1.0)
    torso = max(torso_length(landmarks), 1.0)
    beyond = Region(wrist + _AHEAD * torso * ahead, _SECOND * torso, roll(ahead))
    return Region(knuckles, _FIRST * length, roll(knuckles - wrist)), beyond
