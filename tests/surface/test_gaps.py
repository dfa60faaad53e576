"""Where a part before another one is parted from it by a gap, and how even the border of that is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.surface.clean import Shell
from engine.surface.contour import straightened
from engine.surface.health import component_labels
from engine.surface.jumps import climb
from engine.surface.occlusion import find_gaps
from engine.surface.solid import solidify

HEIGHT, WIDTH = 400, 200
BAR = slice(80, 120)
"""Columns of a bar before a slab."""


def slab_with_bar(first: int, last: int) -> Shell:
    """A slab 60 pixels thick, and 90 pixels before it a bar between two rows."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[20:-20, 20:-20] = True
    near = np.full((HEIGHT, WIDTH), -30, np.float32)
    near[first:last, BAR] = -120
    return Shell(near, np.full((HEIGHT, WIDTH), 30, np.float32), mask, 0, 0)


@pytest.mark.parametrize(("first", "last", "opens"), [(150, 250, False), (60, 340, True), (280, HEIGHT, True)])
def test_a_short_gap_opens_only_where_it_reaches_the_silhouette(first: int, last: int, opens: bool) -> None:
    _, gaps = find_gaps(slab_with_bar(first, last))
    behind = gaps.cells[first + 10 : min(last, HEIGHT - 20) - 10, 90:110]
    assert behind.all() if opens else not gaps.cells.any()


def test_a_part_before_the_body_leaves_the_gap_of_one_behind_it_open() -> None:
    shell = slab_with_bar(280, HEIGHT)
    shell.far[280:, 140:170] = 120
    behind = find_gaps(shell)[1].cells[290 : HEIGHT - 30]
    assert behind[:, 90:110].all()
    assert behind[:, 148:162].all()


def test_an_occluder_is_as_round_beside_a_slanted_outline_as_beside_a_straight_one() -> None:
    """Where its outline goes to the next pixel, its rear has no step."""
    shell = slab_with_bar(60, 340)
    columns, rows = np.arange(WIDTH)[None], np.arange(HEIGHT)[:, None]
    beyond = (columns - 60 - 0.2 * rows) / np.hypot(1, 0.2)
    bar = (beyond >= 0) & (beyond < 50) & (rows >= 60) & (rows < 340)
    shell.near[:] = np.where(bar, -120, -30)
    gaps = find_gaps(shell)[1]
    side = (beyond > 1) & (beyond < 4) & (rows > 100) & (rows < 300)
    arc = 2 * np.sqrt(beyond * (50 - beyond), where=side, out=np.zeros(shell.mask.shape))
    assert np.std((gaps.behind + 120 - arc)[side]) < 0.65


def test_an_occluder_that_is_seen_from_behind_is_as_thick_beside_that() -> None:
    """A board of 40 pixels, wide and askew like a bag, reaches to the left from before a trunk far behind it."""
    shell = slab_with_bar(0, 0)
    x, y = np.arange(WIDTH)[None], np.arange(HEIGHT)[:, None]
    board, trunk = (y >= 80) & (y < 320) & (x >= 20) & (x < 160), np.broadcast_to(x >= 60, (HEIGHT, WIDTH))
    front = (-150 - 0.5 * x + 0 * y).astype(np.float32)
    shell.mask[:] &= board | trunk
    shell.near[:] = np.where(board, front, -30)
    shell.far[:] = np.where(board & ~trunk, front + 40, 30)
    inside = np.s_[150:250, 75:125]
    gaps = find_gaps(shell)[1]
    assert gaps.cells[inside].all()
    np.testing.assert_allclose((gaps.behind - front)[inside], 40, atol=3)


def _residual(shift: NDArray, cut: NDArray[np.bool_]) -> float:
    """Standard deviation of the distance from a slanted line of the pixels left of it."""
    rows, columns = np.nonzero(cut[50:150])
    rows += 50
    x, y = np.stack([columns, rows]) + shift[rows, columns].T
    return float(np.std((x - 40 - 0.3 * y) / np.hypot(1, 0.3)))


def test_the_line_of_a_cut_is_even() -> None:
    columns, rows = np.arange(160)[None], np.arange(200)[:, None]
    depth = np.where(columns > 40 + 0.3 * rows, 100, 0).astype(np.float32)
    mask = np.ones(depth.shape, bool)
    cut = climb(depth) > 50
    first = cut & ~np.pad(cut, ((0, 0), (1, 0)))[:, :-1]
    shift = straightened(depth, mask, cut)
    assert _residual(np.zeros_like(shift), first) > 0.25
    assert _residual(shift, first) < 0.1
    assert not shift[:, :20].any()


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("slope", [-1.0, 0.3, 1.0, 1.5, 2.5])
def test_parts_that_overlap_in_the_picture_alone_stay_apart(slope: float, step: int) -> None:
    """A bar before the slanted end of another one, of which it hides a part, like a foot before the other."""
    rows, columns = np.arange(HEIGHT)[:, None], np.arange(WIDTH)[None]
    front = (columns >= 80) & (columns < 180) & (rows >= 20) & (rows < 380)
    rear = (columns >= 20) & (columns < 150) & (rows >= 20) & (rows < 330 - slope * columns)
    near = np.where(front, 0, 200).astype(np.float32)
    far = np.where(rear, 260, 60).astype(np.float32)
    shell, gaps = find_gaps(Shell(near, far, front | rear, 0, 0))
    solid = solidify(shell, gaps, step)
    labels = component_labels(solid.faces, len(solid.depth))
    assert len(np.unique(labels[solid.faces[:, 0]])) == 2
