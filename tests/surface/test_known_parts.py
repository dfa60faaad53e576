"""Gaps between parts of the body that are known to be before each other."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.camera import UNIT
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
    return with_parts(shell, parts, *find_gaps(shell))


def pieces(solid: Solid) -> int:
    return int(component_labels(solid.faces, len(solid.depth)).max()) + 1


@pytest.mark.parametrize(("distance", "apart"), [(60.0, True), (10.0, False)])
@pytest.mark.parametrize("step", [1, 2])
def test_parts_that_are_known_to_be_apart_are_two_solids(distance: float, apart: bool, step: int) -> None:
    """Those that are closer than can be known stay one."""
    solid = solidify(*bent(*opened(*scene(distance))), step)
    assert pieces(solid) == (2 if apart else 1)


def test_a_limb_is_as_thick_as_it_is_known_to_be() -> None:
    shell, gaps = opened(*scene(60))
    assert gaps.cells[50:-50, BAR.start + 2 : BAR.stop - 3].all()
    assert (gaps.behind - shell.near)[150, 119] == pytest.approx(40, abs=1)


def test_what_is_not_known_is_found_as_without_parts() -> None:
    shell, parts = scene(60)
    unknown = replace(parts, front=np.full_like(parts.front, Parts.UNKNOWN))
    plain, gaps = find_gaps(shell)
    same, found = with_parts(shell, unknown, plain, gaps)
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
