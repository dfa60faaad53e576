"""Cells of the pixel grid: one per 2x2 block of pixel centres, a quad or a triangle at one corner of the block.

A cell's code is the set of its corners as bits. The corners of a block are numbered 0 = upper left, 1 = upper right,
2 = lower left, 3 = lower right. A quad has all four bits, a triangle lacks one, an empty block has code 0.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

QUAD = 15
TRIANGLES = {14: (2, 3, 1), 13: (0, 2, 3), 11: (3, 1, 0), 7: (1, 0, 2)}
"""code -> corners, counter-clockwise as the camera sees them; the last edge (third to first) is slanted."""

TOP, BOTTOM, LEFT, RIGHT = 3, 12, 5, 10
"""The two bits that an edge of the block needs."""


def codes(mask: Bools) -> Codes:
    """(H, W) mask -> (H-1, W-1) cells: quads, and triangles where three of four pixels are inside."""
    m = mask.astype(np.uint8)
    code = m[:-1, :-1] | m[:-1, 1:] << 1 | m[1:, :-1] << 2 | m[1:, 1:] << 3
    code[~np.isin(code, (7, 11, 13, 14, QUAD))] = 0
    return np.asarray(code, np.uint8)


def has(code: Codes, bits: int) -> Bools:
    """Which cells own all corners of `bits`."""
    return (code & bits) == bits


def incidence(code: Codes) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int8], NDArray[np.int8]]:
    """Cells at the grid's edges: boundary sign and count, for horizontal (H, W-1) and vertical (H-1, W) edges.

    The sign is +1 where the only cell is the one below (right of) the edge, -1 where it is above (left of) it, else 0.
    """
    height, width = code.shape[0] + 1, code.shape[1] + 1
    below, above = np.zeros((2, height, width - 1), np.int8)
    below[:-1], above[1:] = has(code, TOP), has(code, BOTTOM)
    right, left = np.zeros((2, height - 1, width), np.int8)
    right[:, :-1], left[:, 1:] = has(code, LEFT), has(code, RIGHT)
    return below - above, below + above, right - left, right + left


def pixels(shape: tuple[int, int], corner: int) -> NDArray[np.int32]:
    """Flat pixel index of one corner of every block of an (H, W) grid: (H-1, W-1)."""
    height, width = shape
    index = np.arange(height * width, dtype=np.int32).reshape(shape)
    row, column = divmod(corner, 2)
    return index[row : height - 1 + row, column : width - 1 + column]


def near(marked: Bools, steps: int = 2) -> Bools:
    """Within so many cells of a marked one."""
    return cv2.dilate(marked.astype(np.uint8), np.ones((2 * steps + 1, 2 * steps + 1), np.uint8)) > 0


def touched(pixels: Bools) -> Bools:
    """Cells (H-1, W-1) with a corner among pixels (H, W)."""
    return np.asarray(cv2.dilate(pixels.astype(np.uint8), np.ones((2, 2), np.uint8), anchor=(0, 0))[:-1, :-1] > 0)


def corner_pixels(marked: Bools) -> Bools:
    """Pixels (H, W) at the corners of marked cells (H-1, W-1)."""
    padded = np.pad(marked, ((0, 1), (0, 1))).astype(np.uint8)
    return np.asarray(cv2.dilate(padded, np.ones((2, 2), np.uint8), anchor=(1, 1)) > 0)
