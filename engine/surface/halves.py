"""Colours of the half of a head that the camera does not see: those of the other half, in its own light."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.head.depth import covered, place_of
from engine.pixels import Bools, Float, blur, distance, gradient, nearest, nearest_where, ramp, sampled, smooth
from engine.surface.clean import Shell
from engine.types import Head, HeadSide

Area = tuple[slice, slice]

_COARSE = 6.0
"""Standard deviation in pixels of the colours whose ratio is light, not detail."""
_BOTH, _LIGHT = 0.1, 0.008
"""Least product of how well the camera sees both halves of a place, and metres (standard deviation) on which the ratio
there is smoothed."""
_GOES_ON = 8.0
"""Standard deviation in pixels of colours that go on where neither half is seen."""
_ENOUGH = (0.1, 0.4)
"""Shares of such colours nearby between which they do."""
_RIM = 3.0
"""Pixels by which the silhouette may lie outside of that of the head."""
_PLACED = ("weight", "source", "shown")
_APART, _EVEN = (1.5, 5.0), 1.5
"""Distances of the places of neighbouring pixels between which detail becomes teeth, and the standard deviation of
their smoothing."""
_LEFT = 0.3
"""Share of the way from the near to the far side from which on the camera sees nothing of a place."""
_DARK, _MOST = 8.0, 2.0
"""Brightness (of 255) below which ratios say little, and the largest ratio."""


@dataclass(frozen=True)
class _Known:
    """What is known of a head on the part of the shell's grid that both share (H, W). place: depth of its middle.
    light: (H, W, 3) brightness over that of the other half. shift: (2,) from the head's pixels to the shell's.
    own: (H, W, 3) the photo's colours. before: 0..1 what stands before the face, on the shell's whole grid, as are
    photo and coarse, its colours without detail."""

    near: HeadSide
    far: HeadSide
    seen: Float
    place: np.float32
    light: Float
    shift: Float
    own: Float
    before: Float
    photo: Float
    coarse: Float

    def colors(self, depth: Float) -> tuple[Float, Float, Float]:
        """Colours (H, W, 3) of a sheet at its depth, how far (H, W, 1) they are known, and what share (H, W, 1) of
        them is the photo's own."""
        way = np.clip((depth - self.place - self.near.depth) / np.maximum(self.far.depth - self.near.depth, 1), 0, 1)
        weight, source, shown = (_between(getattr(self.near, name), getattr(self.far, name), way) for name in _PLACED)
        shown = shown * (1 - sampled(self.before, source + self.shift))
        others, covers = _filled(np.clip(self._copied(source + self.shift) * self.light, 0, 255), shown)
        own = (self.seen * (1 - ramp(way, 0, _LEFT)))[..., None]
        return others + own * (self.own - others), (weight * covers)[..., None], own

    def _copied(self, source: Float) -> Float:
        """The photo's colours (H, W, 3) at places (H, W, 2), without detail where a pixel stands for many of them."""
        apart = np.linalg.norm(gradient(source), axis=2).max(axis=-1)
        share = 1 - ramp(smooth(apart, _EVEN), *_APART)[..., None]
        coarse = sampled(self.coarse, source)
        return coarse + share * (sampled(self.photo, source) - coarse)


def with_other_half(
    front: Float, back: Float, detail: Float, photo: Float, shell: Shell, head: Head
) -> tuple[Float, Float, Float]:
    """The colours of both sheets (H, W, 3), in the head those of its other half where the camera sees that better, and
    how far (H, W, 1) the near sheet has the photo's detail; as they were: front, back and detail. photo: (H, W, 3) what
    the camera sees. All on the shell's grid."""
    here, there = overlap(shell, head)
    known = _known(photo, shell, head, here, there)
    if known is None:
        return front, back, detail
    front, back, detail = front.copy(), back.copy(), detail.copy()
    colors, share, own = known.colors(shell.near[here])
    share = share * (1 - known.before[here][..., None])
    front[here] += share * (colors - front[here])
    detail[here] += share * (own - detail[here])
    colors, share, _ = known.colors(shell.far[here])
    back[here] += share * (colors - back[here])
    return front, back, detail


def _known(photo: Float, shell: Shell, head: Head, here: Area, there: Area) -> _Known | None:
    """None where the shell shows nothing of the face."""
    part = head.within(there)
    place = place_of(part, shell.near[here], shell.mask[here])
    if place is None:
        return None
    places = [_up_to(shell.mask[here], side.weight > 0) for side in (part.near, part.far)]
    near, far = (_taken_from(side, at) for side, at in zip((part.near, part.far), places, strict=True))
    shift = np.array([head.column - shell.column, head.row - shell.row], np.float32)
    before = np.zeros_like(shell.near)
    before[here] = covered(part, shell.near[here], place)
    copy = sampled(photo, part.near.source + shift)
    light = _light(photo[here], copy, part.seen * part.near.shown, _LIGHT * head.scale)
    seen = part.seen.ravel()[places[0]]
    return _Known(near, far, seen, place, light, shift, photo[here], before, photo, smooth(photo, _COARSE))


def _up_to(mask: Bools, known: Bools) -> NDArray[np.int32]:
    """(H, W) flat indices of what stands for each pixel of a mask that goes a little farther than what is known of the
    head: a pixel at the silhouette covers a centimetre of a cheek."""
    beyond = mask & ~known & (distance(~known) < _RIM)
    return nearest_where(beyond, known)


def _taken_from(side: HeadSide, place: NDArray[np.int32]) -> HeadSide:
    """The side of which every pixel shows what that at its place (H, W; flat indices) does."""
    fields = {name: getattr(side, name) for name in ("depth", *_PLACED)}
    return replace(side, **{name: f.reshape(-1, *f.shape[2:])[place] for name, f in fields.items()})


def _between(near: Float, far: Float, way: Float) -> Float:
    """What there is to say of places on the way (H, W; 0 to 1) from the near to the far side: where both bend round,
    they are on neither."""
    share = way[..., None] if near.ndim == 3 else way
    return np.asarray(near + share * (far - near), np.float32)


def _filled(copy: Float, shown: Float) -> tuple[Float, Float]:
    """Colours (H, W, 3) of the other half and how far (H, W) a place has some. Where no half is seen (behind an ear),
    those around go on."""
    around = blur(copy, shown, _GOES_ON)
    covers = np.maximum(shown, ramp(smooth(shown, _GOES_ON), *_ENOUGH))
    return around + shown[..., None] * (copy - around), covers


def overlap(shell: Shell, head: Head) -> tuple[Area, Area]:
    """Rows and columns that the shell and the head share, in the shell and in the head."""
    spans = []
    for start, length, first, count in zip(
        (shell.row, shell.column), shell.mask.shape, (head.row, head.column), head.near.depth.shape, strict=True
    ):
        low, high = max(start, first), max(min(start + length, first + count), start, first)
        spans.append((slice(low - start, high - start), slice(low - first, high - first)))
    return (spans[0][0], spans[1][0]), (spans[0][1], spans[1][1])


def _light(own: Float, copy: Float, known: Float, reach: float) -> Float:
    """(H, W, 3) by how much a place is brighter than the one on the other half: known where the camera sees both, and
    elsewhere as at the nearest such place."""
    both = known > _BOTH
    if not both.any():
        return np.ones_like(own)
    ratio = np.log((smooth(own, _COARSE) + _DARK) / (smooth(copy, _COARSE) + _DARK))
    even = blur(np.clip(ratio, -np.log(_MOST), np.log(_MOST)), known, reach)
    return np.exp(smooth(even.reshape(-1, 3)[nearest(both)], reach))
