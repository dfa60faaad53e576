"""Lone vertices of a seam do not stand out from their neighbours."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.surface import weld
from engine.surface.clean import Shell
from engine.surface.occlusion import Gaps
from engine.surface.solid import Solid, _without_needles, solidify

_SIDE = 12
_ROW, _COLUMN = (n.ravel() for n in np.indices((_SIDE, _SIDE)))
_MIDDLE = 5 * _SIDE + 6


def _plane(slope: float, seam: bool = True) -> Solid:
    """A square of a sheet that climbs, all of it on a seam or nothing."""
    corner = np.arange(_SIDE * _SIDE, dtype=np.int32).reshape(_SIDE, _SIDE)
    a, b, c, d = (part.ravel() for part in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, :-1], corner[1:, 1:]))
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    sheets = np.full(corner.size, 1 << weld.NEAR | (1 << weld.FAR if seam else 0), np.uint8)
    depth = (1000 + slope * _COLUMN).astype(np.float32)
    return Solid(faces, depth, _COLUMN.astype(np.float32), _ROW.astype(np.float32), corner.ravel(), sheets)


def _raised(solid: Solid, places: list[int], by: float) -> Solid:
    depth = solid.depth.copy()
    depth[places] += np.float32(by)
    return replace(solid, depth=depth)


def _differences(solid: Solid, other: Solid) -> NDArray[np.float32]:
    return np.abs(solid.depth - other.depth)


@given(st.floats(-3, 3), st.sampled_from([-1, 1]), st.floats(30, 300))
def test_a_needle_goes(slope: float, way: int, height: float) -> None:
    plane = _plane(slope)
    assert _differences(_without_needles(_raised(plane, [_MIDDLE], way * height)), plane).max() <= abs(slope) + 1e-3


def test_a_needle_of_two_vertices_goes() -> None:
    plane = _plane(0.5)
    found = _without_needles(_raised(plane, [_MIDDLE, _MIDDLE + 1], 80.0))
    assert _differences(found, plane).max() <= 1


@pytest.mark.parametrize("way", [(1, 0), (0, 1), (1, 1), (1, -1), (1, 2), (2, -1)])
def test_a_wall_stays(way: tuple[int, int]) -> None:
    across = way[0] * (_COLUMN - 6) + way[1] * (_ROW - 6)
    wall = _raised(_plane(0.5), np.flatnonzero(across >= 1).tolist(), 100.0)
    inner = (_ROW > 0) & (_ROW < _SIDE - 1) & (_COLUMN > 0) & (_COLUMN < _SIDE - 1)
    assert _differences(_without_needles(wall), wall)[inner].max() == 0


@pytest.mark.parametrize("height", [5.0, -5.0])
def test_a_bump_stays(height: float) -> None:
    bump = _raised(_plane(0.5), [_MIDDLE], height)
    assert np.array_equal(_without_needles(bump).depth, bump.depth)


@pytest.mark.parametrize("step", [1, 4])
def test_the_end_of_a_gap_has_no_needle(step: int) -> None:
    """A pixel of a third part, left at a corner of the cut beside a gap."""
    mask = np.zeros((120, 120), bool)
    mask[8:-8, 8:-8] = True
    far = np.full(mask.shape, 60, np.float32)
    far[44:, 44:] = 90
    far[40, 40] = 160
    gap, cut, nowhere = np.zeros((3, 119, 119), bool)
    gap[41:80, 41:80] = cut[40, 40:80] = cut[40:80, 40] = True
    sheets = (np.full(mask.shape, depth, np.float32) for depth in (20, 40))
    shell = Shell(np.zeros(mask.shape, np.float32), far, mask, 0, 0)
    assert solidify(shell, Gaps(*sheets, gap, nowhere, cut, nowhere), step).depth.max() < 95


def test_what_is_no_seam_stays() -> None:
    fingertip = _raised(_plane(0.5, seam=False), [_MIDDLE], 80.0)
    assert np.array_equal(_without_needles(fingertip).depth, fingertip.depth)
