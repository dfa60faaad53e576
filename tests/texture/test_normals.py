"""Normal maps: flat where nothing is to be said, and shading of the reduced mesh like that of the fine one."""

import numpy as np
import pytest
from bodies import ball, unwrapped
from scipy.spatial.transform import Rotation

from engine.texture.fine import Fine
from engine.texture.normals import bake_normals, encode
from engine.texture.tangents import Frames, frames, vertex_normals
from engine.texture.texels import Texels, find_texels
from engine.types import Mesh

SIZE = 256


def _baked(low: Mesh, fine: Fine) -> tuple[np.ndarray, Texels, Frames]:
    uv = unwrapped(low, SIZE)
    frame, texels = frames(low.vertices, low.faces, uv), find_texels(uv, SIZE)
    points, normals = texels.interpolate(low.vertices[low.faces]), texels.interpolate(frame.normal)
    return bake_normals(texels, fine.near(points, normals), fine, frame), texels, frame


def _decoded(values: np.ndarray, texels: Texels, frame: Frames) -> np.ndarray:
    """World normals as a renderer computes them from a map's bytes."""
    weights = (values.astype(float) - 128) / 127
    axes = (texels.interpolate(v) for v in (frame.tangent, frame.bitangent, frame.normal))
    normals = sum(weights[:, k, None] * axis for k, axis in enumerate(axes))
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def test_map_of_a_mesh_onto_itself_is_flat() -> None:
    mesh = ball(5)
    values, _, _ = _baked(mesh, Fine(mesh.vertices, vertex_normals(mesh.vertices, mesh.faces)))
    assert np.abs(values.astype(int) - [128, 128, 255]).max() <= 2


def test_no_surface_near_is_flat() -> None:
    mesh = ball(3)
    values, _, _ = _baked(mesh, Fine(mesh.vertices, -vertex_normals(mesh.vertices, mesh.faces)))
    assert (values == [128, 128, 255]).all()


def test_low_ball_shades_like_the_bumpy_one() -> None:
    low, high = ball(3), ball(7, bumps=0.01)
    fine = Fine.of_mesh(high.vertices, high.faces)
    values, texels, frame = _baked(low, fine)
    points = texels.interpolate(low.vertices[low.faces])
    truth = fine.normals[np.argmin(np.linalg.norm(fine.points[None] - points[::199, None], axis=2), axis=1)]
    light = np.array([0.48, -0.6, 0.64])
    shaded, wanted = _decoded(values, texels, frame)[::199] @ light, truth @ light
    plain = texels.interpolate(frame.normal)[::199] @ light
    assert np.abs(shaded - wanted).mean() < 0.02
    assert np.abs(shaded - wanted).mean() < 0.15 * np.abs(plain - wanted).mean()


def test_red_is_right_and_green_is_up() -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    uv = (square[:, [0, 2]] * [1, -1] + [0, 1]).astype(np.float32)[faces]
    frame = frames(square, faces, uv)
    assert frame.normal[0, 0] == pytest.approx([0, -1, 0])
    assert frame.tangent[1, 2] == pytest.approx([1, 0, 0])
    assert frame.bitangent[1, 2] == pytest.approx([0, 0, 1])
    mirrored = frames(square, faces, (uv * [-1, 1] + [1, 0]).astype(np.float32))
    assert mirrored.tangent[0, 0] == pytest.approx([-1, 0, 0])
    assert mirrored.bitangent[0, 0] == pytest.approx([0, 0, 1])


def test_encoding_is_centred_unit_and_never_behind_the_surface() -> None:
    assert encode(np.float32([[0, 0, 3], [2, 0, 0], [0, 0, -1], [0, -1, 1]])).tolist() == [
        [128, 128, 255],
        [254, 128, 141],
        [128, 128, 255],
        [128, 38, 218],
    ]


def test_tangents_turn_with_the_mesh() -> None:
    mesh = ball(3)
    uv, turn = unwrapped(mesh), Rotation.from_rotvec([0.3, -1, 2]).as_matrix()
    before = frames(mesh.vertices, mesh.faces, uv)
    after = frames((mesh.vertices @ turn.T).astype(np.float32), mesh.faces, uv)
    for name in ("tangent", "bitangent", "normal"):
        assert np.allclose(getattr(before, name) @ turn.T, getattr(after, name), atol=2e-4)
