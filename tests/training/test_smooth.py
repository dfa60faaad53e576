"""Coarse polygons become smooth surfaces."""

import numpy as np
import pytest
import trimesh

from engine.normals import vertex_normals
from engine.render.mesh import TexturedMesh
from engine.training.smooth import tessellated


def ball(subdivisions: int = 2) -> TexturedMesh:
    sphere = trimesh.creation.icosphere(subdivisions)
    vertices, faces = sphere.vertices.astype(np.float32), sphere.faces.astype(np.int32)
    uv = vertices[faces][..., :2].copy()
    return TexturedMesh(vertices, faces, uv, np.arange(len(faces), dtype=np.int32) % 3, ())


def test_a_coarse_ball_becomes_rounder() -> None:
    coarse, fine = ball(), tessellated(ball(), 2)
    assert len(fine.faces) == 16 * len(coarse.faces)
    inside = [1 - np.linalg.norm(m.vertices[m.faces].mean(axis=1), axis=1).min() for m in (coarse, fine)]
    assert inside[1] < inside[0] / 4
    np.testing.assert_array_equal(fine.vertices[: len(coarse.vertices)], coarse.vertices)
    outward = trimesh.Trimesh(fine.vertices, fine.faces, process=False)
    assert outward.is_watertight
    assert outward.volume == pytest.approx(4 / 3 * np.pi, rel=0.02)


def test_texture_and_materials_go_along() -> None:
    fine = tessellated(ball(), 1)
    np.testing.assert_array_equal(fine.materials, np.repeat(ball().materials, 4))
    assert fine.uv is not None
    flat = ball().vertices[ball().faces]
    middles = (flat + np.roll(flat, -1, axis=1)) / 2
    np.testing.assert_allclose(fine.uv.reshape(-1, 4, 3, 2)[:, 3], middles[..., :2], atol=1e-6)


def test_flat_sheets_stay_flat() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    colors = np.array([[0, 0, 0], [200, 0, 0], [100, 0, 0], [0, 0, 50]], np.uint8)
    sheet = TexturedMesh(corners, np.array([[0, 1, 2], [0, 2, 3]], np.int32), None, np.zeros(2, np.int32), (), colors)
    fine = tessellated(sheet, 3)
    np.testing.assert_allclose(fine.vertices[:, 2], 0, atol=1e-7)
    assert fine.colors is not None
    assert len(fine.colors) == len(fine.vertices)
    np.testing.assert_allclose(
        vertex_normals(fine.vertices, fine.faces), np.tile([0, 0, 1], (len(fine.vertices), 1)), atol=1e-6
    )
