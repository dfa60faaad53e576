"""What several checks need: numbers of a mesh, textures, one undo step of an operator, whether a process lives."""

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
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


def assert_same_surface(mesh: bpy.types.Mesh, before: bpy.types.Mesh, far: float) -> None:
    """The vertices lie near the old surface and have the colours of the places that they came from."""
    some = np.arange(0, len(mesh.vertices), max(len(mesh.vertices) // 500, 1))
    distances, corners = nearest(before, positions(mesh)[some])
    assert np.percentile(distances, 95) < far
    difference = np.abs(colors(mesh)[some] - colors(before)[corners]).max(axis=1)
    assert np.median(difference) < 0.02
    assert np.percentile(difference, 90) < 0.15


def lives(process: int) -> bool:
    """Whether there is such a process; one that only waits to be buried does not count."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def red_png() -> bytes:
    """A picture of one pixel."""
    header, row = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0), zlib.compress(b"\0\xff\0\0")
    chunks = ((b"IHDR", header), (b"IDAT", row), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def give_texture(person: bpy.types.Object, part: Callable[[str], ModuleType]) -> None:
    """Let the person show textures, as if it had been made with them."""
    uv = person.data.uv_layers.new(name="UVMap").uv
    uv.foreach_set("vector", np.random.default_rng(0).random(2 * len(uv), np.float32))
    data = part("mesh_data").TextureData(np.zeros((1, 3, 2), np.float32), red_png(), red_png())
    part("material").show_colors(person, data)


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
