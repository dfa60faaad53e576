"""Borders between materials are narrow; shade stays soft."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.networks.cloths import Cloth
from engine.surface.borders import narrowed, parted
from engine.types import Maps

SIDE = 64
SKIN, HAIR, SHIRT = (np.array(color, np.float32) for color in ([200, 150, 130], [40, 30, 25], [90, 110, 170]))

Float = NDArray[np.float32]


def bands(*colors: NDArray, width: int, soft: float) -> Float:
    """Horizontal bands of the colours that run into each other, `width` rows each but the last one."""
    rows = np.minimum(np.arange(SIDE) // width, len(colors) - 1)
    return np.asarray(cv2.GaussianBlur(np.array(colors)[rows][:, None].repeat(SIDE, 1), (0, 0), soft), np.float32)


def between(picture: Float, one: NDArray, other: NDArray) -> int:
    """Rows of the middle column whose colour is neither of the two."""
    column = picture[:, SIDE // 2]
    away = np.minimum(*(np.linalg.norm(column - color, axis=1) for color in (one, other)))
    return int((away > 0.15 * np.linalg.norm(one - other)).sum())


def test_a_border_becomes_narrow_and_stays_where_it_is() -> None:
    soft = bands(HAIR, SKIN, width=30, soft=3)
    made = narrowed(soft)
    assert between(soft, HAIR, SKIN) >= 6
    assert between(made, HAIR, SKIN) <= 3
    half = (HAIR + SKIN).mean() / 2
    rows = [np.argmax(picture[:, 5].mean(axis=1) > half) for picture in (soft, made)]
    assert rows[0] == rows[1] == 30


def test_borders_of_any_direction_become_narrow() -> None:
    rows, columns = np.indices((SIDE, SIDE))
    disc = (np.hypot(rows - 32, columns - 32) < 18).astype(np.float32)
    share = cv2.GaussianBlur(disc, (0, 0), 2.5)[..., None]
    made = narrowed(HAIR + share * (SHIRT * 2 - HAIR))
    sharp = HAIR + disc[..., None] * (SHIRT * 2 - HAIR)
    before = np.abs(HAIR + share * (SHIRT * 2 - HAIR) - sharp).mean()
    assert np.abs(made - sharp).mean() < 0.5 * before


def test_shade_stays_soft() -> None:
    shade = bands(SKIN, 0.8 * SKIN, width=30, soft=3)
    assert np.abs(narrowed(shade) - shade).max() < 2


def test_a_narrow_band_between_two_of_one_colour_keeps_its_own() -> None:
    """A neck between hair and a dark shirt."""
    neck = bands(HAIR, SKIN, HAIR, width=12, soft=2)
    made = narrowed(neck)
    assert np.linalg.norm(made[17:19, 20] - SKIN, axis=1).max() < 25


def test_a_third_material_between_two_others_keeps_its_colour() -> None:
    collar, red = np.array([240, 240, 240], np.float32), np.array([190, 30, 40], np.float32)
    three = bands(HAIR, red, collar, width=10, soft=1)
    made = narrowed(three)
    assert np.linalg.norm(made[14:16, 20] - red, axis=1).max() < 10


def test_what_is_all_but_black_stays_soft() -> None:
    dark = bands(np.full(3, 2.0), np.full(3, 12.0), width=30, soft=3)
    assert np.abs(narrowed(dark) - dark).max() < 0.5


@given(st.integers(0, 10_000))
def test_no_colour_leaves_the_range_of_those_that_are_there(seed: int) -> None:
    rng = np.random.default_rng(seed)
    colors = cv2.GaussianBlur(rng.uniform(0, 255, (SIDE, SIDE, 3)).astype(np.float32), (0, 0), rng.uniform(0.5, 4))
    made = narrowed(colors)
    assert np.isfinite(made).all()
    assert made.min() >= colors.min() - 1e-3
    assert made.max() <= colors.max() + 1e-3


def halves(row: int) -> NDArray[np.uint8]:
    """A shirt above trousers, and nothing known of the last rows."""
    cloths = np.full((SIDE, SIDE), Maps.UNSURE, np.uint8)
    cloths[:row], cloths[row:56] = Cloth.TOP, Cloth.BOTTOM
    return cloths


def test_a_cloth_has_its_own_colours_up_to_its_border() -> None:
    """Also where the colours' own border lies some pixels beside that of the cloths."""
    made = parted(bands(SHIRT, HAIR, width=30, soft=1.5), halves(32))
    assert np.abs(made[:30] - SHIRT).max() < 12
    assert np.abs(made[34:50] - HAIR).max() < 12


def test_colours_away_from_borders_and_of_what_is_unknown_stay() -> None:
    soft = bands(SHIRT, HAIR, width=30, soft=3)
    made = parted(soft, halves(30))
    np.testing.assert_array_equal(made[:22], soft[:22])
    np.testing.assert_array_equal(made[38:], soft[38:])
    np.testing.assert_array_equal(parted(soft, np.full((SIDE, SIDE), Maps.UNSURE, np.uint8)), soft)


def test_a_cloth_of_several_colours_keeps_them() -> None:
    striped = bands(SHIRT, HAIR, width=30, soft=1)
    striped[:30, (np.arange(SIDE) // 4) % 2 == 0] = SKIN
    np.testing.assert_allclose(parted(striped, halves(30))[:27], striped[:27], atol=3)
