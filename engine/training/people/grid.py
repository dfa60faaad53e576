"""Surfaces that are grids of rows and columns."""

import numpy as np
from numpy.typing import NDArray


def grid_faces(rows: int, columns: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Triangles (F, 3) of a grid of rows x columns vertices with their uv corners (F, 3, 2), rows downward."""
    i, j = (index.ravel() for index in np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij"))
    a, b, c, d = (row * columns + column for row, column in ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j)))
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    uv = np.stack([faces % columns / (columns - 1), faces // columns / (rows - 1)], axis=-1)
    return faces.astype(np.int32), uv.astype(np.float32)
