"""Colours of the hair that the camera does not see."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, distance, nearest, ramp, spread
from engine.surface.clean import Shell
from engine.surface.halves import overlap
from engine.types import Head, HeadSide

_HALF, _RIM, _EVEN = 0.5, (15.0, 30.0), 4.0
"""Cover from which on a pixel is hair, pixels from its rim (ears, silhouette) between which less and less colours come
from farther inside, and standard deviation in pixels of the filter for those."""
_WALL, _STEEP = 12, 2.0
"""Pixels that a steep place may be wide, and its depth per pixel."""
_ROUND = (4.0, 10.0)
"""Pixels from the silhouette up to which, and from which on not, it comes round that."""
_AROUND, _BESIDE = np.ones((5, 5), np.uint8), np.ones((7, 7), np.uint8)
"""Around steep places, which counts as they do, and around hair, up to which it goes on there and at the silhouette."""


def with_hair_behind(front: Float, back: Float, seen: Float, shell: Shell, head: Head) -> tuple[Float, Float]:
    """Colours (H, W, 3) of both sheets with hair: on the far one it goes on as far as ears and silhouette and has
    strands, on the near one it comes round the silhouette.

    seen: (H, W, 1) 0..1, how far the camera saw the near one, and nothing comes round.
    """
    here, there = overlap(shell, head)
    part, mask = head.within(there), shell.mask[here]
    if not mask.size:
        return front, back
    hair, end = _on_walls(*_up_to_the_silhouette(part.far, mask), np.where(mask, shell.far[here], -np.inf))
    colors = _up_to_the_rim(back[here], hair).reshape(-1, 3)[end] * np.exp(part.strands * hair)[..., None]
    front, back = front.copy(), back.copy()
    back[here] = np.minimum(colors, 255)
    side = (hair * (1 - ramp(distance(mask), *_ROUND)))[..., None] * (1 - seen[here])
    front[here] += side * (back[here] - front[here])
    return front, back


def _up_to_the_silhouette(side: HeadSide, mask: Bools) -> tuple[Float, Bools]:
    """How far (H, W; 0..1) a part of the head is hair, and where it is the head, both up to the mask's rim."""
    drawn = side.weight > _HALF
    hair = side.hair * side.weight
    if not drawn.any():
        return hair, drawn
    near = cv2.dilate(drawn.astype(np.uint8), _BESIDE) > 0
    return np.where(near & ~drawn, hair.ravel()[nearest(drawn)], hair), near & mask


def _on_walls(hair: Float, where: Bools, depth: Float) -> tuple[Float, NDArray[np.int64]]:
    """How far (H, W) there is hair, on steep places and beside them as at their deeper end, and the flat indices of
    these ends."""
    end = _deeper_ends(depth, where)
    wall = end != np.arange(end.size).reshape(end.shape)
    wide = cv2.dilate(wall.astype(np.uint8), _AROUND) > 0
    reaching = np.where(wide, cv2.dilate(hair, _BESIDE).ravel()[end], hair)
    return np.where(wide, cv2.GaussianBlur(cv2.medianBlur(reaching, 5), (0, 0), 1.0), hair), end


def _up_to_the_rim(colors: Float, hair: Float) -> Float:
    """Colours (H, W, 3) with those of the hair (H, W; cover) at its rim too, where the photo shows ears."""
    away = distance(hair > _HALF)
    inner = away > np.mean(_RIM)
    if not inner.any():
        return colors
    return colors + (hair * (1 - ramp(away, *_RIM)))[..., None] * (spread(colors, inner, _EVEN) - colors)


def _deeper_ends(depth: Float, where: Bools) -> NDArray[np.int64]:
    """(H, W) flat index of the deeper end of steep places, as between an ear and the skull; elsewhere of the pixel."""
    deepest, end = depth + _STEEP, np.arange(depth.size).reshape(depth.shape)
    depths, places = np.pad(depth, 1, constant_values=-np.inf), np.pad(end, 1, mode="edge")
    for row, column in ((0, 1), (2, 1), (1, 0), (1, 2)):
        beside = np.s_[row : row + depth.shape[0], column : column + depth.shape[1]]
        deeper = where & (depths[beside] > deepest)
        deepest, end = np.where(deeper, depths[beside], deepest), np.where(deeper, places[beside], end)
    ends = end
    for _ in range(_WALL - 1):
        ends = end.ravel()[ends]
    return ends
