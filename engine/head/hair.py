"""Hair on the head of the model: as thick as the silhouette says."""

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, diags
from scipy.sparse.linalg import spsolve

from engine.head.draw import Drawn, drawn
from engine.head.mesh import neighbours
from engine.head.model import Float64, HeadModel
from engine.normals import vertex_normals
from engine.pixels import Bools, Float, signed_distance

_ROUNDS = 3
_THICKEST, _THINNEST = 0.045, -0.012
"""Metres between which the silhouette's distance from the head is hair, or a head that is smaller than thought."""
_THIN, _FRINGE = 0.003, 0.007
"""Metres by which hair stands out at least, on the skull and over the face."""
_LONG = 0.015
"""Metres from a bald head beside nose and lips from which on hair is long."""
_RIM, _SIDEWAYS = 3.0, 0.6
"""Pixels from the head's outline, and the part of its normal along the view, up to which a vertex is on the outline."""
_FIXED, _TOLD, _FREE = 30.0, 6.0, 0.001
"""Weights of the face, which has no hair, of the outline, and of no hair elsewhere, against that of smoothness."""


def with_hair(model: HeadModel, vertices: Float64, scale: float, ears: Bools, mask: Bools) -> tuple[Float64, Float64]:
    """Vertices (V, 3; pixels of the mask) moved along their normals until the head's outline is the mask's, where that
    is no farther away than hair. scale: pixels per metre. ears: (V,) those that are seen. The face stays.

    Also (V,) by how many pixels more hair stands out where the camera sees that it covers the head, be it a fringe.
    """
    face = model.bare > 0.5
    outward = vertex_normals(vertices, model.faces)
    graph = neighbours(model.faces, len(vertices))
    rigid = diags(np.asarray(graph.sum(axis=1)).ravel()) - graph
    silhouette, thickness = signed_distance(mask), np.zeros(len(vertices))
    for _ in range(_ROUNDS):
        grown = vertices + outward * thickness[:, None]
        gap, rim = _gap(model, grown, drawn(grown, model.faces, mask.shape)[0], silhouette)
        wanted = thickness + gap
        told = rim & ~face & ~ears & (wanted < _THICKEST * scale) & (wanted > _THINNEST * scale)
        hair, wanted = _TOLD * told, np.where(told, wanted, 0)
        thickness = _smooth(rigid, np.where(face, _FIXED, hair), wanted)
    covering = np.maximum(_smooth(rigid, hair, wanted), (_THIN + (_FRINGE - _THIN) * model.bare) * scale)
    return vertices + outward * thickness[:, None], np.maximum(covering - thickness, 0)


def _smooth(rigid: csr_matrix, weights: Float64, wanted: Float64) -> Float64:
    """(V,) what is smooth on a mesh and near to what is wanted, where that has weight."""
    return np.asarray(spsolve(csc_matrix(rigid + diags(weights + _FREE)), weights * wanted))


def has_long_hair(model: HeadModel, vertices: Float64, near: Drawn, scale: float, mask: Bools) -> bool:
    """Whether the silhouette stands away from a bald head (V, 3; pixels of the mask) beside nose and lips."""
    gap, rim = _gap(model, vertices, near, signed_distance(mask))
    beside = rim & (model.beside > 0.5)
    return bool(beside.any() and (gap[beside] > _LONG * scale).mean() > 0.5)


def fits(model: HeadModel, vertices: Float64, near: Drawn, scale: float, mask: Bools) -> bool:
    """Whether most of a skull's outline (V, 3; pixels of the mask) is as near to the silhouette as hair is thick."""
    gap, rim = _gap(model, vertices, near, signed_distance(mask))
    skull = rim & (model.crown > 0.5) & (model.beside < 0.5)
    thick = (gap > 2 * _THINNEST * scale) & (gap < _THICKEST * scale)
    return bool(skull.any() and thick[skull].mean() > 0.5)


def _gap(model: HeadModel, vertices: Float64, near: Drawn, silhouette: Float) -> tuple[Float64, Bools]:
    """Pixels (V,) from the head's outline to the silhouette, and which vertices are on the outline."""
    own, other = (_at(distances, vertices) for distances in (signed_distance(near.hit), silhouette))
    sideways = np.abs(vertex_normals(vertices, model.faces)[:, 2]) < _SIDEWAYS
    return other - own, (np.abs(own) < _RIM) & sideways


def _at(values: Float, points: Float64) -> Float64:
    """Values (H, W) at the pixels of points (N, 2 or more)."""
    column, row = (np.clip(np.floor(points[:, i]), 0, values.shape[1 - i] - 1).astype(int) for i in (0, 1))
    return np.asarray(values[row, column], np.float64)
