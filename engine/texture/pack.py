"""Charts of any outline side by side in a square, upright, as large as they fit."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from engine.render.raster import covering

Float = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

CELLS = 256
"""Side of the grid on which charts are placed. One of its cells is left free between any two and around them all; what
is in a cell by less than a quarter is not seen there, so that the way between two is half a cell at least."""
_SAMPLES = 2
"""Points per side of a cell by which a chart's outline is found."""
_STEP = 0.97
"""From one scale that is tried to the next smaller one."""


def pack(charts: list[Float]) -> list[Float]:
    """Corners (n, 3, 2) of every chart's triangles, to one scale -> their places in the unit square."""
    spans = [np.ptp(chart, axis=(0, 1)) for chart in charts]
    order = sorted(range(len(charts)), key=lambda k: -float(spans[k].prod()))
    scale = (CELLS - 2) / float(np.max(spans))
    points = [_points(charts[k], 1 / (_SAMPLES * scale)) for k in order]
    while (places := _places(points, scale)) is None:
        scale *= _STEP
    result = list(charts)
    for k, place in zip(order, places, strict=True):
        result[k] = ((charts[k] - charts[k].min(axis=(0, 1))) * scale + place) / CELLS
    return result


def cover(corners: Float, step: float) -> tuple[Float, Ints, Ints]:
    """What a chart covers of the points of a grid: their positions (N, 2) from the chart's smallest x and y, and the
    highest and the lowest triangle (N,) there.

    corners: (n, 3, 2). step: between the grid's points, the first of which is half a step from the smallest x and y.
    """
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    width, height = (int(n) + 1 for n in (high - low) / step)
    points = torch.from_numpy((corners.reshape(-1, 2) - low) / step)
    faces = torch.arange(len(points)).reshape(-1, 3)
    pixels, highest, lowest = (values.numpy() for values in covering(points, faces, height, width))
    rows, columns = np.divmod(pixels, width)
    return (np.stack([columns, rows], axis=1) + 0.5) * step, highest, lowest


def _points(chart: Float, step: float) -> Float:
    """(K, 2) points all over a chart and along its triangles' edges, from its smallest x and y."""
    inside, _, _ = cover(chart, step)
    sides = np.roll(chart, -1, axis=1) - chart
    share = np.linspace(0, 1, int(np.linalg.norm(sides, axis=-1).max() / step) + 2)[:, None, None, None]
    edges = (chart + share * sides - chart.min(axis=(0, 1))).reshape(-1, 2)
    return np.concatenate([inside, edges])


def _places(charts: list[Float], scale: float) -> list[Float] | None:
    """Lower left corner of every chart (points) in cells; None where they do not fit."""
    taken = np.pad(np.zeros((CELLS - 2, CELLS - 2), bool), 1, constant_values=True)
    places = []
    for points in charts:
        outline = _outline(points * scale)
        if max(outline.shape) > CELLS - 2:
            return None
        free = np.argwhere(fftconvolve(taken, outline[::-1, ::-1], "valid") < 0.5)
        if not len(free):
            return None
        row, column = free[0]
        places.append(np.array([column, row], float))
        around = cv2.dilate(np.pad(outline, 1).view(np.uint8), np.ones((3, 3), np.uint8)) > 0
        taken[row - 1 : row - 1 + around.shape[0], column - 1 : column - 1 + around.shape[1]] |= around
    return places


def _outline(points: Float) -> Bools:
    """The cells in which points (in cells) lie."""
    columns, rows = points.astype(int).T
    outline = np.zeros((rows.max() + 1, columns.max() + 1), bool)
    outline[rows, columns] = True
    return outline
