"""People whom the picture's lower border cuts off have a whole body, part of it below the picture."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from drawn_people import detection

from engine.person import crowd, cut_off
from engine.person.crowd import look
from engine.person.cut_off import unsqueezed
from engine.person.detector import BUNDLE, Detection, detect, torso_length
from engine.person.joints import joints, with_hips
from engine.skeleton import INDEX
from engine.types import Photo

SHAPE = (300, 320)
PICTURE = np.zeros((*SHAPE, 3), np.uint8)
MOUTH = [9, 10]

needs_model = pytest.mark.skipif(not BUNDLE.is_file(), reason="the model of the pose is not set up")


def cut(x: float = 160.0) -> Detection:
    """Who is cut off below the hips, as they are: the eyes are 0.04 body heights above the mouth."""
    person = detection(SHAPE, x, 20.0, 560.0)
    person.landmarks[MOUTH, 1] = person.landmarks[2, 1] + 0.04 * 560
    return person


def squeezed() -> Detection:
    """The same with all that is below the shoulders squeezed into the picture."""
    person = cut()
    marks = person.landmarks.copy()
    below = marks[:, 1] > marks[11, 1]
    marks[below, 1] = marks[11, 1] + 0.38 * (marks[below, 1] - marks[11, 1])
    return replace(person, landmarks=marks)


def looks(monkeypatch: pytest.MonkeyPatch, *found: list[Detection]) -> None:
    """What is found in the squares, the widest first."""

    def seen(rgb: np.ndarray, squares: Iterable[np.ndarray]) -> list[list[Detection]]:
        assert len(list(squares)) == len(found)
        return list(found)

    monkeypatch.setattr(cut_off, "detect_within", seen)


def test_a_squeezed_body_becomes_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    person, whole = squeezed(), cut()
    looks(monkeypatch, [person], [detection(SHAPE, 20.0, 20.0, 900.0), whole], [])
    (found,) = unsqueezed(PICTURE, [person])
    np.testing.assert_array_equal(found.landmarks, whole.landmarks)
    np.testing.assert_array_equal(found.world, whole.world)
    assert found.coarse is person.coarse


def test_the_widest_square_with_a_torso_of_that_length_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    wide, narrow = cut(), cut()
    wide.landmarks[[23, 24], 1] -= 5
    looks(monkeypatch, [squeezed()], [wide], [narrow])
    np.testing.assert_array_equal(unsqueezed(PICTURE, [squeezed()])[0].landmarks, wide.landmarks)


def test_other_people_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    person = squeezed()
    looks(monkeypatch, [cut(100.0)], [cut(220.0)], [])
    assert unsqueezed(PICTURE, [person]) == [person]


def test_a_little_longer_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    person, other = squeezed(), squeezed()
    other.landmarks[[23, 24], 1] += 5
    looks(monkeypatch, [other], [other], [other])
    assert unsqueezed(PICTURE, [person]) == [person]


def test_who_ends_above_the_border_or_has_a_long_trunk_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch)
    people = [cut(), detection(SHAPE, 160.0, 20.0, 240.0)]
    assert unsqueezed(PICTURE, people) == people


@pytest.mark.parametrize(("rows", "shown"), [(300, True), (230, True), (190, False)])
def test_most_of_a_trunk_is_enough(rows: int, shown: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shoulders are at row 121, the middle of the trunk at 205, the hips at 289."""
    monkeypatch.setattr(crowd, "detect", lambda rgb, pause: [cut()])
    assert bool(look(Photo(PICTURE[:rows])).people) is shown


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_who_is_cut_off_at_another_border_is_not_shown(turns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Upright, the picture would end between the middle of the trunk and the hips."""
    person, side = cut(), 240.0
    marks = person.landmarks - side / 2
    for _ in range(turns):
        marks = np.stack([-marks[:, 1], marks[:, 0]], axis=1)
    monkeypatch.setattr(crowd, "detect", lambda rgb, pause: [replace(person, landmarks=marks + side / 2)])
    assert look(Photo(np.zeros((240, 240, 3), np.uint8))).people == []


def test_hips_below_the_picture_are_known_and_knees_are_not() -> None:
    person = cut()
    points = with_hips(joints(person, (230, 320)), person, (230, 320))
    assert points[INDEX["left_hip"], 1] > 230
    assert np.isnan(points[INDEX["left_knee"]]).all()
    half = points.copy()
    half[INDEX["right_hip"]] = np.nan
    corrected = half[INDEX["left_hip"]] = (150.0, 220.0)
    both = with_hips(half, person, (230, 320))
    np.testing.assert_array_equal(both[INDEX["left_hip"]], corrected)
    np.testing.assert_array_equal(both[INDEX["right_hip"]], points[INDEX["right_hip"]])
    hidden = replace(person, visibility=np.where(np.arange(33) == 23, 0.1, 1.0))
    assert np.isnan(with_hips(joints(hidden, SHAPE), hidden, SHAPE)[INDEX["left_hip"]]).all()


@needs_model
@pytest.mark.parametrize("share", [0.75, 1.2])
def test_the_sample_person_cut_off_at_the_waist_and_below_the_hips(photo: np.ndarray, share: float) -> None:
    whole = detect(photo)[0]
    shoulders, hips = whole.landmarks[[11, 12]].mean(axis=0), whole.landmarks[[23, 24]].mean(axis=0)
    row = round(float((shoulders + share * (hips - shoulders))[1]))
    person, _ = look(Photo(np.ascontiguousarray(photo[:row]))).choose(0)
    assert torso_length(person.landmarks) == pytest.approx(torso_length(whole.landmarks), rel=0.25)
    assert person.landmarks[[27, 28], 1].min() > row
