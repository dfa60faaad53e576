"""How long the engine will still need."""

from importlib import import_module
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.remaining import STEP, steady

RUN = {"Finding the person": 2.0, "Estimating depth": 30.0, "Building the mesh": 8.0}


@pytest.fixture(scope="session")
def pace(extension: ModuleType) -> ModuleType:
    return import_module(f"{extension.__name__}.twok2k_blender.pace")


def test_nothing_is_known_before_the_first_run(pace: ModuleType) -> None:
    assert pace.Pace().remaining("Estimating depth", 1) is None
    assert pace.Pace().rounded("Estimating depth", 1) is None


def test_the_rest_of_a_stage_and_all_later_ones_remain(pace: ModuleType) -> None:
    run = pace.Pace()
    run.learn(RUN)
    assert run.remaining("Estimating depth", 10) == pytest.approx(28)
    assert run.remaining("Building the mesh", 100) == 0
    assert run.remaining("Something else", 1) is None


@given(elapsed=st.floats(0, 1000))
def test_a_stage_that_takes_longer_than_before_leaves_the_later_ones(pace: ModuleType, elapsed: float) -> None:
    run = pace.Pace()
    run.learn(RUN)
    assert 8 <= run.remaining("Estimating depth", elapsed) <= 38


@pytest.mark.parametrize(("elapsed", "seconds"), [(0, 40), (35, 10), (1000, 10)])
def test_what_people_see_is_no_more_exact_than_the_guess(pace: ModuleType, elapsed: float, seconds: int) -> None:
    run = pace.Pace()
    run.learn(RUN)
    assert run.rounded("Estimating depth", elapsed) == seconds
    run.learn({"Estimating depth": 1})
    assert run.rounded("Estimating depth", 1000) == STEP


@given(st.floats(STEP, 1e5), st.floats(0, 0.5), st.floats(0.01, 0.49))
def test_steady_work_takes_as_long_for_the_same_part(elapsed: float, begun: float, part: float) -> None:
    done = begun + part  # as exactly as `steady` is told: half a step is a bound that the last bit may pass
    left = steady(elapsed, begun, done)
    assert left is not None
    assert left % STEP == 0
    assert left == pytest.approx(max(elapsed * (1 - done) / (done - begun), STEP), abs=STEP / 2, rel=1e-6)


def test_nothing_is_said_of_steady_work_that_has_hardly_begun() -> None:
    assert [steady(STEP - 1, 0.0, 0.5), steady(100, 0.5, 0.5), steady(100, 0.5, 0.2)] == [None, None, None]
