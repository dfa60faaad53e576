"""Edges of clothes on both depth maps: a hem, a cuff or a collar stands a few millimetres above what it covers.

The networks of 2K2K give a dressed body as one smooth surface, and light and shade tell little about its edges, of the
back nothing. Which cloth is where is known (`engine.networks.cloths`), and which lies over which.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS
from engine.networks.cloths import Cloth
from engine.networks.photo_borders import Reach, drawn_to
from engine.networks.prior import SIZE
from engine.networks.relief import STEP, at_size, halved, person_box, push_back, raise_front, steadiness
from engine.pixels import Bools, Float, black_outside, blur, channels, distance, ramp
from engine.types import Canvas, Maps

_EDGE = 1.2
"""Pixels (2.6 mm of a person of 1.8 m) by which cloth rises at its edge, and what it lies on falls."""
_REACH = 8.0
"""Pixels from an edge at which a third of that is left."""
_FAR = 5 * _REACH
_BESIDE = np.ones((3, 3), np.uint8)
_ROUND = 1.0
"""Standard deviation in pixels of the smoothing of edges."""
_BORDERS = 1.0
"""Standard deviation in the network's pixels of the smoothing of what it says, or borders would have their corners."""
_AROUND, _SURE = 3.0, (0.65, 0.85)
"""Standard deviation in the network's pixels of what is around, and how large the largest shares are there in the mean
where it guesses and where it is sure."""
_KNOWN = 0.5
"""Certainty from which on it is told what is seen."""
_BORDERS_SEEN = Reach(alone=4, nearby=20.0, moved=10, specks=3.0)
"""What of the photo a cloth's border is drawn to."""
_NO_EDGE = (Cloth.HAIR, Cloth.CARRIED)


def with_hems(maps: Maps, canvas: Canvas, cloths: NDArray[np.float32]) -> Maps:
    """The maps with edges of clothes, and with what they show; overwrites both depths.

    cloths: (2, len(Cloth), 256, 256) how likely front and back show what. All pixels here are those of the relief.
    """
    area = person_box(maps.mask)
    front, back, mask = maps.front[area], maps.back[area], maps.mask[area]
    near, inside = halved(front, mask)
    far, _ = halved(back, mask)
    if not inside.any():
        return maps
    shares = np.ascontiguousarray(np.moveaxis(_enlarged(cloths[0], area), 2, 0))
    codes = drawn_to(shares, _colors(canvas.rgb[area], mask), inside, _BORDERS_SEEN).argmax(axis=0)
    in_front = _seen(codes, cloths[0], area)
    far_off = _seen(_likeliest(cloths[1], area), cloths[1] * ~_mistaken(cloths[1], maps.arms), area)
    raise_front(front, back, at_size(_edges(in_front, inside) * steadiness(near, inside), mask), mask)
    push_back(front, back, at_size(_edges(far_off, inside) * steadiness(far, inside), mask), mask)
    return replace(maps, cloths=_known(np.stack([in_front.known(inside), far_off.known(inside)]), area))


@dataclass(frozen=True)
class _Seen:
    """What one side shows: codes (H, W) of `Cloth`, and from 0 to 1 how sure they are, and how sure if coats count as
    tops: jackets are often either."""

    codes: NDArray[np.int64]
    sure: Float
    sure_of_tops: Float

    @property
    def jackets(self) -> Bools:
        return np.isin(self.codes, (Cloth.TOP, Cloth.COAT))

    def known(self, inside: Bools) -> NDArray[np.int64]:
        """The codes where they are sure."""
        sure = np.where(self.jackets, self.sure, self.sure_of_tops)
        return np.where(inside & (sure > _KNOWN), self.codes, Maps.UNSURE)


def _seen(codes: NDArray[np.int64], shares: Float, area: tuple[slice, slice]) -> _Seen:
    return _Seen(codes, *(_enlarged(_certainty(of), area) for of in (shares, _joined(shares))))


def _mistaken(shares: Float, arms: Bools | None) -> Bools:
    """Where an arm hides a back (H, W) that is taken for skin, which may be the arm's; shares: (C, H, W)."""
    bare = shares.argmax(axis=0) == Cloth.BARE
    return np.zeros_like(bare) if arms is None else bare & arms


def _joined(shares: Float) -> Float:
    """The shares (C, H, W) with coats as tops."""
    joined = shares.copy()
    joined[Cloth.TOP] += joined[Cloth.COAT]
    joined[Cloth.COAT] = 0
    return joined


def _likeliest(shares: Float, area: tuple[slice, slice]) -> NDArray[np.int64]:
    """The likeliest codes (H, W) of a part of the canvas; what is a coat or a top is first that, then one of both."""
    codes = _enlarged(_joined(shares), area).argmax(axis=2)
    top, coat = np.moveaxis(_enlarged(shares[[Cloth.TOP, Cloth.COAT]], area), 2, 0)
    return np.where((codes == Cloth.TOP) & (coat > top), Cloth.COAT, codes)


def _known(codes: NDArray[np.int64], area: tuple[slice, slice]) -> NDArray[np.uint8]:
    """The codes (2, H, W) of a part of the canvas as `Maps.cloths`."""
    cloths = np.full((2, CANVAS // STEP, CANVAS // STEP), Maps.UNSURE, np.uint8)
    rows, columns = (slice(side.start // STEP, side.stop // STEP) for side in area)
    cloths[:, rows, columns] = codes
    return cloths


def _certainty(shares: Float) -> Float:
    """How sure (1, H, W), from 0 to 1, the network is of what is around: borders that it guesses get no edge."""
    return ramp(cv2.GaussianBlur(shares.max(axis=0), (0, 0), _AROUND), *_SURE)[None]


def _enlarged(shares: Float, area: tuple[slice, slice]) -> Float:
    """(C, 256, 256) -> (H, W, C) on the pixels of a part of the canvas; (H, W) of one plane."""
    step = CANVAS // SIZE
    row, column = area[0].start, area[1].start
    size = ((area[1].stop - column) // STEP, (area[0].stop - row) // STEP)
    first = (STEP - step) / 2
    matrix = np.array([[STEP, 0, column + first], [0, STEP, row + first]]) / step
    planes = cv2.GaussianBlur(np.ascontiguousarray(shares.transpose(1, 2, 0)), (0, 0), _BORDERS)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(planes, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _colors(rgb: NDArray[np.uint8], mask: Bools) -> Float:
    """CIELAB (H / 2, W / 2, 3) of a part of the canvas (H, W, 3), without what is around the person."""
    size = (mask.shape[1] // STEP, mask.shape[0] // STEP)
    light = black_outside(rgb, mask).astype(np.float32) / 255
    seen, weight = (cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in (light, mask.astype(np.float32)))
    return np.asarray(cv2.cvtColor(seen / channels(np.maximum(weight, 1e-3)), cv2.COLOR_RGB2Lab), np.float32)


def _edges(seen: _Seen, inside: Bools) -> Float:
    """Heights (H, W) in pixels that make the edges of what is seen, as far as that is sure."""
    tops = np.where(seen.codes == Cloth.COAT, Cloth.TOP, seen.codes)
    edges = _steps(tops, inside) * seen.sure_of_tops
    edges += np.where(seen.jackets, _steps(seen.codes, inside & seen.jackets) * seen.sure, 0)
    return edges.clip(-_EDGE, _EDGE)


def _steps(cloths: NDArray[np.int64], inside: Bools) -> Float:
    """Heights (H, W) in pixels that make the edges of the cloths (H, W; codes of `Cloth`)."""
    counts = inside & ~np.isin(cloths, _NO_EDGE)
    heights = np.zeros(cloths.shape, np.float32)
    for cloth in np.unique(cloths[counts]):
        own = counts & (cloths == cloth)
        beside = counts & (cv2.dilate(own.astype(np.uint8), _BESIDE) > 0)
        over, under = (_nearness(beside & other) for other in (cloths > cloth, cloths < cloth))
        heights[own] = _EDGE * (under - over)[own]
    return blur(heights, inside.astype(np.float32), _ROUND)


def _nearness(others: Bools) -> Float:
    """1 beside the others, falling to 0 away from them."""
    away = distance(~others)
    return np.where(away < _FAR, np.exp((1 - away) / _REACH), 0).astype(np.float32)
