"""The head on both depth maps, from its shape: what the prior is for the body."""

from dataclasses import replace

import cv2
import numpy as np

from engine.camera import UNIT
from engine.pixels import Bools, Float, distance, ramp, smooth, spread
from engine.types import Head, Maps, Parts

_BEFORE = (0.07, 0.1)
"""Metres before the face from which on what the networks saw there is less and less the face, but a hand or a brim, and
from which on it is not."""
_STEP, _SINKS = 0.012, 0.06
"""Metres by which hair beside the face stands out from it at most, and way on which what is more than that fades."""
_HALF, _BORDER = 0.5, 4.0
"""Weight from which on a pixel is more of the head than of the networks, and width in pixels of its border."""
_HEIGHT = 8.0
"""Pixels of height of strands of hair per difference in the logarithm of brightness."""
_MADE_UP = 0.4
"""Share of that height where the photo does not show them."""
_RIM = (6.0, 16.0)
"""Pixels from the silhouette up to which strands are not to be told from the slope, and from which on they are."""
_STEEPEST, _ROUNDS = 8.0, 10
"""Largest slope (pixels per pixel) behind what stands before the rest of the head (chin, ear), and pixels that it may
take: a jump would be a crack."""
_THINNEST = 2.0
"""Least distance in pixels of both maps."""
_NECK = 0.5
"""Share of the networks' thickness that the neck keeps at least, of which only the front is the head's."""
_FACE = 0.95
"""Share of bare skin from which on a pixel tells where the face is."""
_HEAD = 0.2
"""Weight from which on a pixel shows the head."""


def with_head(maps: Maps, head: Head | None) -> Maps:
    """The maps with the shape of the head, and what is known of it behind and before a limb; may overwrite them. Its
    distance from the camera remains what the networks said."""
    if head is None:
        return maps
    if head.skin is None:
        return _with_face(maps, head)
    apart = 2 * maps.back.max()
    return _mirrored(_with_face(_mirrored(maps, apart), head), apart)


def _mirrored(maps: Maps, apart: np.float32) -> Maps:
    """The maps as a camera behind the person, which is so far from the one before it, would see them in a mirror."""
    front, back = ((apart - depth) * maps.mask for depth in (maps.back, maps.front))
    if (parts := maps.parts) is not None:
        parts = Parts(parts.back, parts.front, apart - parts.hidden, apart - parts.behind)
    return replace(maps, front=front, back=back, parts=parts)


def _with_face(maps: Maps, head: Head) -> Maps:
    """`with_head` of a head whose face is on the front map."""
    front, back = (depth[head.area] * UNIT for depth in (maps.front, maps.back))
    parts = None if maps.parts is None else maps.parts.within(head.area)
    mask, (limb, rear_limb) = front > 0, _limbs(parts, front.shape)
    place = place_of(head, front, mask & ~limb)
    if place is None:
        return maps
    before = np.maximum(covered(head, front, place), limb)
    strands = _strands(head.strands, mask)
    solid = mask & (head.near.weight > _HEAD)
    beside = front + _sunk(front, head, place, before)
    ahead, behind = head.near.weight * (1 - before), head.far.weight * ~rear_limb
    near = _mixed(beside, head.near.depth + place, ahead) - ahead * head.near.hair * strands
    near = _leaned(near, solid & (before == 0))
    rear = _mixed(back, head.far.depth + place, behind) + _MADE_UP * behind * head.far.hair * strands
    far = _thick(near, rear, back - front, solid, behind)
    maps.front[head.area][mask], maps.back[head.area][mask] = near[mask] / UNIT, far[mask] / UNIT
    if parts is not None:
        parts.hidden[limb] = _mixed(parts.hidden, (head.near.depth + place) / UNIT, head.near.weight)[limb]
        parts.behind[rear_limb] = _mixed(parts.behind, (head.far.depth + place) / UNIT, head.far.weight)[rear_limb]
    return maps


def _limbs(parts: Parts | None, shape: tuple[int, ...]) -> tuple[Bools, Bools]:
    """(H, W) where a limb is known to be before the head, or before the trunk beside it, and where behind it."""
    if parts is None:
        return np.zeros(shape, bool), np.zeros(shape, bool)
    known = (parts.front != Parts.UNKNOWN) & (parts.front != parts.back)
    return known & (parts.back == Parts.TRUNK), known & (parts.front == Parts.TRUNK)


def place_of(head: Head, front: Float, where: Bools) -> np.float32 | None:
    """Pixels of depth at which the middle of the head lies, when its face is where a front map (H, W; pixels, on the
    head's area) shows one; None where there is no face."""
    face = where & (head.bare > _FACE)
    return np.float32(np.median((front - head.near.depth)[face])) if face.any() else None


def covered(head: Head, front: Float, place: np.float32) -> Float:
    """(H, W) 0..1 whether what the front map shows before the face is something else, as a hand."""
    away = head.near.depth + place - front
    return head.bare * ramp(away, _BEFORE[0] * head.scale, _BEFORE[1] * head.scale)


def _sunk(front: Float, head: Head, place: np.float32, before: Float) -> Float:
    """Pixels (H, W) by which hair and collar beside the face lie deeper than the networks saw them, so that they stand
    out from it by `_STEP` at most."""
    face = (head.near.weight > _HALF) & (front > 0)
    border = face & (distance(face) < _BORDER) & (before == 0)
    if not border.any():
        return np.zeros_like(front)
    excess = np.maximum(head.near.depth + place - front - _STEP * head.scale, 0)
    even = spread(excess, border, _BORDER)
    return smooth(even, _BORDER) * (1 - ramp(distance(~face), 0, _SINKS * head.scale)) * (before == 0)


def _mixed(depth: Float, head: Float, share: Float) -> Float:
    return np.asarray(depth + share * (head - depth), np.float32)


def _thick(near: Float, far: Float, thickness: Float, solid: Bools, head: Float) -> Float:
    """The far map, no nearer than the near one allows: neighbouring columns of the head share some depth, for it is
    one solid, steep as its sides are, and the neck keeps half of what it had. head: (H, W) how far it is the head's."""
    deepest = cv2.dilate(np.where(solid, near, -np.inf).astype(np.float32), np.ones((3, 3), np.uint8))
    least = deepest + np.maximum(_NECK * (1 - head) * thickness, _THINNEST)
    return np.where(solid, np.maximum(far, least), np.maximum(far, near + np.minimum(thickness, _THINNEST)))


def _strands(strands: Float, mask: Bools) -> Float:
    """Heights of the hair in pixels: what is dark lies deep, since less light gets there (Beeler et al., High-Quality
    Single-Shot Capture of Facial Geometry, 2010)."""
    return _HEIGHT * strands * ramp(distance(mask), *_RIM)


def _leaned(depth: Float, where: Bools) -> Float:
    """Depth brought nearer beside what is in front, until no slope is steeper than `_STEEPEST`."""
    lowest = np.where(where, depth, np.float32(1e6))
    for _ in range(_ROUNDS):
        lowest = np.minimum(lowest, cv2.erode(lowest, np.ones((3, 3), np.uint8)) + np.float32(_STEEPEST))
    return np.where(where, lowest, depth)
