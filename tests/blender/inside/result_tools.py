"""What several checks of results need: numbers of a mesh, and one undo step of an operator."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bmesh
import bpy
import numpy as np
import pytest
from mathutils.bvhtree import BVHTree

GLTF = pytest.mark.skipif(
    bpy.app.version < (4, 3), reason="the bpy module 4.2 crashes at the end of a process that has exported glTF"
)


def positions(mesh: bpy.types.Mesh) -> np.ndarray:
    """(N, 3)"""
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


def colors(mesh: bpy.types.Mesh) -> np.ndarray:
    """(N, 4) of the active colour attribute, which must be one for each vertex."""
    values = np.empty(4 * len(mesh.vertices), np.float32)
    mesh.color_attributes.active_color.data.foreach_get("color", values)
    return values.reshape(-1, 4)


def extent(mesh: bpy.types.Mesh) -> float:
    return float(np.ptp(positions(mesh)[:, 2]))


def open_edges(mesh: bpy.types.Mesh) -> int:
    """Edges that have other than two faces, or two that turn differently."""
    work = bmesh.new()
    work.from_mesh(mesh)
    count = sum(not (edge.is_manifold and edge.is_contiguous) for edge in work.edges)
    work.free()
    return count


def nearest(mesh: bpy.types.Mesh, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For (N, 3) points their distances from the mesh, and a vertex of the nearest polygon."""
    faces, vertices = [list(face.vertices) for face in mesh.polygons], [vertex.co for vertex in mesh.vertices]
    tree = BVHTree.FromPolygons(vertices, faces)
    found = [tree.find_nearest(point) for point in points]
    corners = [min(faces[i], key=lambda v: (vertices[v] - at).length) for at, _, i, _ in found]
    return np.array([distance for *_, distance in found]), np.array(corners)


def glb_content(path: Path) -> dict[str, Any]:
    """The JSON part of a glTF binary file."""
    data = path.read_bytes()
    content: dict[str, Any] = json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])
    return content


def run_and_undo(work: Callable[[], object]) -> None:
    """Do something that makes an undo step, and undo it. References to Blender's data are invalid afterwards."""
    bpy.ops.ed.undo_push(message="Before")
    work()
    bpy.ops.ed.undo()
