"""Colours of the hair that the camera does not see."""

import numpy as np

from engine.pixels import Bools, Float, distance, ramp, spread
from engine.surface.clean import Shell
from engine.surface.halves import overlap
from engine.types import Head

_HALF, _RIM, _EVEN = 0.5, (15.0, 30.0), 4.0
"""Cover from which on a pixel is hair, pixels from its rim (ears, silhouette) between which less and less colours come
from farther inside, and standard deviation in pixels of the filter for those."""
_WALL, _STEEP = 5, 3.0
"""Pixels that a steep place may be wide, and its depth per pixel."""


def with_hair_behind(back: Float, shell: Shell, head: Head) -> Float:
    """Colours (H, W, 3) of the far sheet, on which hair goes on as far as ears and silhouette and has strands."""
    here, there = overlap(shell, head)
    hair = head.far.hair[there] * head.far.weight[there]
    if not hair.size:
        return back
    depth = np.where(shell.mask[here], shell.far[here], -np.inf)
    colors = _of_deeper_ends(_up_to_the_rim(back[here], hair), depth, head.far.weight[there] > _HALF)
    back = back.copy()
    back[here] = np.minimum(colors * np.exp(head.strands[there] * hair)[..., None], 255)
    return back


def _up_to_the_rim(colors: Float, hair: Float) -> Float:
    """Colours (H, W, 3) with those of the hair (H, W; cover) at its rim too, where the photo shows ears."""
    away = distance(hair > _HALF)
    inner = away > np.mean(_RIM)
    if not inner.any():
        return colors
    return colors + (hair * (1 - ramp(away, *_RIM)))[..., None] * (spread(colors, inner, _EVEN) - colors)


def _of_deeper_ends(colors: Float, depth: Float, where: Bools) -> Float:
    """Colours (H, W, 3) that on steep places, as between an ear and the skull, are those of the deeper end."""
    deepest, end = depth + _STEEP, np.arange(depth.size).reshape(depth.shape)
    depths, places = np.pad(depth, 1, constant_values=-np.inf), np.pad(end, 1, mode="edge")
    for row, column in ((0, 1), (2, 1), (1, 0), (1, 2)):
        beside = np.s_[row : row + depth.shape[0], column : column + depth.shape[1]]
        deeper = where & (depths[beside] > deepest)
        deepest, end = np.where(deeper, depths[beside], deepest), np.where(deeper, places[beside], end)
    for _ in range(_WALL):
        colors = colors.reshape(-1, 3)[end]
    return colors
