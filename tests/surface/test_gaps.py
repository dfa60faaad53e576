"""Where a part before another one is parted from it by a gap, and how even the border of that is."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import UserError
from engine.surface.clean import Shell
from engine.surface.contour import straightened
from engine.surface.health import component_labels
from engine.surface.jumps import climb, cut
from engine.surface.occlusion import Gaps, bent, closed, find_gaps
from engine.surface.parts import with_parts
from engine.surface.solid import solidify
from engine.types import Parts

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


def even_gap(behind: float, hidden: float, open_: NDArray[np.bool_]) -> Gaps:
    """A gap of these cells between two flat sheets, nothing cut."""
    none, flat = np.zeros_like(open_), np.zeros((HEIGHT, WIDTH), np.float32)
    return Gaps(flat + behind, flat + hidden, open_, none, none, none)


def window() -> NDArray[np.bool_]:
    """Cells inside the slab."""
    open_ = np.zeros((HEIGHT - 1, WIDTH - 1), bool)
    open_[100:300, 85:115] = True
    return open_


def test_a_side_that_falls_off_steeply_is_no_jump() -> None:
    """Measured beside the outline of a head; beyond it depths go on evenly."""
    fall = np.array([95.3, 87.9, 69.7, 51.7, 39.1, 30.6, 23.7, 17.9, 13.4, 9.2, 5.5, 2.5, 0.9, 0])
    away = np.maximum(np.arange(WIDTH) - 20, 0)
    depth = np.tile(np.interp(away, 3 * np.arange(len(fall)), fall), (HEIGHT, 1)).astype(np.float32)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[20:-20, 20:-20] = True
    sharp, steep = cut(depth, mask)
    assert not steep.any()
    assert np.array_equal(sharp, depth)


def test_a_step_close_to_the_silhouette_is_a_jump() -> None:
    """Of what is behind an arm a strip of seven pixels is seen beside it."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[20:-20, 20:-20] = True
    depth = np.zeros((HEIGHT, WIDTH), np.float32)
    depth[:, :27] = 90
    _, steep = cut(depth, mask)
    assert steep[60:-60, 26].all()
    assert not steep[:, 30:].any()


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


def test_a_strap_on_a_bag_is_no_border_of_the_gap_behind_the_bag() -> None:
    """A bag 40 pixels thick before a slab, past whose side it reaches, and a strap that lies on it."""
    rows, columns = np.arange(HEIGHT)[:, None], np.arange(320)[None]
    bag, slab = (rows >= 60) & (rows < 340) & (columns < 260), (columns >= 60) & (rows >= 0)
    near, far = np.where(bag, -200, -30).astype(np.float32), np.where(bag & ~slab, -160, 30).astype(np.float32)
    mask = np.pad(np.ones((HEIGHT - 40, 280), bool), 20) & (bag | slab)
    near[130:270, 160:180] = -225
    gaps = find_gaps(Shell(near, far, mask, 0, 0))[1]
    inside = np.s_[110:290, 75:230]
    assert gaps.cells[inside].all()
    assert not gaps.cut_near[inside].any()
    np.testing.assert_allclose((gaps.behind - near)[inside], 40, atol=2)


def test_a_strip_of_the_body_that_is_seen_between_two_parts_is_no_part_of_the_gap() -> None:
    shell = slab_with_bar(60, 340)
    shell.near[60:340, 126:170] = -120
    gaps = find_gaps(shell)[1]
    assert gaps.cells[100:300, 84:116].all()
    assert gaps.cells[100:300, 130:166].all()
    assert not gaps.cells[100:300, 121:124].any()


def test_a_found_gap_that_ends_inside_the_body_closes_in_a_round() -> None:
    shell = slab_with_bar(60, 340)
    gaps = closed(even_gap(-100, -50, window()), shell, shell.mask)
    width = (gaps.hidden - gaps.behind)[100:301, 100]
    assert width[0] < 1
    assert width[100] == pytest.approx(2 * np.sqrt(25**2 - 10**2), abs=3)
    assert (gaps.behind[100:301, 85:116] <= gaps.hidden[100:301, 85:116]).all()


def test_a_gap_does_not_end_at_a_few_cells() -> None:
    shell = slab_with_bar(60, 340)
    open_ = climb(np.where(shell.near < -100, 1, 0)) == 0
    open_ &= shell.near[:-1, :-1] < -100
    cut = (climb(shell.near) > 50) & (np.arange(HEIGHT - 1)[:, None] != 200)
    gaps = replace(even_gap(-100, -50, open_), cut_near=cut)
    np.testing.assert_array_equal(closed(gaps, shell, shell.mask).behind, gaps.behind)


def test_a_gap_does_not_end_where_one_of_its_sides_goes_on_as_what_is_seen() -> None:
    shell = slab_with_bar(60, 340)
    gaps = even_gap(-100, -32, (climb(shell.near) > 50) | (shell.near[:-1, :-1] < -100))
    np.testing.assert_array_equal(closed(gaps, shell, shell.mask).behind, gaps.behind)


@pytest.mark.parametrize("step", [2, 4, 8])
def test_the_silhouette_of_a_sparse_grid_is_that_of_the_full_one(step: int) -> None:
    shell, gaps = find_gaps(slab_with_bar(60, 340))
    full, sparse = solidify(shell, gaps), solidify(shell, gaps, step)
    for name in ("rows", "columns"):
        for end in (np.min, np.max):
            assert end(getattr(sparse, name)) == pytest.approx(end(getattr(full, name)), abs=0.15 * step)


@pytest.mark.parametrize("step", [2, 4, 8])
def test_a_person_too_small_for_a_sparse_grid_is_told_as_nobody(step: int) -> None:
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    near = np.zeros((9, 9), np.float32)
    shell, gaps = find_gaps(Shell(near, near + 20, mask, 0, 0))
    with pytest.raises(UserError):
        solidify(shell, gaps, step)


def test_a_wavy_silhouette_leaves_the_mouth_of_a_gap_open() -> None:
    """A bar that ends at the silhouette before a slab: no dent beside the gap is filled, or a web would close it."""
    shell = slab_with_bar(60, HEIGHT)
    columns = np.arange(WIDTH)
    shell.mask[np.arange(HEIGHT)[:, None] > HEIGHT - 20 + 1.3 * np.sin(columns / 3)] = False
    opened, gaps = find_gaps(shell)
    bent_shell, _ = bent(opened, gaps)
    beside = np.s_[HEIGHT - 24 : HEIGHT - 16, 86:114]
    filled = bent_shell.mask & ~shell.mask
    assert filled[HEIGHT - 24 :, 30:60].any()
    assert not filled[beside].any()


def test_a_gap_that_was_found_keeps_its_end_beside_known_parts() -> None:
    """Closed once more, it would end elsewhere."""
    shell = slab_with_bar(0, 0)
    gaps = closed(even_gap(-12, 12, window()), shell, shell.mask)
    nothing, zero = np.full(shell.mask.shape, Parts.UNKNOWN, np.uint8), np.zeros_like(shell.near)
    _, again = with_parts(replace(shell, parts=Parts(nothing, nothing, zero, zero)), shell, gaps)
    np.testing.assert_array_equal(again.behind, gaps.behind)
    np.testing.assert_array_equal(again.hidden, gaps.hidden)


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


@pytest.mark.parametrize("overlap", [6, 12, 16, 20])
def test_what_hides_a_narrow_strip_of_something_far_behind_it_is_not_joined_to_that(overlap: int) -> None:
    """An arm beside the trunk."""
    rows, columns = np.arange(700)[:, None], np.arange(WIDTH)[None]
    front = (rows >= 20) & (rows < 680) & (columns >= 80) & (columns < 180)
    rear = (rows >= 20) & (rows < 680) & (columns >= 20) & (columns < 80 + overlap)
    near, far = np.where(front, 0, 200).astype(np.float32), np.where(rear, 260, 60).astype(np.float32)
    solid = solidify(*find_gaps(Shell(near, far, front | rear, 0, 0)))
    labels = component_labels(solid.faces, len(solid.depth))
    assert len(np.unique(labels[solid.faces[:, 0]])) == 2


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
