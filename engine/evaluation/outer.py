"""The outer surface of a true mesh: what can be seen from outside, facing outwards.

Artists' models and scans are not closed solids: under the clothes lies a body, behind the lips lie teeth, faces come
twice, once for each side. No picture shows those, so only the outer surface counts as truth.
"""

import numpy as np
from numpy.typing import NDArray
from trimesh.remesh import subdivide_to_size

from engine.evaluation.surface import Surface

DIRECTIONS = 64
"""How many directions all around are spread over the sphere."""

STEEPEST = 0.7
"""Steepest view that counts (sine of the elevation), so that legs under a skirt are not seen from the floor."""

RESOLUTION = 1 / 180
"""Longest edge of the pieces that are kept or dropped as a whole, as a share of the height (1 cm of 180 cm)."""

LIFT = 1e-4
"""Distance from the face at which a ray starts, as a share of the height; copies of a face do not hide it."""

GRAZING = 0.1
"""Smallest cosine between a face's normal and a direction in which it is looked at."""


def outer_surface(surface: Surface) -> Surface:
    """The pieces of `surface` (z up) that are seen from outside, each turned to the side it is seen from.

    Seen means that a ray from the piece's centre leaves the mesh freely: along the normal, or in one of about 45
    directions less than 45 degrees steep. A piece that is seen from both sides (an open jacket, a leaf of hair) faces
    the side with more free directions; pieces that are there twice are kept once.
    """
    height = float(np.ptp(surface.vertices[:, 2]))
    pieces = _subdivided(surface, height * RESOLUTION)
    sides = _open_sides(pieces, height * LIFT)
    faces = np.where((sides < 0)[:, None], pieces.faces[:, ::-1], pieces.faces)[sides != 0]
    return Surface(pieces.vertices, _once(faces))


def _subdivided(surface: Surface, edge: float) -> Surface:
    mesh = surface.mesh.copy()
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    vertices, faces = subdivide_to_size(mesh.vertices, mesh.faces, edge, max_iter=16)
    merged = Surface(vertices, faces.astype(np.int32)).mesh
    merged.merge_vertices()
    merged.update_faces(merged.nondegenerate_faces())
    return Surface(np.asarray(merged.vertices), merged.faces.astype(np.int32))


def _open_sides(pieces: Surface, lift: float) -> NDArray[np.int64]:
    """+1 where the front of a face is the open side, -1 where its back is, 0 where it is hidden: (M,)."""
    centres = pieces.vertices[pieces.faces].mean(1)
    front, back = (_free(pieces, centres, sign * pieces.normals, lift).astype(np.int64) for sign in (1, -1))
    sides = front - back
    doubtful = np.flatnonzero(sides == 0)
    votes, seen = _votes(pieces, centres[doubtful], pieces.normals[doubtful], lift)
    sides[doubtful] = np.where(seen | (front[doubtful] > 0), np.where(votes < 0, -1, 1), 0)
    return sides


def _votes(
    pieces: Surface, centres: NDArray, normals: NDArray, lift: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(Free directions in front) - (free directions behind), and whether there is any: (K,) each."""
    votes = np.zeros(len(centres), np.int64)
    seen = np.zeros(len(centres), bool)
    directions = fibonacci_sphere(DIRECTIONS)
    for direction in directions[np.abs(directions[:, 2]) < STEEPEST]:
        cosine = normals @ direction
        asked = np.flatnonzero(np.abs(cosine) > GRAZING)
        free = _free(pieces, centres[asked], np.broadcast_to(direction, (len(asked), 3)), lift)
        votes[asked] += np.where(free, np.sign(cosine[asked]), 0).astype(np.int64)
        seen[asked] |= free
    return votes, seen


def _free(pieces: Surface, points: NDArray, directions: NDArray, lift: float) -> NDArray[np.bool_]:
    return pieces.cast(points + lift * directions, directions)[0] < 0


def _once(faces: NDArray[np.int32]) -> NDArray[np.int32]:
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    return faces[np.sort(first)]


def fibonacci_sphere(count: int) -> NDArray[np.float64]:
    """`count` unit vectors spread evenly over the sphere: (count, 3)."""
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)
