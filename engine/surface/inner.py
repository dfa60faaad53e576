"""The two sheets inside the body where one part hides another: the rear of what is before, the front of what is not."""

import cv2
import numpy as np

from engine.parallel import at_once
from engine.pixels import Bools, Float, distance, ramp
from engine.surface import cells
from engine.surface.inside import CELL, hollows
from engine.surface.occluder import REACH, Side, continued_from

SLIT = 4.0
"""Narrowest gap in pixels of depth."""
_KNOWN = 200.0
"""How far in pixels a thickness holds that both maps show."""
_STEADY = 20.0
"""Pixels of depth by which a hidden part may differ from its continuation, and is still that part."""
_THIN = 3.0
"""Least thickness in pixels of what is before or behind a hollow."""
_ROUND, _INWARD = 12.0, 2.0
"""How far in pixels beside its outline an occluder is round, and slope of how much deeper it can be from there on."""
_BORDER = 24
"""Pixels by which the border of a hollow can be off."""
_OFF = 16.0
"""Pixels of depth by which an inner sheet can be off."""
_ROUNDEST = 60.0
"""Pixels on which the sides of a gap come together at most where it ends."""
_JOIN = 60.0
"""How far in pixels from a jump an inner sheet depends on what is seen beyond it."""


def inner_sheets(front: Side, rear: Side, mask: Bools) -> tuple[Float, Float, Bools]:
    """Depth of the occluder's rear and of the occluded front, and pixels around hollows of the body.

    Both go on as they are in the hollows, as far as to the occluder's outline, where they come round.
    """
    near, far = front.depth, -rear.depth
    behind, hidden = _guessed(front, rear)
    if not (front.steep.any() or rear.steep.any()):
        return behind, hidden, np.zeros_like(mask)
    hollow = hollows(near, far, mask)
    if not hollow.found.any():
        return behind, hidden, np.zeros_like(mask)
    beside = _beside_hollows(hollow.found, mask.shape)
    found, guessed = hollow.found, (behind, hidden)
    behind, hidden = at_once(
        lambda: -_joined(-np.where(beside, _widened(hollow.behind, guessed[0], found), guessed[0]), rear),
        lambda: _joined(np.where(beside, _widened(hollow.hidden, guessed[1], found), guessed[1]), front),
    )
    behind, hidden = _with_room(behind, hidden, near, far)
    deepest = np.minimum(_deepest(front, hidden), _thickness_beside(rear, near))
    return np.minimum(behind, near + deepest), np.maximum(hidden, far - _deepest(rear, -behind)), beside


def rounded_off(ends: Bools, behind: Float, hidden: Float) -> tuple[Float, Float]:
    """Both inner sheets, which meet, in a round, at the cells (H-1, W-1) where the gap between them ends."""
    if not ends.any():
        return behind, hidden
    middle, half = (behind + hidden) / 2, (hidden - behind) / 2
    way = distance(~cells.corner_pixels(ends)) / np.clip(half, 1, _ROUNDEST)
    open_ = np.sqrt(1 - np.maximum(1 - way, 0) ** 2)
    return middle - open_ * half, middle + open_ * half


def _guessed(front: Side, rear: Side) -> tuple[Float, Float]:
    """Depth of the occluder's rear and of the occluded front, as far as outlines and continuations tell; else that of
    the maps."""
    near, far = front.depth, -rear.depth
    behind = np.minimum(near + front.thickness, np.where(rear.reach < REACH, -rear.continued, np.inf))
    hidden = np.maximum(
        np.where(front.reach < REACH, front.continued, -np.inf), np.where(rear.edge, far - rear.thickness, -np.inf)
    )
    return np.where(np.isfinite(behind), behind, near), np.where(np.isfinite(hidden), hidden, far)


def _joined(sheet: Float, side: Side) -> Float:
    """An inner sheet that goes on with what its side sees of it where the jump that hides it begins. Other jumps hide
    something else, such as a strap the bag that it lies on."""
    occluded = side.reach == 0
    if not occluded.any():
        return sheet
    off = continued_from(side.depth - sheet, occluded)
    return sheet + off * (1 - ramp(np.abs(off), _OFF, 2 * _OFF)) * (1 - ramp(side.reach, 0, _JOIN))


def _with_room(behind: Float, hidden: Float, near: Float, far: Float) -> tuple[Float, Float]:
    """Both inner sheets with what is before and behind them not too thin, where they hardly leave the body."""
    least = 2 * _THIN + SLIT
    before, after = (hidden - near > least) & (behind > near - _OFF), (far - behind > least) & (hidden < far + _OFF)
    return (
        np.where(before, np.maximum(behind, near + _THIN), behind),
        np.where(after, np.minimum(hidden, far - _THIN), hidden),
    )


def _deepest(side: Side, beyond: Float) -> Float:
    """How deep an occluder can be at most: round along its outline, and inside of it as deep as may be.

    beyond: depth of what begins behind the hollow. A jump to something before that, such as from a strap to the bag
    that it lies on, is no outline.
    """
    deepest = side.thickness + _INWARD * np.maximum(side.border - _ROUND, 0)
    lies_on = (side.edge | (side.reach <= side.border + 2)) & (side.continued < beyond - 2 * _OFF)
    return np.where(lies_on, np.float32(np.inf), deepest)


def _thickness_beside(side: Side, other: Float) -> Float:
    """What both maps say of the thickness of the part that a side's jumps hide, continued; infinite far from them.

    So a forearm that comes towards the camera from behind the trunk, or a bag that hangs askew, does not become as deep
    as it is wide. other: the opposite map as its own camera sees it.
    """
    occluded = side.reach == 0
    if not occluded.any():
        return np.full(side.depth.shape, np.inf, np.float32)
    thickness = np.maximum(-other - side.depth, 0)
    same = np.where(np.abs(side.depth - side.continued) < _STEADY, thickness, np.float32(0))
    widest = cv2.dilate(same, np.ones((9, 9), np.uint8))
    return np.where(side.reach < _KNOWN, continued_from(np.maximum(widest, thickness * occluded), occluded), np.inf)


def _widened(surface: Float, otherwise: Float, found: Bools) -> Float:
    """A hollow's surface (h, w), continued smoothly beyond it, for every pixel (H, W). otherwise: (H, W), where it is
    not known."""
    known = np.where(np.isnan(surface), otherwise[::CELL, ::CELL], surface)
    return _enlarged(continued_from(known, found, 1.0, 0.7), otherwise.shape)


def _beside_hollows(found: Bools, shape: tuple[int, ...]) -> Bools:
    """Pixels (H, W) at the hollows that were found (h, w), small holes included, and as far around them as their border
    can be off."""
    closed = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    inside = (_enlarged(closed.astype(np.float32), shape) > 0.5).astype(np.uint8)
    wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _BORDER + 1, 2 * _BORDER + 1))
    return np.asarray(cv2.dilate(inside, wide) > 0)


def _enlarged(values: Float, shape: tuple[int, ...]) -> Float:
    """Values at every `CELL`-th pixel (h, w) -> at every pixel (H, W), linear between them."""
    scale = np.array([[CELL, 0, 0], [0, CELL, 0]], np.float32)
    return np.asarray(cv2.warpAffine(values, scale, shape[::-1], borderMode=cv2.BORDER_REPLICATE), np.float32)
