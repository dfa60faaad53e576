"""The sides: even where the contour has steps and small bumps, and nothing else of the silhouette is lost."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.surface.clean import Shell
from engine.surface.contour import bend

HEIGHT, WIDTH = 240, 160
ROWS = np.arange(HEIGHT)
INNER = slice(50, HEIGHT - 50)
"""Rows far from the ends of the slab."""


def rounded(shell: Shell) -> Shell:
    """Without gaps."""
    return bend(shell, np.full(shell.mask.shape, np.inf, np.float32), np.zeros_like(shell.mask))[0]


def slab(left: NDArray) -> Shell:
    """60 pixels thick, from the column `left` (HEIGHT,) of each row to the middle of the picture and beyond."""
    columns = np.arange(WIDTH)[None]
    mask = (columns >= left[:, None]) & (columns < WIDTH - 20)
    mask[:10], mask[-10:] = False, False
    flat = np.zeros((HEIGHT, WIDTH), np.float32)
    return Shell(flat - 30, flat + 30, mask, 0, 0)


def first_columns(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    return mask[INNER].argmax(axis=1)


def roughness(values: NDArray) -> float:
    """Mean second difference from row to row."""
    return float(np.abs(np.diff(values.astype(float), 2, axis=0)).mean())


def test_a_straight_side_keeps_its_silhouette() -> None:
    shell = slab(np.full(HEIGHT, 40))
    assert (first_columns(rounded(shell).mask) == 40).all()


def test_small_bumps_of_the_contour_are_taken_off() -> None:
    wavy = np.round(40 + 0.9 * np.sin(ROWS / 3)).astype(int)
    shell = slab(wavy)
    bumps, left = (np.count_nonzero(first_columns(mask) < 40) for mask in (shell.mask, rounded(shell).mask))
    assert left < 0.2 * bumps


def test_small_dents_of_the_contour_are_filled() -> None:
    wavy = np.round(40 + 0.9 * np.sin(ROWS / 3)).astype(int)
    shell = slab(wavy)
    dents, left = (np.count_nonzero(first_columns(mask) > 40) for mask in (shell.mask, rounded(shell).mask))
    assert left < 0.2 * dents


def test_a_slit_of_some_pixels_stays_open() -> None:
    shell = slab(np.full(HEIGHT, 30))
    shell.mask[60:, 70:73] = False
    assert not rounded(shell).mask[80 : HEIGHT - 20, 71].any()


@pytest.mark.parametrize("width", [8, 40], ids=["finger", "hip"])
def test_what_stands_out_far_stays(width: int) -> None:
    left = np.full(HEIGHT, 60)
    left[100 : 100 + width] = 35
    bent = rounded(slab(left)).mask
    assert abs(int(bent[100 : 100 + width].argmax(axis=1).min()) - 35) <= 3
    assert bent[100 : 100 + width, 45].sum() >= width - 4


def test_a_slanted_side_is_even_from_front_to_back() -> None:
    """The steps of the pixel grid along a slanted contour are no ridges of the sheets next to it."""
    slope = 0.13
    shell = slab(np.round(30 + slope * ROWS).astype(int))
    bent = rounded(shell)
    columns = first_columns(bent.mask)[:, None] + np.arange(2, 12)
    ideal = 24 - np.sqrt(np.maximum(24**2 - (24 - (columns - (30 + slope * ROWS[INNER, None]))) ** 2, 0))
    depth = np.take_along_axis(bent.near[INNER], columns, axis=1)
    assert roughness(depth - depth.mean()) < 2 * roughness(ideal)


def test_noise_of_the_maps_beside_the_silhouette_is_smoothed_along_it() -> None:
    shell = slab(np.full(HEIGHT, 40))
    noise = np.random.default_rng(0).normal(0, 1, (HEIGHT, 1)).astype(np.float32)
    rough = Shell(shell.near + noise, shell.far, shell.mask, 0, 0)
    beside, inside = rounded(rough).near[INNER, 43], rounded(rough).near[INNER, 70]
    assert roughness(beside) < 0.3 * roughness(inside)
