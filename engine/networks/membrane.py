"""The smoothest continuation of values at a border, by which one surface is set into another without a seam."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.linalg import spsolve

Float = NDArray[np.float32]
Bools = NDArray[np.bool_]

CELLS = 64
"""Cells along the longer side of the grid on which the membrane is computed."""

_SHARE = 0.05
"""Share of a cell that must lie inside, or beyond the border, to count."""


def membrane(values: Float, inside: Bools, beyond: Bools) -> Float:
    """Harmonic over `inside`, with the values found at its border to `beyond`; free at all other borders.

    values, inside, beyond: (H, W). What values minus this leaves is 0 along that border: the gradient domain's way of
    cloning (Perez, Gangnet and Blake, Poisson Image Editing, 2003). 0 where nothing lies beyond.
    """
    height, width = values.shape
    step = max(height, width) / CELLS
    shape = (max(1, round(width / step)), max(1, round(height / step)))
    weight, outer = (cv2.resize(m.astype(np.float32), shape, interpolation=cv2.INTER_AREA) for m in (inside, beyond))
    total = cv2.resize(np.where(inside, values, 0).astype(np.float32), shape, interpolation=cv2.INTER_AREA)
    cells = weight > _SHARE
    known = cells & (cv2.dilate((outer > _SHARE).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    if not known.any():
        return np.zeros_like(values)
    coarse = _solve(total / np.maximum(weight, 1e-6), cells, known)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _solve(values: Float, cells: Bools, known: Bools) -> Float:
    """Every unknown cell is the mean of its neighbours; outside of all cells the nearest known value."""
    number = np.full(cells.shape, -1)
    number[cells] = np.arange(np.count_nonzero(cells))
    fixed = known[cells].astype(np.float64)
    graph = _neighbours(number, len(fixed))
    count = np.asarray(graph.sum(axis=1)).ravel()
    lonely = (count == 0) & (fixed == 0)
    matrix = diags(1 - fixed) @ (diags(count) - graph) + diags(fixed + lonely)
    solution = spsolve(csr_matrix(matrix), fixed * values[cells])
    result = np.zeros(cells.shape, np.float32)
    result[cells] = solution
    _, label = cv2.distanceTransformWithLabels(
        (~cells).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros(int(label.max()) + 1, np.float32)
    by_label[label[cells]] = result[cells]
    return by_label[label]


def _neighbours(number: NDArray[np.int64], count: int) -> csr_matrix:
    """Adjacency of cells that share a side."""
    across = number[:, :-1].ravel(), number[:, 1:].ravel()
    down = number[:-1].ravel(), number[1:].ravel()
    a, b = (np.concatenate(pair) for pair in zip(across, down, strict=True))
    both = (a >= 0) & (b >= 0)
    a, b = a[both], b[both]
    return csr_matrix(coo_matrix((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), (count, count)))
