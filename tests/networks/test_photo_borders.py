"""Borders are drawn to where the photo has them."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.networks.photo_borders import Reach, drawn_to

SIZE = 64
REACH = Reach(alone=1, nearby=6.0, moved=6, specks=1.0)
TWICE = Reach(alone=1, nearby=6.0, moved=4, specks=1.0, rounds=2)
SAID = 30
"""Column at which the network has the border."""
WHOLE = np.ones((SIZE, SIZE), bool)
DARK, LIGHT = (20.0, 0.0, 0.0), (70.0, 20.0, 20.0)


def shares(certain: float = 0.9) -> np.ndarray:
    left = np.where(np.arange(SIZE) < SAID, certain, 1 - certain).astype(np.float32)
    return np.broadcast_to(np.stack([left, 1 - left])[:, None], (2, SIZE, SIZE)).copy()


def photo(column: int) -> np.ndarray:
    """CIELAB that is dark left of a column and light from there on."""
    left = np.arange(SIZE)[None, :, None] < column
    return np.broadcast_to(np.where(left, DARK, LIGHT), (SIZE, SIZE, 3)).astype(np.float32)


def border(found: np.ndarray) -> np.ndarray:
    """(SIZE,) column of the border in each row."""
    return np.asarray((found.argmax(axis=0) == 0).sum(axis=1))


@pytest.mark.parametrize("column", [SAID - 4, SAID - 2, SAID, SAID + 3, SAID + 4])
@pytest.mark.parametrize("reach", [REACH, TWICE])
def test_a_border_goes_where_the_colours_change(column: int, reach: Reach) -> None:
    np.testing.assert_array_equal(border(drawn_to(shares(), photo(column), WHOLE, reach)), column)


@pytest.mark.parametrize("reach", [REACH, TWICE])
def test_a_change_of_colours_far_away_is_none_of_it(reach: Reach) -> None:
    found = border(drawn_to(shares(), photo(SAID + 16), WHOLE, reach))
    assert (abs(found - SAID) <= reach.rounds * reach.moved).all()


def test_what_is_around_the_person_says_nothing() -> None:
    """A light strip before a dark thing keeps its rim, though the black around it is dark as well."""
    inside = WHOLE.copy()
    inside[:, SAID + 4 :] = False
    colors = photo(SAID)
    colors[:, SAID + 4 :] = 0
    found = drawn_to(shares(), colors, inside, TWICE)
    assert found[1, :, SAID + 1 : SAID + 4].min() > 0.8


def test_colours_that_a_thing_has_inside_do_not_move_its_border() -> None:
    """Of a thing with dark and light stripes the light ones go on in the light thing beside it."""
    colors = photo(SAID)
    colors[np.arange(SIZE) % 8 < 4, :SAID] = LIGHT
    assert (abs(border(drawn_to(shares(0.97), colors, WHOLE, REACH)) - SAID) <= 2).all()


def test_outside_of_the_person_nothing_changes() -> None:
    inside = WHOLE.copy()
    inside[:20] = False
    found = drawn_to(shares(), photo(SAID + 4), inside, REACH)
    np.testing.assert_array_equal(found[:, :20], shares()[:, :20])
    np.testing.assert_array_equal(border(found)[22:], SAID + 4)


def test_nobody() -> None:
    np.testing.assert_array_equal(drawn_to(shares(), photo(SAID), ~WHOLE, REACH), shares())


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10**6))
def test_shares_stay_shares_whatever_the_photo_shows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    given_shares = rng.dirichlet(np.ones(4), (SIZE, SIZE)).transpose(2, 0, 1).astype(np.float32)
    inside = rng.uniform(size=(SIZE, SIZE)) > 0.2
    found = drawn_to(given_shares, rng.uniform(0, 100, (SIZE, SIZE, 3)).astype(np.float32), inside, REACH)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-4)


def test_one_colour_moves_nothing() -> None:
    np.testing.assert_array_equal(border(drawn_to(shares(), photo(0), WHOLE, REACH)), SAID)
