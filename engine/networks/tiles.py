"""Refinement of the depth only where the person is: the numbers of the whole picture, a fraction of the work."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.networks.graph import TwoK2K, enlarged
from engine.networks.parts import Region

CELL = 32
BAND_HEIGHT = 128
MAX_WIDTH = 512
MAX_GAP = 64
"""Tiles: bands of rows, cut into runs of cells that hold something of the person; shorter gaps are bridged."""

SPARING_SHARE = 4
"""Tiles that spare memory have this part of the height and width."""

MARGIN = 24
"""Pixels around a tile that its numbers depend on (from the kernel sizes, rounded up to 8)."""

OUTWARDS = (-1, -1, 1, 1)

TRIMS = (3, 4, 4)
"""How much of the margin each level of the refinement has used up, in its own pixels: 24 = 3 * 4 + 4 * 2 + 4."""


def person_tiles(mask: NDArray[np.bool_], sparing: bool = False) -> Iterator[Region]:
    """Rectangles that together cover a mask (H, W), without overlap; all sides multiples of `CELL`.

    sparing: small ones, which take less memory and more time.
    """
    share = SPARING_SHARE if sparing else 1
    height, width = BAND_HEIGHT // share, MAX_WIDTH // share
    for top in range(0, len(mask), height):
        band = mask[top : top + height]
        cells = np.flatnonzero(band.any(0).reshape(-1, CELL).any(1))
        for run in np.split(cells, np.flatnonzero(np.diff(cells) * CELL > MAX_GAP) + 1):
            if len(run):
                yield from _split(top, top + len(band), int(run[0]) * CELL, int(run[-1] + 1) * CELL, width)


def _split(top: int, bottom: int, left: int, right: int, width: int) -> Iterator[Region]:
    count = -(-(right - left) // width)
    edges = [left + (right - left) * i // count // CELL * CELL for i in range(count)] + [right]
    for start, end in pairwise(edges):
        yield Region(top, start, bottom, end)


def refine_tile(network: TwoK2K, depths: Tensor, normals_of: Callable[[Region], Tensor], tile: Region) -> Tensor:
    """Refined depth (1, 2, h, w) of a tile, equal to that part of `TwoK2K.refined` for the whole picture.

    depths: (1, 2, H/8, W/8) of the whole picture. normals_of: gives the blended normals (1, 6, h, w) of a region.
    tile: sides on multiples of `CELL`, or on the picture's border. Every level is evaluated on no more than it needs.
    """
    height, width = 8 * depths.shape[2], 8 * depths.shape[3]
    open_sides = Region(tile.top > 0, tile.left > 0, tile.bottom < height, tile.right < width)
    around = Region(
        *(side + sign * MARGIN * is_open for side, sign, is_open in zip(tile, OUTWARDS, open_sides, strict=True))
    )
    coarse = depths[..., around.top // 8 : around.bottom // 8, around.left // 8 : around.right // 8]
    normals = normals_of(around)
    x = network.refine_input(coarse)
    for number, (stride, trim) in enumerate(zip((4, 2, 1), TRIMS, strict=True), 1):
        first = stride // 4
        x = network.refine.level(number, x, normals[..., first::stride, first::stride])
        x = _trim(x, open_sides, trim)
        normals = _trim(normals, open_sides, trim * stride)
    return network.refined_depths(x, _trim(enlarged(coarse), open_sides, MARGIN))


def _trim(x: Tensor, open_sides: Region, pixels: int) -> Tensor:
    top, left, bottom, right = (pixels * is_open for is_open in open_sides)
    return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right]
