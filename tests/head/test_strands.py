"""Strands of hair: what is brighter than around, and mirrored beyond."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.head.strands import strands

SIDE = 120


def hair_above(row: int) -> np.ndarray:
    hair = np.zeros((SIDE, SIDE), np.float32)
    hair[:row] = 1
    return hair


def striped(period: int) -> np.ndarray:
    """Dark hair with bright vertical lines, beside something very bright."""
    rgb = np.full((SIDE, SIDE, 3), 60, np.uint8)
    rgb[:, ::period] = 90
    rgb[70:] = 250
    return rgb


def test_bright_lines_are_strands_and_what_is_beside_the_hair_has_no_part_in_it() -> None:
    found = strands(striped(8), hair_above(70))
    inner = found[:60, 8:-8]
    assert inner[:, ::8].min() > 0.05
    assert inner[:, 4::8].max() < 0
    assert np.abs(found[55:60].mean(axis=0) - found[20:25].mean(axis=0)).max() < 0.02


def test_beyond_the_hair_they_are_mirrored() -> None:
    rgb = striped(8)
    rgb[40:44] = 120
    found = strands(rgb, hair_above(70))
    line, rim = found[:, 20], 69 - 4  # of the hair's rim 4 rows are not trusted
    for away in (5, 15, 24):
        assert line[rim + away] == pytest.approx(line[rim - away], abs=1e-6)
    assert found[100].any()


@given(st.integers(0, 255))
def test_even_hair_has_none(level: int) -> None:
    assert np.abs(strands(np.full((SIDE, SIDE, 3), level, np.uint8), hair_above(70))).max() < 1e-4


def test_without_hair_there_are_none() -> None:
    assert not strands(striped(8), np.zeros((SIDE, SIDE), np.float32)).any()


@given(st.integers(0, 1000), st.integers(0, SIDE))
def test_they_are_bounded_whatever_the_picture(seed: int, row: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    found = strands(rgb, hair_above(row))
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 0.25


def test_a_bright_background_makes_no_strands_at_the_rim_of_even_hair() -> None:
    cover = cv2.GaussianBlur(hair_above(70), (0, 0), 4)
    rgb = np.where(cover > 0.5, 50, 250).astype(np.uint8)[..., None].repeat(3, 2)
    rgb = cv2.GaussianBlur(rgb, (0, 0), 1.5)
    assert np.abs(strands(rgb, cover)).max() < 0.02
