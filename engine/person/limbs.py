"""Depths of elbows, wrists, knees and ankles that suit the lengths of the limbs.

A network that gives the likeliest depths makes limbs too short: where an elbow may be before or behind the shoulder it
says neither. But both sides of a body are alike, and so the longer of two upper arms tells how far the other one
reaches into the depth.
"""

import numpy as np
from numpy.typing import NDArray

from engine.skeleton import INDEX

Float64 = NDArray[np.float64]

_ARM, _LEG = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
_ENDS = {
    "wrist": ("finger2", "finger3", "finger4", "finger5"),
    "ankle": ("heel", "big_toe", "small_toe"),
}
"""Key points that go with the end of a limb."""

_SHARES = {("shoulder", "elbow"): 0.21, ("elbow", "wrist"): 0.185, ("hip", "knee"): 0.31, ("knee", "ankle"): 0.295}
"""Mean length of each bone over the sum of all four, of synthetic people."""
_OWN = 0.6
"""Weight of the longer side's length against that share of the sum."""
_LENGTH_ERROR = 0.04
"""Relative standard deviation of a bone's length that is so estimated."""
_ERRORS = {_ARM: (0.06, 0.07), _LEG: (0.03, 0.04)}
"""Metres by which the given depths of the middle and the end of a limb are off, standard deviation."""
_REACH, _STEP = 0.4, 0.0125
"""Metres by which a depth may change, and the steps in which that is tried."""

_SIDES = ("left", "right")


def suited(points: Float64, depths: Float64, visible: NDArray[np.bool_]) -> Float64:
    """Depths (N, 31) of N people's key points (N, 31, 2), all in the same metres: the mean of the depths that are
    possible by what is given and by the lengths of the bones (posterior mean, on a grid).

    visible: (N, 31). Bones that are not say nothing about others, and their limbs stay as they are.
    """
    result = depths.copy()
    lengths = _lengths(points, depths, visible)
    for limb in (_ARM, _LEG):
        first, last = lengths[limb[:2]], lengths[limb[1:]]
        for side in _SIDES:
            start, middle, end = (INDEX[f"{side}_{joint}"] for joint in limb)
            bones = ((start, middle, first), (middle, end, last))
            whole = visible[:, [start, middle, end]].all(axis=1)
            bend, tip = (np.where(whole, change, 0) for change in _changes(points, depths, bones, _ERRORS[limb]))
            result[:, middle] += bend
            result[:, [end, *(INDEX[f"{side}_{joint}"] for joint in _ENDS[limb[-1]])]] += tip[:, None]
    return result


def _lengths(points: Float64, depths: Float64, visible: NDArray[np.bool_]) -> dict[tuple[str, str], Float64]:
    """The length (N,) of each bone, the same for both sides."""
    longer = {bone: np.maximum(*(_length(points, depths, visible, bone, side) for side in _SIDES)) for bone in _SHARES}
    known = np.sum([share * (longer[bone] > 0) for bone, share in _SHARES.items()], axis=0)
    total = np.sum(list(longer.values()), axis=0) / np.maximum(known, min(_SHARES.values()))
    usual = {bone: np.maximum(share * total, 1e-3) for bone, share in _SHARES.items()}
    return {b: np.where(longer[b] > 0, longer[b], usual[b]) ** _OWN * usual[b] ** (1 - _OWN) for b in _SHARES}


def _length(points: Float64, depths: Float64, visible: NDArray[np.bool_], bone: tuple[str, str], side: str) -> Float64:
    """(N,), 0 where the bone is not visible."""
    start, end = (INDEX[f"{side}_{joint}"] for joint in bone)
    flat = np.linalg.norm(points[:, start] - points[:, end], axis=1)
    return np.where(visible[:, start] & visible[:, end], np.hypot(flat, depths[:, start] - depths[:, end]), 0.0)


def _changes(
    points: Float64,
    depths: Float64,
    bones: tuple[tuple[int, int, Float64], tuple[int, int, Float64]],
    errors: tuple[float, float],
) -> tuple[Float64, Float64]:
    """By how much (N,) the depths of a limb's middle and end change.

    bones: first and last joint and length (N,) of its two bones. errors: of the two depths.
    """
    (start, middle, first), (_, end, last) = bones
    steps = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    bend = depths[:, middle, None, None] + steps[:, None]
    tip = depths[:, end, None, None] + steps
    cost = (steps[:, None] / errors[0]) ** 2 + (steps / errors[1]) ** 2
    for a, b, into, length in (
        (start, middle, bend - depths[:, start, None, None], first),
        (middle, end, tip - bend, last),
    ):
        flat = np.linalg.norm(points[:, a] - points[:, b], axis=1)[:, None, None]
        cost = cost + (np.log(np.hypot(flat, into).clip(1e-6) / length[:, None, None]) / _LENGTH_ERROR) ** 2
    weight = np.exp(-(cost - cost.min(axis=(1, 2), keepdims=True)) / 2)
    weight /= weight.sum(axis=(1, 2), keepdims=True)
    return (weight.sum(axis=2) * steps).sum(axis=1), (weight.sum(axis=1) * steps).sum(axis=1)
