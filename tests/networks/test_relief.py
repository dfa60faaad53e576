"""Fine relief from light and shade on the front depth map."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.camera import CANVAS, UNIT, Camera
from engine.networks import relief
from engine.pixels import blur
from engine.training.creases import sample_patch
from engine.types import Canvas, Maps, Parts

CPU = torch.device("cpu")
SIDE = 256
TOP = LEFT = 640


def patch_on_canvas(seed: int) -> tuple[Maps, Canvas, np.ndarray]:
    """A made-up patch in a square of the canvas, its known surface as the front map, and its true relief (network's
    pixels)."""
    patch = sample_patch(np.random.default_rng(seed), SIDE)
    area = np.s_[TOP : TOP + 2 * SIDE, LEFT : LEFT + 2 * SIDE]
    rgb, front = np.zeros((CANVAS, CANVAS, 3), np.uint8), np.zeros((CANVAS, CANVAS), np.float32)
    rgb[area] = patch.picture.repeat(2, axis=0).repeat(2, axis=1)
    front[area] = 2 - patch.base.repeat(2, axis=0).repeat(2, axis=1) * (relief.STEP / UNIT)
    mask = front > 0
    nowhere = np.full((31, 2), np.nan)
    maps = Maps(front, np.where(mask, front + 1, 0).astype(np.float32))
    return maps, Canvas(rgb, mask, nowhere, nowhere[:, 0], Camera()), patch.height


def fine(height: np.ndarray) -> np.ndarray:
    return height - blur(height, np.ones_like(height), relief._COARSER)


def found_relief(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What `with_relief` adds in the middle of a patch, and what is true."""
    maps, canvas, height = patch_on_canvas(seed)
    before = maps.front.copy()
    relief.with_relief(maps, canvas, CPU)
    added = (before - maps.front)[TOP::2, LEFT::2][:SIDE, :SIDE] * (UNIT / relief.STEP)
    inner = np.s_[32:-32, 32:-32]
    return added[inner], fine(height)[inner]


def test_relief_is_found() -> None:
    """Over patches of all kinds a good part of the true slopes is found, and little is made up where there are none."""
    pairs = [found_relief(seed) for seed in range(1000, 1024)]
    found, true = (np.concatenate([np.stack(np.gradient(pair[k])).ravel() for pair in pairs]) for k in (0, 1))
    assert np.corrcoef(found, true)[0, 1] > 0.5
    assert np.abs(found - true).mean() < 0.9 * np.abs(true).mean()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**31))
def test_only_the_inside_changes(seed: int) -> None:
    maps, canvas, _ = patch_on_canvas(seed)
    front, back = maps.front.copy(), maps.back.copy()
    assert relief.with_relief(maps, canvas, CPU) is maps
    np.testing.assert_array_equal(maps.front[~canvas.mask], 0)
    np.testing.assert_array_equal(maps.back[~canvas.mask], 0)
    assert (maps.front <= maps.back).all()
    rim = canvas.mask.copy()
    rim[TOP + 2 : TOP + 2 * SIDE - 2, LEFT + 2 : LEFT + 2 * SIDE - 2] = False
    np.testing.assert_allclose(maps.front[rim], front[rim], atol=2e-3)
    np.testing.assert_allclose(maps.back[rim], back[rim], atol=2e-3)
    assert np.abs((maps.front - front)[canvas.mask].mean()) < 1e-3


@pytest.mark.parametrize(("slope", "times"), [(0.02, 1), (0.4, 1.7)])
def test_what_is_surely_found_is_raised(slope: float, times: float) -> None:
    x = np.arange(SIDE, dtype=np.float32) / 12
    waves = np.tile(12 * slope * np.sin(x), (SIDE, 1)).astype(np.float32)
    raised = relief._raised(waves, np.ones(waves.shape, bool))
    inner = np.s_[32:-32, 32:-32]
    np.testing.assert_allclose(raised[inner], times * waves[inner], atol=0.03 * waves.max())


def test_nothing_rises_beside_a_jump() -> None:
    area, left = np.s_[600:1000, 600:1000], np.s_[600:1000, 600:800]
    front, back = np.zeros((2, CANVAS, CANVAS), np.float32)
    front[area], back[area] = 2.2, 2.6
    front[left], back[left] = 1.9, 2.3
    labels = np.full(front.shape, Parts.UNKNOWN, np.uint8)
    labels[area] = Parts.TRUNK
    labels[left] = 1
    grey = np.full((CANVAS, CANVAS, 3), 128, np.uint8)
    nowhere = np.full((31, 2), np.nan)
    maps = Maps(front.copy(), back.copy(), Parts(labels, labels, np.zeros_like(front), np.zeros_like(front)))
    relief.with_relief(maps, Canvas(grey, front > 0, nowhere, nowhere[:, 0], Camera()), CPU)
    inner = np.s_[660:940, 660:940]
    for after, before in ((maps.front, front), (maps.back, back)):
        assert np.abs(after - before)[inner].max() * UNIT < 1.0


def test_marks_on_the_back_go_and_its_form_stays() -> None:
    maps, canvas, _ = patch_on_canvas(0)
    y, x = np.mgrid[:CANVAS, :CANVAS]
    form, marks = 4 + 0.05 * np.sin(x / 100), 0.002 * np.sin(x / 3) * np.sin(y / 3)
    back = np.where(canvas.mask, form + marks, 0).astype(np.float32)
    relief.with_relief(Maps(maps.front, back), canvas, CPU)
    inner = np.s_[TOP + 64 : TOP + 2 * SIDE - 64, LEFT + 64 : LEFT + 2 * SIDE - 64]
    assert np.abs(back - form)[inner].max() < 0.5 * 0.002


def test_thin_parts_do_not_turn_inside_out() -> None:
    maps, canvas, _ = patch_on_canvas(3)
    thin = Maps(maps.front, np.where(canvas.mask, maps.front + 1e-3, 0).astype(np.float32))
    relief.with_relief(thin, canvas, CPU)
    assert (thin.front[canvas.mask] <= thin.back[canvas.mask]).all()


def test_nobody() -> None:
    empty = np.zeros((CANVAS, CANVAS), np.float32)
    canvas = patch_on_canvas(0)[1]
    assert not relief.with_relief(Maps(empty, empty.copy()), canvas, CPU).mask.any()


@pytest.mark.parametrize("rows", [(0, 100), (CANVAS - 90, CANVAS), (0, CANVAS)])
def test_people_at_the_border_of_the_canvas(rows: tuple[int, int]) -> None:
    front = np.zeros((CANVAS, CANVAS), np.float32)
    front[rows[0] : rows[1], : CANVAS // 3] = 2
    canvas = patch_on_canvas(0)[1]
    maps = relief.with_relief(Maps(front, 2 * front), canvas, CPU)
    assert np.isfinite(maps.front).all()
    np.testing.assert_array_equal(maps.mask, front > 0)
