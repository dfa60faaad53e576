"""The indicator function tells the body from what is around and within it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.surface.clean import Shell
from engine.surface.inside import CELL, hollows, indicator
from engine.surface.occlusion import find_gaps

SIZE = 320
Y, X = np.mgrid[:SIZE, :SIZE].astype(np.float32)
Solid = tuple[NDArray[np.float32], NDArray[np.float32]]


def limb(x: float, depth: float, radius: float, slope: float = 0.0) -> Solid:
    """First and last depth of a round rod that leans to the right by `slope`, infinite where it is not."""
    beside = (X - x - slope * (Y - SIZE / 2)) / np.hypot(1, slope)
    half = np.sqrt(np.maximum(radius**2 - beside**2, 0))
    there = (abs(beside) < radius) & (abs(Y - SIZE / 2) < 0.4 * SIZE)
    return np.where(there, depth - half, np.inf), np.where(there, depth + half, -np.inf)


def union(*solids: Solid) -> tuple[NDArray, NDArray, NDArray[np.bool_]]:
    """What both cameras see of solids: near and far depth, and the silhouette."""
    near, far = np.min([s[0] for s in solids], axis=0), np.max([s[1] for s in solids], axis=0)
    mask = np.isfinite(near)
    return np.where(mask, near, 0).astype(np.float32), np.where(mask, far, 0).astype(np.float32), mask


def test_one_inside_of_a_limb_and_none_around_it() -> None:
    values = indicator(*union(limb(160, 0, 60)))
    middle = values.shape[0] // 2
    axis = values[:, values.shape[1] // 2]
    assert axis[middle, axis.shape[1] // 2] > 0.7
    assert abs(axis[:3]).max() < 0.15
    assert abs(values[middle, :, :3]).max() < 0.15


@settings(max_examples=15, deadline=None)
@given(st.floats(25, 90), st.floats(-0.3, 0.3))
def test_a_single_limb_has_no_hollow(radius: float, slope: float) -> None:
    """Its ends are flat, so that neither map shows them; what is near them is left out."""
    found = hollows(*union(limb(160, 0, radius, slope))).found
    assert not found[10:-10].any()


def test_nobody_has_no_hollow() -> None:
    nothing = np.zeros((SIZE, SIZE), np.float32)
    assert not hollows(nothing, nothing, nothing > 0).found.any()


@settings(max_examples=10, deadline=None)
@given(st.floats(-0.25, 0.25), st.floats(150, 220))
def test_crossed_limbs_end_and_begin_where_they_are_hidden(slope: float, apart: float) -> None:
    """A leg before another one: to 20 pixels (2 cm) in the mean, though neither map shows it."""
    before, after = limb(145, 0, 45, slope), limb(185, apart, 45)
    near, far, mask = union(before, after)
    found = hollows(near, far, mask)
    at = np.s_[::CELL, ::CELL]
    overlap = (np.isfinite(before[0]) & np.isfinite(after[0]))[at]
    overlap[:10] = overlap[-10:] = False
    both = overlap & found.found
    assert both.sum() > 0.5 * overlap.sum()
    assert np.nanmean(abs(found.behind - before[1][at])[both]) < 2.5 * CELL
    assert np.nanmean(abs(found.hidden - after[0][at])[both]) < 2.5 * CELL
    assert (np.isnan(found.hidden + found.behind) | (found.hidden > found.behind))[both].all()


def test_a_gap_between_crossed_limbs_is_as_wide_as_between_the_true_ones() -> None:
    before, after = limb(145, 0, 45), limb(185, 180, 45)
    near, far, mask = union(before, after)
    gaps = find_gaps(Shell(near, far, mask, 0, 0))[1]
    assert np.pad(gaps.cells, ((0, 1), (0, 1)))[np.isfinite(before[0]) & np.isfinite(after[0])].mean() > 0.8
    core = np.s_[120:200, 160:170]
    width, true = (gaps.hidden - gaps.behind)[core], (after[0] - before[1])[core]
    assert abs(width - true).mean() < 0.4 * true.mean()
