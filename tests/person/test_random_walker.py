"""Guesses that spread over areas of one colour and end at edges."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.person.random_walker import random_walk

SHAPE = (12, 15)


def test_guesses_are_evened_out_up_to_the_edge() -> None:
    columns = np.indices((40, 40))[1]
    inside = columns < 20
    colors = np.where(inside[..., None], np.float32([20, 0, 0]), np.float32([80, 0, 0]))
    wrong = np.random.default_rng(0).random(inside.shape) < 0.25
    guess = np.where(inside ^ wrong, np.float32(0.9), np.float32(0.1))
    found = random_walk(colors, guess, np.ones(inside.shape, bool), 0.05)
    assert ((found > 0.5) == inside).all()


def test_what_is_known_flows_into_what_is_not() -> None:
    colors = np.zeros((5, 21, 3), np.float32)
    guess = np.full((5, 21), 0.5, np.float32)
    guess[:, 0], guess[:, -1] = 0, 1
    unknown = np.ones(guess.shape, bool)
    unknown[:, [0, -1]] = False
    found = random_walk(colors, guess, unknown, 1e-9)
    np.testing.assert_allclose(found, np.tile(np.linspace(0, 1, 21), (5, 1)), atol=0.03)


@given(
    arrays(np.float32, (*SHAPE, 3), elements=st.floats(0, 100, width=32)),
    arrays(np.float32, SHAPE, elements=st.floats(0, 1, width=32)),
    arrays(np.bool_, SHAPE),
)
def test_probabilities_stay_between_those_given(colors: np.ndarray, guess: np.ndarray, unknown: np.ndarray) -> None:
    found = random_walk(colors, guess, unknown, 0.1)
    assert (found[~unknown] == guess[~unknown]).all()
    assert found.min() >= guess.min() - 0.02
    assert found.max() <= guess.max() + 0.02
