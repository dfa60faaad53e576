"""Gaps between parts of the body that are known to be before each other."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.camera import UNIT
from engine.surface import cells
from engine.surface.clean import Shell, clean
from engine.surface.health import component_labels
from engine.surface.occlusion import Gaps, bent, find_gaps
from engine.surface.parts import with_parts
from engine.surface.solid import Solid, solidify
from engine.types import Maps, Parts

HEIGHT, WIDTH = 300, 240
BODY, LIMB = 0, 1
BAR = slice(100, 140)
"""Columns of a limb before a slab, all along it."""
SMOOTH_BAR = np.maximum(1 - ((np.arange(WIDTH) - 119.5) / 20) ** 2, 0).astype(np.float32)


def scene(distance: float) -> tuple[Shell, Parts]:
    """A slab 60 pixels thick, and so far before it a limb 40 pixels thick that comes round at its outline."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[20:-20, 20:-20] = True
    near, far = np.full((2, HEIGHT, WIDTH), -30, np.float32)
    far[:] = 30
    front = np.full((HEIGHT, WIDTH), BODY, np.uint8)
    front[:, BAR] = LIMB
    middle = -30 - distance - 20
    near[:, BAR] = (middle - 20 * np.sqrt(SMOOTH_BAR))[BAR]
    behind = np.where(front == LIMB, (middle + 20 * np.sqrt(SMOOTH_BAR))[None], 0).astype(np.float32)
    hidden = np.full((HEIGHT, WIDTH), -30, np.float32)
    return Shell(near, far, mask, 0, 0), Parts(front, np.full_like(front, BODY), behind, hidden)


def opened(shell: Shell, parts: Parts) -> tuple[Shell, Gaps]:
    return with_parts(replace(shell, parts=parts), *find_gaps(shell))


def from_behind(shell: Shell, parts: Parts) -> tuple[Shell, Parts]:
    """The same scene with the camera on the other side: now the far map has the steps."""
    mirrored = replace(shell, near=-shell.far, far=-shell.near)
    return mirrored, Parts(parts.back, parts.front, -parts.hidden, -parts.behind)


def pieces(solid: Solid) -> int:
    return int(component_labels(solid.faces, len(solid.depth)).max()) + 1


@pytest.mark.parametrize(("distance", "apart"), [(60.0, True), (10.0, False)])
@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("behind", [False, True])
def test_parts_that_are_known_to_be_apart_are_two_solids(distance: float, apart: bool, step: int, behind: bool) -> None:
    """Those that are closer than can be known stay one."""
    known = from_behind(*scene(distance)) if behind else scene(distance)
    solid = solidify(*bent(*opened(*known)), step)
    assert pieces(solid) == (2 if apart else 1)


def test_a_limb_is_as_thick_as_it_is_known_to_be() -> None:
    shell, gaps = opened(*scene(60))
    assert gaps.cells[50:-50, BAR.start + 2 : BAR.stop - 3].all()
    assert (gaps.behind - shell.near)[150, 119] == pytest.approx(40, abs=1)


def test_what_is_not_known_is_found_as_without_parts() -> None:
    shell, parts = scene(60)
    unknown = replace(parts, front=np.full_like(parts.front, Parts.UNKNOWN))
    plain, gaps = find_gaps(shell)
    same, found = with_parts(replace(shell, parts=unknown), plain, gaps)
    np.testing.assert_array_equal(same.near, plain.near)
    for name in ("cells", "cut_near", "cut_far", "parted", "behind", "hidden"):
        np.testing.assert_array_equal(getattr(found, name), getattr(gaps, name))


def test_at_the_silhouette_each_part_comes_round_by_itself() -> None:
    """A gap as wide as the slab is no reason for a limb to reach into its middle."""
    shell, gaps = bent(*opened(*scene(100)))
    rim = shell.near[20, BAR.start + 10 : BAR.stop - 10]
    middle = scene(100)[0].near[150, BAR.start + 10 : BAR.stop - 10]
    assert (rim - middle).max() < 25
    assert (gaps.behind - shell.near)[20, 119] < 0.6 * (gaps.behind - shell.near)[60, 119]


def canvas_maps(shell: Shell, parts: Parts) -> Maps:
    """The scene as network depth (2 = the middle of the slab)."""
    front, back = ((m / UNIT + 2) * shell.mask for m in (shell.near, shell.far))
    told = Parts(parts.front, parts.back, parts.behind / UNIT + 2, parts.hidden / UNIT + 2)
    return Maps(front.astype(np.float32), back.astype(np.float32), told)


def test_cleaning_keeps_known_steps_as_they_are() -> None:
    """A small deep spot is else taken for a crack."""
    shell, parts = scene(60)
    shell.near[150:160, 50:60] += 40
    maps = canvas_maps(shell, parts)
    kept = clean(maps)
    window = (slice(kept.row, kept.row + kept.near.shape[0]), slice(kept.column, kept.column + kept.near.shape[1]))
    np.testing.assert_allclose(kept.near[kept.mask] - 2 * UNIT, shell.near[window][kept.mask], atol=0.01)
    assert kept.parts is not None
    np.testing.assert_allclose(kept.parts.hidden[kept.mask] - 2 * UNIT, -30, atol=0.01)
    assert np.abs(clean(replace(maps, parts=None)).near - kept.near)[kept.mask].max() > 20


def test_labels_go_on_beyond_the_silhouette_as_the_maps_do() -> None:
    shell, parts = scene(60)
    parts.front[:20] = Parts.UNKNOWN
    kept = clean(canvas_maps(shell, parts)).parts
    assert kept is not None
    column = np.flatnonzero(kept.front[100] == LIMB)[10]
    assert kept.front[0, column] == LIMB


def test_faces_far_apart_in_depth_do_not_bridge_the_gap() -> None:
    solid = solidify(*bent(*opened(*scene(80))))
    corners: NDArray[np.float32] = solid.depth[solid.faces]
    assert (corners.max(1) - corners.min(1)).max() < 70


def test_a_hand_before_what_is_not_known_is_apart_from_it() -> None:
    """A gap as small as that is not opened by the maps alone."""
    shell, parts = scene(60)
    hand = np.s_[100:180, BAR]
    around = np.ones(shell.mask.shape, bool)
    around[hand] = False
    shell.near[around] = -30
    parts.front[:], parts.back[:] = Parts.UNKNOWN, Parts.UNKNOWN
    assert not opened(shell, parts)[1].cells.any()
    parts.front[hand] = Parts.HAND
    found = opened(shell, parts)[1]
    assert found.cells[104:174, BAR.start + 4 : BAR.stop - 5].all()
    assert found.cut_near[110:170, BAR.start - 1].all()


def test_a_slope_within_a_known_part_is_no_jump() -> None:
    shell, parts = scene(60)
    plain = shell.near.copy()
    for beside in (BAR.start, BAR.stop - 1):
        shell.near[:, beside - 4 : beside + 5] = np.linspace(*plain[0, [beside - 5, beside + 5]], 9)
    assert (find_gaps(shell)[0].near != shell.near).any()
    parts.front[:] = BODY
    np.testing.assert_array_equal(opened(shell, parts)[0].near, shell.near)


def test_no_sheet_lies_beyond_the_next_one() -> None:
    shell, parts = scene(60)
    parts.behind[:, BAR], parts.hidden[:] = -200, 200
    joined, gaps = opened(shell, parts)
    inside = cells.corner_pixels(gaps.cells)
    assert inside.any()
    assert (gaps.behind > joined.near + 1)[inside].all()
    assert (gaps.hidden < joined.far - 1)[inside].all()


def test_gaps_that_were_found_beside_known_parts_stay() -> None:
    """Something is known of the upper third of the limb alone."""
    shell, parts = scene(60)
    parts.front[100:], parts.back[100:] = Parts.UNKNOWN, Parts.UNKNOWN
    found, merged = find_gaps(shell)[1], opened(shell, parts)[1]
    for name in ("cells", "cut_near", "cut_far", "parted"):
        np.testing.assert_array_equal(getattr(merged, name)[100:], getattr(found, name)[100:])
    assert found.cells[100:].any()


def test_a_spot_is_no_gap() -> None:
    shell, parts = scene(60)
    shell.near[:] = -30
    spot = np.s_[150:160, 100:110]
    shell.near[spot], parts.behind[spot], parts.front[:] = -150, -110, BODY
    parts.front[spot] = LIMB
    assert not opened(shell, parts)[1].cells.any()


def test_where_both_maps_jump_between_two_parts_they_are_parted() -> None:
    """Two parts side by side, of which the right one is farther away by more than both are thick."""
    shell, parts = scene(60)
    shell.near[:], shell.far[:] = -30, 30
    shell.near[:, 120:] += 90
    shell.far[:, 120:] += 90
    for label in (parts.front, parts.back):
        label[:, :120], label[:, 120:] = BODY, LIMB
    joined, gaps = opened(shell, parts)
    assert gaps.parted[30:-30, 119].all()
    for made, given in ((joined.near, shell.near), (joined.far, shell.far)):
        np.testing.assert_allclose(made[30:-30], given[30:-30], atol=0.01)


def test_inner_sheets_come_round_with_the_silhouette_inside_gaps_alone() -> None:
    shell, gaps = find_gaps(scene(60)[0])
    around = bent(shell, gaps)[1]
    inside = cells.corner_pixels(gaps.cells)
    np.testing.assert_array_equal(around.behind[~inside], gaps.behind[~inside])
    assert (around.behind != gaps.behind)[inside].any()


def test_beside_a_gap_the_sheets_come_round_as_far_as_elsewhere() -> None:
    """The pixels beside the gap's own have no inner sheets: these have no say."""
    shell, gaps = find_gaps(scene(60)[0])
    drop = bent(shell, gaps)[0].near[20] - shell.near[20]
    inside = cells.corner_pixels(gaps.cells)[20]
    columns = np.flatnonzero(inside)
    left, right = columns.min() - 1, columns.max() + 1
    assert drop[left] > 8
    assert drop[right] > 8


def test_a_gap_that_ends_in_the_body_closes_in_a_round() -> None:
    """Below the middle the limb is one with the slab, without any step."""
    shell, parts = scene(60)
    parts.front[150:] = BODY
    shell.near[150:] = shell.near[149]
    gaps = opened(shell, parts)[1]
    slit = (gaps.hidden - gaps.behind)[:, 119]
    assert gaps.cells[146, 119]
    assert slit[149] < 10
    assert 20 < slit[140] < 55
    assert slit[100] == pytest.approx(60, abs=1)


def test_where_a_third_part_ends_behind_a_gap_it_goes_on() -> None:
    """The slab is two parts, of which the lower one is farther away, behind the limb as elsewhere."""
    shell, parts = scene(60)
    shell.far[150:] += 40
    parts.front[150:][parts.front[150:] == BODY] = parts.back[150:] = LIMB + 1
    gaps = opened(shell, parts)[1]
    behind = np.s_[149, BAR.start + 2 : BAR.stop - 3]
    assert gaps.cells[behind].all()
    assert not gaps.cut_far[behind].any()


def test_what_is_hidden_is_smooth_and_goes_on_with_what_is_seen() -> None:
    """The hidden side of the slab lies 6 pixels too deep, and there is a step in it."""
    shell, parts = scene(60)
    parts.hidden[:, BAR] += 6
    parts.hidden[150:, BAR] += 6
    hidden = opened(shell, parts)[1].hidden
    assert abs(hidden[60, BAR.start] - shell.near[60, BAR.start - 1]) < 4
    assert np.abs(np.diff(hidden[130:170, 119])).max() < 1


def test_a_jump_that_is_no_border_of_a_gap_becomes_a_slope() -> None:
    """Two parts side by side, of which one stands out by 40 pixels from the other."""
    shell, parts = scene(60)
    shell.near[:], parts.front[:], parts.back[:] = -30, BODY, BODY
    shell.near[:, 120:] -= 40
    parts.front[:, 120:] = parts.back[:, 120:] = LIMB
    near = opened(shell, parts)[0].near
    assert np.abs(np.diff(near[150])).max() < 12
    np.testing.assert_array_equal(near[150, :100], shell.near[150, :100])


def test_the_borders_of_gaps_stay_sharp() -> None:
    shell, parts = scene(60)
    near = opened(shell, parts)[0].near
    np.testing.assert_allclose(near[50:-50], shell.near[50:-50])


def test_what_lies_in_the_background_between_two_parts_is_no_jump() -> None:
    shell, parts = scene(60)
    shell.near[:], shell.far[:] = -30, 30
    shell.near[:, 120:] += 100
    shell.far[:, 120:] += 100
    shell.mask[:, 118:122] = False
    for label in (parts.front, parts.back):
        label[:, :120], label[:, 120:] = BODY, LIMB
    joined = opened(shell, parts)[0]
    np.testing.assert_allclose(joined.near[shell.mask], shell.near[shell.mask], atol=0.01)


@pytest.mark.parametrize("nearer", [0.0, 40.0, 160.0])
def test_where_one_limb_crosses_another_all_sheets_stay_in_order(nearer: float) -> None:
    shell, parts = scene(60)
    other = np.s_[140:170]
    across = (-30 - 60 - 20 - nearer) * np.ones(WIDTH, np.float32)
    shell.near[other], parts.behind[other], parts.front[other] = across - 20, across + 20, LIMB + 1
    joined, gaps = opened(shell, parts)
    inside = cells.corner_pixels(gaps.cells)
    assert inside[155, 119]
    assert (joined.near < gaps.behind)[inside].all()
    assert (gaps.behind <= gaps.hidden)[inside].all()
    assert (gaps.hidden < joined.far)[inside].all()
    assert (joined.near + 1 <= joined.far).all()
