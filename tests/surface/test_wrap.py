"""What goes around the body: cloth, its pattern and its hems, but no print, no neckline, no light."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.surface.segments import TORSO, Segments
from engine.surface.wrap import around, continue_around, difference, fill, flatten

HEIGHT, WIDTH = 120, 60
RED, WHITE, SKIN = (170, 30, 40), (240, 240, 240), (220, 170, 150)


def trunk() -> tuple[Segments, np.ndarray]:
    """A trunk alone, and its mask."""
    down = np.repeat(np.arange(HEIGHT, dtype=np.float32)[:, None], WIDTH, axis=1)
    nothing = np.zeros((HEIGHT, WIDTH), bool)
    mask = nothing.copy()
    mask[5:-5, 5:-5] = True
    return Segments(np.full((HEIGHT, WIDTH), TORSO, np.int32), down, 100.0, nothing, nothing), mask


def shirt(stripes: bool = False) -> np.ndarray:
    picture = np.full((HEIGHT, WIDTH, 3), RED, np.float32)
    if stripes:
        picture[np.arange(HEIGHT) // 8 % 2 == 0] = WHITE
    return picture


def around_the_body(picture: np.ndarray) -> np.ndarray:
    parts, mask = trunk()
    return continue_around(picture, around(picture, mask, mask, parts), mask, parts)[mask]


@pytest.mark.parametrize("color", [WHITE, SKIN, (20, 20, 20)])
def test_a_print_or_a_neckline_stays_in_front(color: tuple[int, int, int]) -> None:
    _, mask = trunk()
    picture = shirt()
    picture[5:70, 22:38] = color
    assert (around_the_body(picture) == shirt()[mask]).all()


def test_stripes_and_hems_go_around() -> None:
    _, mask = trunk()
    striped = shirt(stripes=True)
    striped[90:] = (30, 30, 90)
    assert (around_the_body(striped) == striped[mask]).mean() > 0.97
    printed = striped.copy()
    printed[30:60, 22:38] = (40, 160, 60)
    kept = np.abs(around_the_body(printed) - striped[mask]).max(axis=-1) < 1
    assert kept.mean() > 0.95


@given(seed=st.integers(0, 99), hole=st.integers(1, 50))
def test_holes_are_filled_from_the_source_alone(seed: int, hole: int) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.uniform(0, 1, (30, 60, 3)).astype(np.float32)
    source = rng.uniform(size=(30, 60)) < 0.5
    source[0, 0] = True
    source[:, 5 : 5 + hole] = False
    picture[source] += 2
    filled = fill(picture, ~source, source)
    assert (filled >= 2).all()
    assert (filled[source] == picture[source]).all()


def test_light_and_shade_go_but_materials_stay() -> None:
    picture = shirt()
    picture[60:] = (40, 40, 60)
    light = 1 + 0.25 * np.sin(np.arange(WIDTH) / 3)[None, :, None]
    flat = flatten(np.float32(picture * light))
    lit = (picture * light)[20:50, 10:-10].std(axis=(0, 1)).max()
    assert flat[20:50, 10:-10].std(axis=(0, 1)).max() < 0.4 * lit
    assert np.abs(flat[55, 10:-10] - picture[55, 10:-10]).max() < 20
    assert np.abs(flat[64, 10:-10] - picture[64, 10:-10]).max() < 20


def test_shade_is_alike_and_another_hue_is_not() -> None:
    lit, shaded, other = (np.full((1, 1, 3), c, np.float32) for c in ((120, 30, 40), (80, 18, 25), (60, 60, 65)))
    assert difference(lit, shaded[0, 0])[0, 0] < 1 < difference(lit, other[0, 0])[0, 0]
