"""Closer looks have their share in the coarse mask."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_people import detection
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.person import closer, detector, portrait
from engine.person.closer import _resampled, look_closer
from engine.person.detector import BUNDLE, Detection, detect
from engine.person.portrait import people_shown

SHAPE, WHO = (640, 480), (230.0, 60.0, 500.0)

needs_model = pytest.mark.skipif(
    not (BUNDLE.is_file() and portrait.PORTRAIT_MODEL.is_file()),
    reason="the models of poses and portraits are not set up",
)


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
def test_where_nobody_is_seen_again_nothing_changes(photo: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    person = detect(photo)[0]
    for picture in (np.zeros_like(photo), np.ascontiguousarray(photo[::-1])):
        seen = _shown(np.zeros((256, 256)), picture, person, monkeypatch)
        np.testing.assert_allclose(seen, person.coarse.clip(1e-3, 0.999), atol=1e-5)


@needs_model
def test_what_the_portrait_shows_has_its_say_down_to_the_shoulders(
    photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = detect(photo)[0]
    before = person.coarse.clip(1e-3, 0.999)
    hips = int((person.landmarks[23, 1] - person.origin[1]) / person.step)
    rows = np.arange(256)[:, None] * np.ones(256)
    everywhere = _shown(rows >= 0, np.zeros_like(photo), person, monkeypatch)
    bald = _shown(rows >= 90, np.zeros_like(photo), person, monkeypatch)
    for seen in (everywhere, bald):
        np.testing.assert_allclose(seen[hips:], before[hips:], atol=1e-5)
    assert (everywhere >= np.minimum(before, 0.98) - 0.01).all()
    assert (everywhere - before).max() > 0.3
    assert (before - bald).max() > 0.3
    assert ((before > 0.5) & (bald < 0.5)).any()


def _shown(people: np.ndarray, photo: np.ndarray, person: Detection, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """The mask where the network for portraits sees these people (256, 256)."""
    monkeypatch.setattr(closer, "people_shown", lambda pixels: people.astype(np.float32))
    return look_closer(photo, person).coarse


@needs_model
def test_people_far_from_the_mask_are_no_part_of_it(photo: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    person = detect(photo)[0]
    alone = person.coarse.clip(1e-3, 0.999)
    crowd = _shown(np.ones((256, 256)), np.zeros_like(photo), person, monkeypatch)
    reach = 0.03 * float(max(person.extent[1] - person.extent[0])) / person.step
    far = cv2.distanceTransform((alone < 0.2).astype(np.uint8), cv2.DIST_L2, 5) > reach
    assert far.mean() > 0.5
    np.testing.assert_allclose(crowd[far], alone[far], atol=1e-5)


@needs_model
@pytest.mark.parametrize("size", [90, 400])
def test_the_network_for_portraits_sees_the_head(photo: np.ndarray, size: int) -> None:
    person = detect(photo)[0]
    (x, y), side = person.landmarks[0], 2 * float(np.linalg.norm(person.landmarks[11] - person.landmarks[12]))
    window = detector.square_window(photo, (x - side / 2, y - side / 2), side, size)
    shown = people_shown(window.pixels)
    assert shown[128, 128] > 0.9
    assert shown[:40, :40].max() < 0.1


def test_a_missing_model_for_portraits_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(portrait, "PORTRAIT_MODEL", tmp_path / "none.tflite")
    with pytest.raises(UserError, match="portrait model is missing"):
        people_shown(np.zeros((10, 10, 3), np.uint8))


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
