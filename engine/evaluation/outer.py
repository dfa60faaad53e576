"""The outer surface of a true mesh: what can be seen from outside, facing outwards.

Artists' models and scans are not closed solids: under the clothes lies a body, behind the lips lie teeth, faces come
twice, once for each side. No picture shows those, so only the outer surface counts as truth.
"""

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.surface import Surface

DIRECTIONS = 32
"""How many directions all around are spread over the sphere."""

STEEPEST = 0.7
"""Steepest view that counts (sine of the elevation), so that legs under a skirt are not seen from the floor."""

RESOLUTION = 1 / 120
"""Longest edge of the pieces that are kept or dropped as a whole, as a share of the longest side of the box
(1.5 cm of 180 cm)."""

LIFT = 1e-4
"""Distance from the face at which a ray starts, as a share of the same; copies of a face do not hide it."""

GRAZING = 0.1
"""Smallest cosine between a face's normal and a direction in which it is looked at."""


def outer_surface(surface: Surface) -> Surface:
    """The pieces of `surface` (z up) that are seen from outside, each turned to the side it is seen from.

    Seen means that a ray from the piece's centre leaves the mesh freely: along the normal, or in one of about 22
    directions less than 45 degrees steep. A piece that is seen from both sides (an open jacket, a leaf of hair) faces
    the side with more free directions; pieces that are there twice are kept once.
    """
    side = float(np.ptp(surface.vertices, axis=0).max())
    cut = pieces(_once(surface), side * RESOLUTION)
    sides = _open_sides(cut, side * LIFT)
    faces = np.where((sides < 0)[:, None], cut.faces[:, ::-1], cut.faces)[sides != 0]
    return Surface(cut.vertices, faces)


def _once(surface: Surface) -> Surface:
    """Triangles that are there several times, whatever their winding, are kept once."""
    welded = _welded(surface.vertices[surface.faces])
    _, first = np.unique(np.sort(welded.faces, axis=1), axis=0, return_index=True)
    return Surface(welded.vertices, welded.faces[np.sort(first)])


def _welded(corners: NDArray) -> Surface:
    """Triangles (K, 3, 3) with equal corners merged, without those that have no area."""
    vertices, index = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    faces = index.reshape(-1, 3).astype(np.int32)
    return Surface(vertices, faces[Surface(vertices, faces).mesh.nondegenerate_faces()])


def pieces(surface: Surface, edge: float) -> Surface:
    """The same triangles cut up until no edge is longer than `edge`."""
    corners = surface.vertices[surface.faces]
    done = []
    while len(corners):
        long = _edge_lengths(corners).max(1) > edge
        done.append(corners[~long])
        corners = _halves(corners[long])
    return _welded(np.concatenate(done))


def _edge_lengths(corners: NDArray) -> NDArray[np.float64]:
    return np.linalg.norm(corners - np.roll(corners, -1, axis=1), axis=2)


def _halves(corners: NDArray) -> NDArray[np.float64]:
    """Triangles (K, 3, 3) cut through the middle of their longest edge: (2 K, 3, 3)."""
    longest = _edge_lengths(corners).argmax(1)
    rows = np.arange(len(corners))
    a, b, c = (corners[rows, (longest + k) % 3] for k in range(3))
    middle = (a + b) / 2
    return np.concatenate([np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])


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


def fibonacci_sphere(count: int) -> NDArray[np.float64]:
    """`count` unit vectors spread evenly over the sphere: (count, 3)."""
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)
