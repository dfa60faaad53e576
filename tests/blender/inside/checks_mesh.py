"""The mesh as Blender gets it: what Blender would find by itself, and how it comes."""

from collections.abc import Callable
from importlib import import_module
from itertools import combinations
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

Part = Callable[[str], ModuleType]

ROOT = Path(__file__).resolve().parents[3]
TRIANGLES = np.array(list(combinations(range(9), 3)), np.int32)


@pytest.fixture
def make(part: Part, monkeypatch: pytest.MonkeyPatch) -> Callable[[np.ndarray], bpy.types.Mesh]:
    """A mesh of triangles over 9 vertices, made as a person's."""
    monkeypatch.syspath_prepend(ROOT)
    edges_of = import_module("engine.edges").edges_of

    def make(faces: np.ndarray) -> bpy.types.Mesh:
        points = np.random.default_rng(0).random((9, 3), np.float32)
        data = part("mesh_data").MeshData(points, faces, *edges_of(faces), np.ones((9, 4), np.float32))
        return part("scene").make_mesh("Some", data)

    return make


def sides(mesh: bpy.types.Mesh) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """The vertices of all edges in order, and of every corner's edge."""
    edges = [tuple(sorted(edge.vertices)) for edge in mesh.edges]
    return sorted(edges), [edges[loop.edge_index] for loop in mesh.loops]


@pytest.mark.parametrize("count", [1, 2, 5, 12, 40])
def test_edges_are_those_that_blender_finds(make: Callable[[np.ndarray], bpy.types.Mesh], count: int) -> None:
    """Any triangles, so that edges have one of them, two or more, and these turn as they like."""
    random = np.random.default_rng(count)
    for _ in range(40):
        chosen = TRIANGLES[random.choice(len(TRIANGLES), count, replace=False)]
        faces = random.permuted(chosen, axis=1)
        mesh, other = make(faces), bpy.data.meshes.new("Other")
        other.from_pydata([(0, 0, 0)] * 9, [], faces.tolist())
        assert sides(mesh) == sides(other)
        assert not mesh.validate(verbose=True)
        assert all(edge.select for edge in mesh.edges), "as its vertices and faces are"
        bpy.data.batch_remove([mesh, other])
