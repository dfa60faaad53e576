"""Texture coordinates: all there, inside, upright, hardly stretched, apart."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import trimesh
from bodies import ball, front_and_back, unwrapped
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_erosion, gaussian_filter, label

from engine.render.raster import covering
from engine.texture.atlas import unwrap
from engine.texture.charts import split
from engine.texture.pack import CELLS, pack
from engine.texture.texels import find_texels
from engine.types import Mesh

SIZE = 512


def _stretches(mesh: Mesh, uv: np.ndarray) -> np.ndarray:
    """(M, 2) singular values of the maps from triangles to the atlas, over their mean."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(float) for k in range(3))
    x = (b - a) / np.linalg.norm(b - a, axis=1, keepdims=True)
    y = np.cross(np.cross(b - a, c - a), x)
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    plane = np.stack([np.stack([((p - a) * d).sum(1) for p in (b, c)], 1) for d in (x, y)], 1)
    flat = np.stack([uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]], 2).astype(float)
    values = np.linalg.svd(flat @ np.linalg.inv(plane), compute_uv=False)
    return values / values.mean()


def _twice(uv: np.ndarray, size: int) -> np.ndarray:
    """(size, size) texels in more than one triangle."""
    points = torch.from_numpy(uv.reshape(-1, 2).astype(float) * size)
    corners = torch.arange(len(points)).reshape(-1, 3)
    pixels, highest, lowest = covering(points, corners, size, size)
    twice = np.zeros((size, size), bool)
    twice.ravel()[pixels.numpy()] = (highest != lowest).numpy()
    return twice


def _lumpy(seed: int, thin: float) -> Mesh:
    """A closed body with a random outline and bulges, maybe in several limbs, as thin as `thin` of its height."""
    rng = np.random.default_rng(seed)
    field = gaussian_filter(rng.normal(size=(22, 14, 10)), (2.5, 2.5, 2.5))
    field = field / field.std() + 1.2 - np.abs(np.linspace(-2, 2, 10))
    solid = np.pad(field > 0, 1)
    labels, count = label(solid)
    solid = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]) if count else solid
    body = trimesh.voxel.ops.matrix_to_marching_cubes(solid)
    trimesh.smoothing.filter_taubin(body, iterations=8)
    z, x, y = (body.vertices / 22).T
    vertices = np.stack([x, y * thin, z], 1).astype(np.float32)
    volume = trimesh.Trimesh(vertices, body.faces, process=False).volume
    faces = body.faces if volume > 0 else body.faces[:, ::-1]
    return Mesh(vertices, faces.astype(np.int32), np.zeros((len(vertices), 3), np.uint8))


def test_ball_has_two_upright_charts_with_little_stretch() -> None:
    mesh = ball(4)
    uv = unwrapped(mesh, SIZE)
    assert len(split(mesh.faces, front_and_back(mesh))) == 2
    stretch = _stretches(mesh, uv)
    assert np.quantile(stretch, [0.05, 0.95]) == pytest.approx([1, 1], abs=0.45)
    front = mesh.vertices[mesh.faces, 1].mean(1) < -0.4
    across, up = mesh.vertices[mesh.faces, 0][front], mesh.vertices[mesh.faces, 2][front]
    assert np.corrcoef(across.ravel(), uv[front, :, 0].ravel())[0, 1] > 0.99
    assert np.corrcoef(up.ravel(), uv[front, :, 1].ravel())[0, 1] < -0.99


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 2**31), st.floats(0.2, 2))
def test_every_triangle_has_its_own_texels(seed: int, thin: float) -> None:
    mesh = _lumpy(seed, thin)
    uv = unwrap(mesh.vertices, mesh.faces, front_and_back(mesh), SIZE)
    assert uv.shape == (len(mesh.faces), 3, 2)
    assert ((uv >= 0) & (uv <= 1)).all()
    sides = uv[:, 1:] - uv[:, :1]
    area = -np.linalg.det(sides.astype(float))
    assert (area > 0).mean() > 0.999
    texels = find_texels(uv, SIZE)
    twice = _twice(uv, SIZE)
    assert twice.sum() <= 3e-3 * len(texels.pixels), "only slivers that lie between the texels when looked for"
    assert not binary_erosion(twice, np.ones((3, 3))).any()
    assert len(texels.pixels) == pytest.approx(area.sum() / 2 * SIZE**2, rel=0.02, abs=50)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 6)), min_size=1, max_size=6))
def test_packed_charts_keep_their_distance(sides: list[tuple[float, float, float]]) -> None:
    charts = [np.array([[[0, 0], [a, 0], [a * np.cos(t), b]]]) + t for a, b, t in sides]
    places = pack(charts)
    scale = [np.ptp(p, axis=(0, 1)) / np.ptp(c, axis=(0, 1)) for p, c in zip(places, charts, strict=True)]
    assert np.allclose(scale, scale[0][0], rtol=1e-6)
    size = 4 * CELLS
    taken = np.zeros((size, size), int)
    for number, place in enumerate(places, start=1):
        assert place.min() >= 1 / CELLS
        assert place.max() <= 1 - 1 / CELLS
        pixels = find_texels(place.astype(np.float32), size).pixels
        rows, columns = np.divmod(pixels, size)
        for dy, dx in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
            assert np.isin(taken[rows + dy, columns + dx], (0, number)).all()
        taken.ravel()[pixels] = number


def _with_pocket(mesh: Mesh) -> np.ndarray:
    sheets = front_and_back(mesh)
    pocket = (mesh.vertices[:, 1] < -0.3) & (mesh.vertices[:, 2] > 0.2)
    return np.column_stack([sheets * ~pocket[:, None], pocket])


def _with_speck(mesh: Mesh) -> np.ndarray:
    sheets = front_and_back(mesh)
    at = np.argmin(mesh.vertices[:, 1])
    sheets[at] = sheets[at, ::-1]
    return sheets


@pytest.mark.parametrize(("sheets_of", "count"), [(front_and_back, 2), (_with_pocket, 3), (_with_speck, 2)])
def test_charts_are_sheets_without_specks(sheets_of: Callable[[Mesh], np.ndarray], count: int) -> None:
    mesh = ball(5)
    parts = split(mesh.faces, sheets_of(mesh))
    assert len(parts) == count
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(len(mesh.faces)))


def test_same_mesh_same_atlas() -> None:
    mesh = _lumpy(7, 0.6)
    assert np.array_equal(unwrapped(mesh), unwrapped(mesh))
