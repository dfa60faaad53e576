"""Vertices beside the silhouette: in lines, so that the pixel grid is no comb of ridges on the sides."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from engine.normals import vertex_normals
from engine.surface.clean import Shell
from engine.surface.contour import bend
from engine.surface.occlusion import Gaps
from engine.surface.rounding import Rounding, Sheets, rounding_of
from engine.surface.solid import Solid, solidify

SIZE = 240
INNER = slice(60, SIZE - 60)


def slanted(slope: float, thickness: float = 30) -> Shell:
    """A slab whose left side runs slanted, and comes round there."""
    columns, rows = np.arange(SIZE)[None], np.arange(SIZE)[:, None]
    mask = (columns > 60 + slope * (rows - SIZE / 2)) & (columns < SIZE - 20)
    mask[:10], mask[-10:] = False, False
    flat = np.full((SIZE, SIZE), thickness / 2, np.float32)
    return bend(Shell(-flat, flat, mask, 0, 0), np.full(mask.shape, np.inf, np.float32), np.zeros_like(mask))[0]


def in_lines(
    shell: Shell, rounding: Rounding | None = None, lines: NDArray | None = None, step: int = 1
) -> tuple[NDArray, NDArray, NDArray]:
    """Shifts of the vertices, and the depth of both sheets there."""
    rounding = rounding or shell.rounding
    assert rounding is not None
    one = np.ones(shell.mask.shape, np.int8)
    lines = np.zeros((*shell.mask[::step, ::step].shape, 2), np.float32) if lines is None else lines
    shifts, (near, far) = Sheets((shell.near, shell.far), (one, -one)).in_lines(shell.mask, rounding, lines, step)
    return shifts, near, far


def solid_of(shell: Shell, step: int) -> Solid:
    nowhere = np.zeros((SIZE - 1, SIZE - 1), bool)
    return solidify(shell, Gaps(shell.far, shell.far, nowhere, nowhere, nowhere, nowhere), step)


def distance(points: NDArray, slope: float) -> NDArray:
    """Pixels of points (x, y) from the slanted side."""
    return (points[..., 0] - 60 - slope * (points[..., 1] - SIZE / 2)) / np.hypot(1, slope)


def likeness(shifts: NDArray, mask: NDArray[np.bool_], slope: float, step: int) -> float:
    """1 where all vertices beside a slanted side stand in lines, 0 where they lie anyhow between them."""
    rows, columns = np.indices(shifts.shape[:2])
    far = distance(step * (np.dstack([columns, rows]) + shifts), slope)
    beside = (far > 0.1) & (far < 3 * step) & mask[::step, ::step]
    beside[: 60 // step], beside[-60 // step :] = False, False
    return float(np.abs(np.exp(2j * np.pi * far[beside] * np.hypot(1, slope) / step).mean()))


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("slope", [0.13, -0.3, 0.7])
def test_vertices_stand_in_lines(slope: float, step: int) -> None:
    shell = slanted(slope)
    shifts, _, _ = in_lines(shell, step=step)
    assert likeness(np.zeros_like(shifts), shell.mask, slope, step) < 0.2
    assert likeness(shifts, shell.mask, slope, step) > 0.75


@pytest.mark.parametrize("slope", [0.0, 0.13, -0.3])
def test_sheets_have_the_depth_of_the_place_where_vertices_stand(slope: float) -> None:
    shell = slanted(slope)
    assert shell.rounding is not None
    shifts, near, far = in_lines(shell)
    np.testing.assert_allclose(near, -far, atol=1e-3)
    moved = shifts.any(axis=-1)
    assert moved[INNER].sum() > 2 * (SIZE - 120)
    exact = shell.near - shell.rounding.drop(shell.rounding.inside)
    rows, columns = np.nonzero(moved)
    x, y = (columns + shifts[moved][:, 0]).astype(np.float32), (rows + shifts[moved][:, 1]).astype(np.float32)
    inside = map_coordinates(shell.rounding.inside, [y, x], order=1)
    drop = shell.rounding.drop(inside, (rows, columns))
    np.testing.assert_allclose(near[moved], np.minimum(exact[moved] + drop, -0.25), atol=0.05)


def unevenness(slope: float, step: int) -> float:
    """How much the normals beside a slanted side turn up and down: standard deviation of their part along it."""
    shell = slanted(slope)
    solid = solid_of(shell, step)
    points = np.stack([solid.columns, solid.rows, solid.depth], axis=-1)
    normals = vertex_normals(points, solid.faces)
    side = distance(points, slope) < 8
    side &= (solid.rows > 70) & (solid.rows < SIZE - 70)
    along = np.array([slope, 1, 0]) / np.hypot(1, slope)
    return float(np.std(normals[side] @ along))


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("slope", [0.05, 0.13, -0.3, 0.6])
def test_a_slanted_side_is_no_comb(slope: float, step: int) -> None:
    assert unevenness(slope, step) < 0.012 * step


def blob(seed: int) -> NDArray[np.bool_]:
    """A random shape with fingers, slits and specks."""
    noise = np.random.default_rng(seed).standard_normal((SIZE, SIZE)).astype(np.float32)
    mask = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (3.0, 9.0, 20.0)) > 0.1
    mask[:8], mask[-8:], mask[:, :8], mask[:, -8:] = False, False, False, False
    return np.asarray(mask)


def corner_areas(shifts: NDArray, mask: NDArray[np.bool_]) -> NDArray:
    """Twice the signed areas of the triangles at the corners of the mask's cells, once they are shifted."""
    rows, columns = np.indices(mask.shape)
    x, y = columns + shifts[..., 0], rows + shifts[..., 1]
    corners = [(slice(i, i - 1 or None), slice(j, j - 1 or None)) for i, j in ((0, 0), (0, 1), (1, 1), (1, 0))]
    areas = []
    for k in range(4):
        a, b, c = (corners[(k + n) % 4] for n in range(3))
        turn = (x[b] - x[a]) * (y[c] - y[b]) - (y[b] - y[a]) * (x[c] - x[b])
        areas.append(turn[mask[a] & mask[b] & mask[c]])
    return np.concatenate(areas)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([1, 2, 4]), st.sampled_from([0.0, 0.5]))
def test_no_cell_is_turned_over(seed: int, step: int, other: float) -> None:
    """Neither by what puts vertices into lines nor by that together with other shifts."""
    mask = blob(seed)
    sparse = mask[::step, ::step]
    flat = np.zeros((SIZE, SIZE), np.float32)
    lines = other * np.sign(np.random.default_rng(seed).normal(size=(*sparse.shape, 2))) * sparse[..., None]
    shell = Shell(flat - 9, flat + 9, mask, 0, 0)
    shifts, _, _ = in_lines(shell, rounding_of(mask), lines.astype(np.float32), step)
    assert np.linalg.norm(shifts, axis=-1).max(initial=0) <= 0.7 + 2 * other
    assert not shifts[~sparse].any()
    assert (corner_areas(shifts, sparse) > 0).all()


@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_sheet_has_the_depth_of_the_places_that_it_is_moved_to(step: int) -> None:
    """An inclined plane stays one, and so does what lies in a gap behind it."""
    mask = slanted(0.13).mask
    columns, rows = np.meshgrid(*2 * [np.arange(SIZE, dtype=np.float32)])
    planes = 3 * columns, 3 * columns + 60, 3 * columns + 20 + rows, 3 * columns + 40 + rows
    nothing = np.zeros((*mask[::step, ::step].shape, 2), np.float32)
    sheets = Sheets(planes, 4 * (np.zeros(mask.shape, np.int8),))
    shifts, depth = sheets.in_lines(mask, rounding_of(mask), nothing, step)
    assert shifts.any()
    x, y = (step * (np.indices(nothing.shape[:2])[1 - axis] + shifts[..., axis]) for axis in (0, 1))
    expected = np.dstack([3 * x, 3 * x + 60, 3 * x + 20 + y, 3 * x + 40 + y])
    inner = np.s_[2:-2, 2:-2]
    np.testing.assert_allclose(np.dstack(depth)[inner], expected[inner], atol=1e-2)
