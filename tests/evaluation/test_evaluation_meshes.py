"""Colours survive the engine's own files, so that they can be measured."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine.export import save
from engine.render.mesh import load_mesh
from engine.types import Mesh


@pytest.mark.parametrize("suffix", [".glb", ".ply", ".obj"])
def test_what_the_engine_writes_is_read_with_its_colours(tmp_path: Path, suffix: str) -> None:
    """All 256 levels of every channel."""
    ball = trimesh.creation.icosphere(3)
    levels = np.arange(len(ball.vertices)) % 256
    colours = np.stack([levels, 255 - levels, levels[::-1]], axis=1).astype(np.uint8)
    mesh = Mesh(ball.vertices.astype(np.float32), ball.faces.astype(np.int32), colours)
    save(mesh, tmp_path / f"ball{suffix}")
    again = load_mesh(tmp_path / f"ball{suffix}")
    np.testing.assert_array_equal(again.colors, colours)
    np.testing.assert_array_equal(again.faces, mesh.faces)
    np.testing.assert_allclose(again.vertices, mesh.vertices, atol=1e-6)


@pytest.mark.parametrize(("factor", "expected"), [(None, (255, 188, 0)), ([0.5, 0.5, 0.5, 1.0], (188, 137, 0))])
def test_vertex_colours_of_gltf_are_linear_and_tinted_by_the_material(
    tmp_path: Path, factor: list[float] | None, expected: tuple[int, int, int]
) -> None:
    ball = trimesh.creation.icosphere(1)
    material = trimesh.visual.material.PBRMaterial(baseColorFactor=factor)
    ball.visual = trimesh.visual.TextureVisuals(uv=np.zeros((len(ball.vertices), 2)), material=material)
    ball.visual.vertex_attributes["color"] = np.tile(np.array([255, 128, 0, 255], np.uint8), (len(ball.vertices), 1))
    ball.export(tmp_path / "ball.glb")
    colours = load_mesh(tmp_path / "ball.glb").colors
    assert colours is not None
    np.testing.assert_allclose(colours.astype(int), np.tile(expected, (len(colours), 1)), atol=1)
