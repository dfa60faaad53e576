"""Triangle mesh -> texture coordinates: a few large, upright, hardly stretched charts that nowhere overlap."""

import numpy as np
from numpy.typing import NDArray

from engine.texture.charts import split
from engine.texture.flatten import flatten
from engine.texture.pack import pack

_USE = 0.8
"""Share of the texels that charts cover at the very most, by which the size of a texel is judged beforehand."""

_JUDGED = 2048
"""Side in texels of the largest texture for which overlaps are looked for; in larger ones they may be a texel wide."""


def unwrap(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], sheets: NDArray[np.float64], size: int
) -> NDArray[np.float32]:
    """Texture coordinates (M, 3, 2) in [0, 1] of every triangle's corners; (0, 0) is the texture's top left.

    vertices: (V, 3) metres, z up. faces: (M, 3). sheets: (V, K) how much each vertex belongs to each of the
    sheets that are to be charts, in [0, 1]. size: side of the texture in texels, by which overlaps are judged.
    """
    points = vertices.astype(np.float64)
    a, b, c = (points[faces[:, k]] for k in range(3))
    area = float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()) / 2
    charts = flatten(points, faces, split(faces, sheets), np.sqrt(area / _USE) / min(size, _JUDGED))
    uv = np.zeros((len(faces), 3, 2))
    for chart, place in zip(charts, pack([chart.uv for chart in charts]), strict=True):
        uv[chart.faces] = place
    uv[..., 1] = 1 - uv[..., 1]
    return uv.astype(np.float32)
