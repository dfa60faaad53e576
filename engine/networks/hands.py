"""Hands on the depth maps, from their landmarks: what the prior is for the body.

At the resolution of the coarse networks a finger is a fraction of a pixel. The landmarks of a hand give every finger
its place and its depth: tapered capsules along the bones of palm and fingers are the hand's front, and its back where
nothing of the body is behind the hand.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import UNIT
from engine.networks.layers import ARM_LAYERS
from engine.person.hands import FINGERS, KNUCKLES, WRIST, palm_length
from engine.pixels import Bools, Float, around, distance, ramp
from engine.types import Maps, Parts

# Radii as shares of the palm's length, at the joints from root to tip, with which the capsules fill the outlines of
# photographed hands.
_THUMB = (0.15, 0.13, 0.11, 0.085)
_FINGER = (0.115, 0.1, 0.092, 0.075)
_SLIMMER = (1.0, 1.0, 1.0, 1.0, 0.85)
"""Factors of thumb and fingers; the little one is slimmer."""
_PALM = (
    (WRIST, 1, 0.17, 0.15), (WRIST, 5, 0.18, 0.125), (WRIST, 9, 0.18, 0.13), (WRIST, 13, 0.18, 0.125),
    (WRIST, 17, 0.18, 0.115), (5, 9, 0.12, 0.12), (9, 13, 0.12, 0.12), (13, 17, 0.12, 0.12), (1, 5, 0.12, 0.11),
    (2, 5, 0.09, 0.1),
)  # fmt: skip
"""Bones of the palm: their two landmarks and radii."""
_BONES = (
    tuple(
        (chain[i], chain[i + 1], slim * radii[i], slim * radii[i + 1])
        for chain, radii, slim in zip(FINGERS, (_THUMB, *(_FINGER,) * 4), _SLIMMER, strict=True)
        for i in range(3)
    )
    + _PALM
)

_BLEND = 0.03
"""Palm lengths on which neighbouring capsules run into each other."""
_STEEP = 4.0
"""How fast the front falls off (and the back rises) beyond a capsule."""
_REACH = 1.6
"""Radii around the bones that belong to the hand."""
_RING = 2.6
"""The same for what is looked at beside the hand ..."""
_ALONE = 0.35
"""... and the share of person in it below which nothing of the body is behind the hand."""
_START, _FULL = -0.15, 0.6
"""Where the hand begins and where nothing of the network's depth is left, in palm lengths from the wrist."""
_FLATTEST = 0.5
"""A palm that looks shorter than this share of its length, because it points at the camera, counts as that long."""
_FEATHER = 0.06
"""Width in palm lengths of the band beside the rest of the body in which the hand fades out."""
_HALF = 0.5
"""Share of that band from which on a pixel shows the hand where parts are known to be before each other."""
_ARMS = (Parts.HAND, *ARM_LAYERS)
"""Parts that the hand may belong to itself."""
_OWN = 50 / UNIT
"""Network units from a hand's rear up to which an arm may be its own."""
_SUNK = 5 / UNIT
"""How far a hand before the body may lie behind what the network said, in network units."""
_SMALLEST = 12.0
"""Palm length in pixels of the smallest hand that is worth it."""
_RIM = 0.5
"""Palm lengths around the landmarks that are looked at."""


@dataclass(frozen=True)
class _Shape:
    """A hand on a part of the canvas, as (H, W) each.

    near, far: pixels behind the wrist. reach: distance from the nearest bone in its radii. along: palm lengths from
    the wrist towards the knuckles.
    """

    near: Float
    far: Float
    reach: Float
    along: Float


def with_hands(maps: Maps, hands: tuple[NDArray[np.float64], ...]) -> Maps:
    """Give the maps the shape of hands with these landmarks (21, 3; canvas pixels); overwrites them, and what they
    know of parts where a hand is before one.

    Where a hand as a whole is remains what the network said.
    """
    for hand in hands:
        if palm_length(hand) >= _SMALLEST:
            _set(maps, hand)
    return maps


def _set(maps: Maps, hand: NDArray[np.float64]) -> None:
    area = around(hand, _RIM * palm_length(hand), maps.front.shape)
    front, back = maps.front[area], maps.back[area]
    mask = front > 0
    shape = _shape(hand - [area[1].start, area[0].start, 0], mask.shape)
    inside = mask & (shape.reach < _REACH) & (shape.along > _START)
    core = inside & (shape.reach < 1)
    if not core.any():
        return
    parts = None if maps.parts is None else maps.parts.within(area)
    sharp = parts is not None and bool((~np.isin(parts.front[inside], (Parts.UNKNOWN, Parts.HAND))).any())
    weigh = _sharp if sharp else _soft
    weight = weigh(inside, mask & ~inside, shape.along, _FEATHER * palm_length(hand))
    before = front.copy()
    _place(front, back, shape, core, weight, mask)
    front[inside] = np.minimum(front, back)[inside]
    if parts is not None and sharp:
        rear = front + (shape.far - shape.near) / UNIT
        _add(parts, (weight > 0) & (rear < before), rear, before)


def _place(front: Float, back: Float, shape: _Shape, core: Bools, weight: Float, mask: Bools) -> None:
    """Overwrites the depths (H, W) by those of the hand, as far as its weight says; core: pixels that show it."""
    near, far = shape.near / UNIT, shape.far / UNIT
    if _is_alone(shape, mask):
        place = float(np.median((front + back - near - far)[core])) / 2
        wanted = near + place
        back += weight * (far + place - back)
    else:
        wanted = np.minimum(near + float(np.median((front - near)[core])), front + _SUNK)
    front += weight * (wanted - front)


def _add(parts: Parts, hand: Bools, rear: Float, before: Float) -> None:
    """Overwrites what is known of parts where a hand (H, W) is before them.

    rear: (H, W) depth of the hand's rear. before: (H, W) depth of what the front map showed there without the hand.
    """
    beneath = hand & (~np.isin(parts.front, _ARMS) | (before - rear > _OWN))
    parts.hidden[beneath], parts.behind[hand] = before[beneath], rear[hand]
    parts.front[hand] = Parts.HAND


def _shape(hand: NDArray[np.float64], size: tuple[int, ...]) -> _Shape:
    """The union of the capsules, as an orthographic camera sees it."""
    x, y = np.meshgrid(np.arange(size[1], dtype=np.float32) + 0.5, np.arange(size[0], dtype=np.float32) + 0.5)
    length = palm_length(hand)
    soft = np.float32(_BLEND * length)
    near, far, reach = (np.full(size, value, np.float32) for value in (-np.inf, -np.inf, np.inf))
    for bone in _BONES:
        front, back, away = _capsule(hand, length, bone, x, y)
        near, far = np.logaddexp(near, -front / soft), np.logaddexp(far, back / soft)
        reach = np.minimum(reach, away)
    axis = (hand[KNUCKLES[1], :2] - hand[WRIST, :2]).astype(np.float32)
    flat = np.float32(max(float(axis @ axis), (_FLATTEST * length) ** 2))
    along = ((x - np.float32(hand[WRIST, 0])) * axis[0] + (y - np.float32(hand[WRIST, 1])) * axis[1]) / flat
    return _Shape(-near * soft, far * soft, reach, along)


def _capsule(
    hand: NDArray[np.float64], length: float, bone: tuple[int, int, float, float], x: Float, y: Float
) -> tuple[Float, Float, Float]:
    """Front and back (H, W) of one bone, and the distance from it in radii."""
    start, end = hand[bone[0]].astype(np.float32), hand[bone[1]].astype(np.float32)
    first, last = np.float32(bone[2] * length), np.float32(bone[3] * length)
    d = end - start
    t = np.clip(((x - start[0]) * d[0] + (y - start[1]) * d[1]) / np.maximum(d[:2] @ d[:2], np.float32(1e-6)), 0, 1)
    away = np.hypot(x - start[0] - t * d[0], y - start[1] - t * d[1])
    radius = first + (last - first) * t
    half = np.sqrt(np.maximum(radius**2 - away**2, 0)) - np.float32(_STEEP) * np.maximum(away - radius, 0)
    middle = start[2] + d[2] * t
    return middle - half, middle + half, away / radius


def _is_alone(shape: _Shape, mask: Bools) -> bool:
    """Whether there is hardly anything of the body beside, and so behind the hand, but the forearm."""
    ring = (shape.reach > _REACH) & (shape.reach < _RING) & (shape.along > _FULL)
    return bool(mask[ring].mean() < _ALONE) if ring.any() else False


def _soft(inside: Bools, beyond: Bools, along: Float, band: float) -> Float:
    """1 on the hand, falling to 0 at the wrist and where other parts of the body go on (not at the silhouette)."""
    weight = np.minimum(_away(beyond, band), ramp(along, _START, _FULL)) * inside
    return np.asarray(cv2.GaussianBlur(weight.astype(np.float32), (0, 0), 1.0) * inside, np.float32)


def _sharp(inside: Bools, beyond: Bools, along: Float, band: float) -> Float:
    """The same, but at once 0 where other parts go on."""
    return (ramp(along, _START, _FULL) * (inside & (_away(beyond, band) > _HALF))).astype(np.float32)


def _away(beyond: Bools, band: float) -> Float:
    """0 where other parts of the body go on, 1 from `band` pixels beside them."""
    return np.minimum(distance(~beyond) / np.float32(max(band, 2.0)), np.float32(1))
