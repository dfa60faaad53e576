"""Meshes that a printer can make: closed, in one piece, and flat where they stand."""

from collections.abc import Iterator
from contextlib import contextmanager

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from .result import ToolError, baked, temporary_object
from .transfer import carry_over

VOXELS = 500
"""Voxels that a remeshed person is high; finer than what a printer of figures shows."""

MIN_VOLUME = 0.001
"""Of the height's cube; a person has about 0.02."""

REPAIRS = 10
"""How often edges are mended before a mesh is given up."""


def printable(context: bpy.types.Context, mesh: bpy.types.Mesh, height: float, cut: float) -> bpy.types.Mesh:
    """A new mesh that is solid, that high, and stands with flat feet on z = 0.

    cut: share of the height that is cut off under the feet. Raises ToolError.
    """
    solid = in_one_piece(context, mesh.copy())
    with editing(solid) as work:
        low, high = _corners(work)
        flatten_feet(work, low.z + cut * (high.z - low.z))
        low, high = _corners(work)
        middle = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))
        work.transform(Matrix.Scale(height / (high.z - low.z), 4) @ Matrix.Translation(-middle))
        closed = is_closed(work)
    if closed and volume(solid) > MIN_VOLUME * height**3:
        return solid
    bpy.data.meshes.remove(solid)
    raise ToolError("The mesh cannot be made solid; clean it up, or generate the human again.")


def volume(mesh: bpy.types.Mesh) -> float:
    """What a closed mesh encloses."""
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    mesh.calc_loop_triangles()
    corners = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    first, second, third = points.astype(np.float64).reshape(-1, 3)[corners.reshape(-1, 3)].transpose(1, 0, 2)
    return float((first * np.cross(second, third)).sum() / 6)


def in_one_piece(context: bpy.types.Context, mesh: bpy.types.Mesh) -> bpy.types.Mesh:
    """The mesh itself if it is closed and one piece, else a remeshed one in its place, without what lies apart."""
    with editing(mesh) as work:
        closed = is_closed(work)
        if not closed:
            mend(work)
    if closed and not _apart(mesh):
        return mesh
    mesh = voxel_remeshed(context, mesh)
    apart = _apart(mesh)
    with editing(mesh) as work:
        work.verts.ensure_lookup_table()
        bmesh.ops.delete(work, geom=[work.verts[index] for index in apart], context="VERTS")
    return mesh


@contextmanager
def editing(mesh: bpy.types.Mesh) -> Iterator[bmesh.types.BMesh]:
    """The mesh as a BMesh, written back when the block is done."""
    work = bmesh.new()
    try:
        work.from_mesh(mesh)
        yield work
        work.to_mesh(mesh)
        mesh.update()
    finally:
        work.free()


def is_closed(work: bmesh.types.BMesh) -> bool:
    """Whether every edge has two faces, which turn the same way."""
    return bool(work.faces) and all(edge.is_manifold and edge.is_contiguous for edge in work.edges)


def voxel_remeshed(context: bpy.types.Context, mesh: bpy.types.Mesh) -> bpy.types.Mesh:
    """A new mesh without doubled faces and inner parts, with the colours of the old one, which is removed.

    Parts that overlap become one.
    """
    with temporary_object(context, mesh) as item:
        modifier = item.modifiers.new("Remesh", "REMESH")
        modifier.mode = "VOXEL"
        modifier.voxel_size = max(*item.dimensions) / VOXELS
        modifier.use_smooth_shade = True
        closed = baked(context, item)
    with editing(closed) as work:
        mend(work)
    while closed.color_attributes:
        closed.color_attributes.remove(closed.color_attributes[0])
    closed = carry_over(context, mesh, closed)
    bpy.data.meshes.remove(mesh)
    return closed


def flatten_feet(work: bmesh.types.BMesh, floor: float) -> None:
    """Remove what is below a height, and close the cut."""
    geometry = [*work.verts, *work.edges, *work.faces]
    bmesh.ops.bisect_plane(work, geom=geometry, plane_co=(0, 0, floor), plane_no=(0, 0, 1), clear_inner=True)
    cut = [edge for edge in work.edges if edge.is_boundary]
    bmesh.ops.triangle_fill(work, edges=cut, use_beauty=True, use_dissolve=False, normal=(0, 0, -1))
    bmesh.ops.recalc_face_normals(work, faces=list(work.faces))


def mend(work: bmesh.types.BMesh) -> None:
    """Cut out what cannot be part of a closed surface, and close all holes; how well that works must be checked."""
    for _ in range(REPAIRS):
        bmesh.ops.delete(work, geom=_unmendable(work), context="VERTS")
        filled = bmesh.ops.edgeloop_fill(work, edges=[edge for edge in work.edges if edge.is_boundary])
        bmesh.ops.triangulate(work, faces=filled["faces"])
        if all(edge.is_manifold for edge in work.edges):
            break
    bmesh.ops.recalc_face_normals(work, faces=list(work.faces))


def piece_labels(count: int, edges: NDArray[np.int32]) -> NDArray[np.int64]:
    """Connected parts of `count` vertices with (E, 2) edges: (count,) the smallest vertex of each one's part."""
    labels = np.arange(count)
    while True:
        smaller = labels.copy()
        ends = labels[edges]
        for end in ends.T:
            np.minimum.at(smaller, end, ends.min(axis=1))
        smaller = smaller[smaller]
        if (smaller == labels).all():
            return labels
        labels = smaller


def _apart(mesh: bpy.types.Mesh) -> list[int]:
    """The vertices outside the piece that has the most."""
    edges = np.empty(2 * len(mesh.edges), np.int32)
    mesh.edges.foreach_get("vertices", edges)
    labels = piece_labels(len(mesh.vertices), edges.reshape(-1, 2))
    return np.flatnonzero(labels != np.bincount(labels).argmax()).tolist()


def _corners(work: bmesh.types.BMesh) -> tuple[Vector, Vector]:
    """The lower and the upper corner of the box around the vertices."""
    points = np.array([vertex.co for vertex in work.verts])
    return Vector(points.min(axis=0)), Vector(points.max(axis=0))


def _unmendable(work: bmesh.types.BMesh) -> list[bmesh.types.BMVert]:
    """Vertices where more than two faces share an edge, where holes touch each other, or where no face is."""
    return [
        vertex
        for vertex in work.verts
        if any(len(edge.link_faces) not in (1, 2) for edge in vertex.link_edges)
        or sum(edge.is_boundary for edge in vertex.link_edges) > 2
        or not vertex.link_faces
    ]
