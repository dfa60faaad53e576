import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.render import raster
from engine.render.raster import Cutout, rasterize

HEIGHT, WIDTH = 24, 31


def brute_force(points: NDArray, nearness: NDArray, faces: NDArray) -> tuple[NDArray, NDArray]:
    """Largest and smallest nearness per pixel centre (0 and inf where nothing is), triangle by triangle."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    near, far = np.zeros((HEIGHT, WIDTH)), np.full((HEIGHT, WIDTH), np.inf)
    for face in faces:
        a, b, c = points[face]
        matrix = np.stack([b - a, c - a], 1)
        if abs(np.linalg.det(matrix)) < 1e-9:
            continue
        v, w = np.einsum("ij,jhw->ihw", np.linalg.inv(matrix), np.stack([x - a[0], y - a[1]]))
        inside = (v >= 0) & (w >= 0) & (v + w <= 1)
        value = nearness[face] @ np.stack([1 - v - w, v, w]).reshape(3, -1)
        value = value.reshape(HEIGHT, WIDTH)
        near = np.where(inside, np.maximum(near, value), near)
        far = np.where(inside, np.minimum(far, value), far)
    return near, far


def hit_nearness(hits: raster.Hits, nearness: NDArray, faces: NDArray) -> NDArray:
    depth = hits.interpolate(torch.from_numpy(1 / nearness)[:, None], torch.from_numpy(faces)).squeeze(1).numpy()
    plane = np.zeros(HEIGHT * WIDTH)
    plane[hits.pixels.numpy()] = 1 / depth
    return plane.reshape(HEIGHT, WIDTH)


def soup(seed: int, count: int) -> tuple[NDArray, NDArray, NDArray]:
    """Random triangles, some of them partly outside the picture."""
    rng = np.random.default_rng(seed)
    return (
        rng.uniform(-8, 40, (3 * count, 2)),
        1 / rng.uniform(1, 5, 3 * count),
        np.arange(3 * count).reshape(-1, 3),
    )


def draw(points: NDArray, nearness: NDArray, faces: NDArray, cutout: Cutout | None = None) -> tuple:
    tensors = (torch.from_numpy(array) for array in (points, nearness, faces))
    return rasterize(*tensors, HEIGHT, WIDTH, cutout)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_nearest_and_farthest_agree_with_brute_force(seed: int, count: int) -> None:
    points, nearness, faces = soup(seed, count)
    near, far = draw(points, nearness, faces)
    expected_near, expected_far = brute_force(points, nearness, faces)
    np.testing.assert_allclose(hit_nearness(near, nearness, faces), expected_near, atol=2e-6)
    np.testing.assert_allclose(
        hit_nearness(far, nearness, faces), np.where(np.isinf(expected_far), 0, expected_far), atol=2e-6
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_triangulated_rectangle_covers_every_pixel_exactly_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0, WIDTH, 9), np.linspace(0, HEIGHT, 7))
    points = np.stack([x, y], -1)
    points[1:-1, 1:-1] += rng.uniform(-1, 1, (5, 7, 2))
    points[1:-1, 1:-1] = np.round(points[1:-1, 1:-1] * 2) / 2  # many vertices and edges lie on pixel centres
    index = np.arange(63).reshape(7, 9)
    a, b, c, d = (index[i : i + 6, j : j + 8].ravel() for i, j in ((0, 0), (0, 1), (1, 1), (1, 0)))
    faces = np.concatenate([np.stack([a, d, c], 1), np.stack([a, c, b], 1)])
    near, far = draw(points.reshape(-1, 2), np.ones(63), faces)
    assert len(near.pixels) == HEIGHT * WIDTH
    assert torch.equal(near.faces, far.faces)


def test_hits_are_sorted_and_barycentric_coordinates_sum_to_one() -> None:
    near, far = draw(*soup(3, 9))
    assert torch.equal(near.pixels, far.pixels)
    assert (near.pixels[1:] > near.pixels[:-1]).all()
    assert (near.barycentric >= 0).all()
    torch.testing.assert_close(near.barycentric.sum(1), torch.ones(len(near.pixels)))


def test_small_chunks_give_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw(*soup(5, 20))
    monkeypatch.setattr(raster, "CHUNK", 37)
    for one, other in zip(whole, draw(*soup(5, 20)), strict=True):
        assert torch.equal(one.faces, other.faces)
        assert torch.equal(one.barycentric, other.barycentric)


def test_triangles_behind_the_camera_or_without_area_are_left_out() -> None:
    points = np.array([[0, 0], [30, 0], [0, 20], [1, 1], [5, 5], [9, 9.0]])
    faces = np.array([[0, 1, 2], [3, 4, 5]])
    assert not len(draw(points, np.array([1, -1, 1, 1, 1, 1.0]), faces)[0].pixels)


def test_an_empty_mesh_draws_nothing() -> None:
    near, _ = draw(np.zeros((0, 2)), np.zeros(0), np.zeros((0, 3), np.int64))
    assert not len(near.pixels)


def test_holes_show_what_lies_behind_on_both_sides() -> None:
    square = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], float)
    points, nearness = np.tile(square, (3, 1)), np.repeat([1.0, 0.5, 0.25], 4)
    faces = np.concatenate([np.array([[0, 1, 2], [0, 2, 3]]) + 4 * k for k in range(3)])
    cut = torch.tensor([True, True, False, False, True, True])
    cutout = Cutout(cut, lambda faces, barycentric: torch.zeros(len(faces), dtype=torch.bool))
    near, far = draw(points, nearness, faces, cutout)
    assert set(near.faces.tolist()) == {2, 3} == set(far.faces.tolist())
