"""Closer looks have their share in the coarse mask."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_people import detection
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.person import detector
from engine.person.closer import _resampled, look_closer
from engine.person.detector import BUNDLE, detect

SHAPE, WHO = (640, 480), (230.0, 60.0, 500.0)

needs_model = pytest.mark.skipif(not BUNDLE.is_file(), reason="the model of the pose is not set up")


@settings(max_examples=30)
@given(st.floats(1, 6), st.floats(0.5, 6), st.floats(-60, 60), st.floats(-60, 60), st.floats(-1, 1), st.floats(-1, 1))
def test_values_stay_at_their_place_in_the_photo(
    step: float, other: float, left: float, top: float, along: float, down: float
) -> None:
    person = replace(detection(SHAPE, *WHO), step=step)
    look = replace(person, origin=(left, top), step=other, coarse=np.zeros((150, 150), np.float32))
    places = [np.indices(one.coarse.shape)[::-1] + 0.5 for one in (person, look)]
    here, there = (
        one.step * place + np.array(one.origin)[:, None, None]
        for one, place in zip((person, look), places, strict=True)
    )
    values = np.asarray(along * there[0] + down * there[1], np.float32)
    found = _resampled(values, look, person)
    rim = 3 * (other + step)
    inside = (here[0] > left + rim) & (here[0] < left + 150 * other - rim)
    inside &= (here[1] > top + rim) & (here[1] < top + 150 * other - rim)
    np.testing.assert_allclose(found[inside], (along * here[0] + down * here[1])[inside], atol=0.2)


@needs_model
def test_trunk_and_head_are_seen_again_and_the_legs_are_not(photo: np.ndarray) -> None:
    person = detect(photo)[0]
    closer = look_closer(photo, person)
    changed = np.abs(closer.coarse - person.coarse)
    row = (person.landmarks[:, 1] - person.origin[1]) / person.step
    knees, eyes = int(row[[25, 26]].min()), int(row[2])
    assert changed[knees:].max() < 2e-3
    assert changed[: eyes + 20].max() > 0.05
    both = (closer.coarse > 0.5) & (person.coarse > 0.5)
    assert both.sum() > 0.95 * (person.coarse > 0.5).sum()
    np.testing.assert_array_equal(closer.landmarks, person.landmarks)


@needs_model
def test_where_nobody_is_found_again_nothing_changes(photo: np.ndarray) -> None:
    person = detect(photo)[0]
    np.testing.assert_allclose(
        look_closer(np.zeros_like(photo), person).coarse, person.coarse.clip(1e-3, 0.999), atol=1e-5
    )


@needs_model
@pytest.mark.parametrize("away", [(2000, 0), (-2000, 0), (0, 2000), (0, -2000), (1e6, 1e6)])
def test_squares_outside_of_the_picture_show_nothing(photo: np.ndarray, away: tuple[float, float]) -> None:
    person = detect(photo)[0]
    beyond = replace(person, landmarks=3 * person.landmarks + away)
    assert np.isfinite(look_closer(photo, beyond).coarse).all()


def test_a_missing_model_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detector, "BUNDLE", tmp_path / "pose.task")
    with pytest.raises(UserError, match="pose model is missing"):
        look_closer(np.zeros((*SHAPE, 3), np.uint8), detection(SHAPE, *WHO))
