"""Two parts side by side, of which one stands before the other: one border, not two."""

import numpy as np
import pytest
from analytic_maps import canvas_of, ellipsoid, maps_of

from engine.camera import CANVAS
from engine.surface import build
from engine.surface.health import check
from engine.surface.jumps import climb
from engine.surface.meeting import meet
from engine.types import Maps, Settings

SHAPE, BORDER, APART = (200, 80), 40, 3


def _cells(depth: np.ndarray) -> np.ndarray:
    return climb(depth) > 1


def _steps(height: float, rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Near and far map, as their own cameras see them, of a part that stands `height` pixels before another; the far
    map jumps too late. Below `rows` there is but one part."""
    columns = np.broadcast_to(np.arange(SHAPE[1]), SHAPE)
    upper = np.arange(SHAPE[0])[:, None] < rows
    near = np.where(upper & (columns >= BORDER), 500 - height, 500).astype(np.float32)
    far = np.where(upper & (columns >= BORDER + APART), 600 - height, 600).astype(np.float32)
    return near, -far


def test_jumps_of_one_border_come_together() -> None:
    near, far = _steps(90)
    mask = np.ones(SHAPE, bool)
    moved, steep, common = meet(near, far, _cells(near), _cells(far), mask)
    assert np.array_equal(steep, _cells(near))
    assert np.array_equal(-moved - near, np.full(SHAPE, 100))
    assert common[:, BORDER - 1].all()
    assert not common[:, : BORDER - 20].any()


@pytest.mark.parametrize(("height", "rows"), [(20, 200), (90, 30)])
def test_low_and_short_borders_stay(height: float, rows: int) -> None:
    near, far = _steps(height, rows)
    moved, steep, common = meet(near, far, _cells(near), _cells(far), np.ones(SHAPE, bool))
    assert not common.any()
    assert np.array_equal(moved, far)
    assert np.array_equal(steep, _cells(far))


def test_legs_in_mid_stride_are_not_joined_by_a_ladder() -> None:
    """The rear map is some pixels off, as networks draw it, and more so lower down."""
    exact = maps_of(ellipsoid((-0.03, 0, 1.02), (0.032, 0.15, 0.03)), ellipsoid((0.03, 0, 0.9), (0.032, 0.15, 0.03)))
    columns = np.arange(CANVAS) + np.rint(np.linspace(2, 6, CANVAS)).astype(int)[:, None]
    shifted = np.take_along_axis(exact.back, columns.clip(max=CANVAS - 1), axis=1)
    back = np.maximum(np.where(exact.mask & (shifted > 0), shifted, exact.back), exact.front)
    maps = Maps(exact.front, back)
    mesh, _ = build(maps, *canvas_of(maps), Settings(height=0.3))
    health = check(mesh)
    assert health.sound
    assert health.components == 2
    assert np.ptp(mesh.vertices[mesh.faces][..., 1], axis=1).max() < 0.02
