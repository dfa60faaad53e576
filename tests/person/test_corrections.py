"""Key points that the user has put right."""

import json
from pathlib import Path

import numpy as np
import pytest
from drawn_people import detection
from hypothesis import given
from hypothesis import strategies as st

from engine.corrections import named_points, parse_corrections, read_corrections
from engine.errors import UserError
from engine.person import find_people
from engine.person.bundle import BUNDLE
from engine.person.corrections import put_right
from engine.person.joints import joints
from engine.photo import load_photo
from engine.skeleton import INDEX, KEYPOINTS

SHAPE = (400, 300)
PHOTO = Path(__file__).resolve().parents[2] / "docs/images/sample_person.jpg"
PLACES = st.tuples(st.floats(0, 299), st.floats(0, 399))

person = detection(SHAPE, 150, 20, 350)


@given(st.dictionaries(st.sampled_from(KEYPOINTS), PLACES, max_size=6))
def test_corrected_points_are_exact_and_the_others_stay(corrections: dict[str, tuple[float, float]]) -> None:
    before = joints(person, SHAPE)
    _, points = put_right(person, corrections, SHAPE)
    chosen = [INDEX[name] for name in corrections]
    others = [index for index in range(len(KEYPOINTS)) if index not in chosen]
    for name, place in corrections.items():
        assert tuple(points[INDEX[name]]) == place
    np.testing.assert_array_equal(points[others], before[others])


def test_nothing_corrected_changes_nothing() -> None:
    same, points = put_right(person, {}, SHAPE)
    assert same is person
    np.testing.assert_array_equal(points, joints(person, SHAPE))


def test_landmark_under_the_key_point_moves_along() -> None:
    wrist = 15
    moved, _ = put_right(person, {"left_wrist": (40.0, 60.0)}, SHAPE)
    np.testing.assert_allclose(moved.landmarks[wrist], (40, 60))
    still = np.arange(33) != wrist
    np.testing.assert_allclose(moved.landmarks[still], person.landmarks[still], atol=1e-6)


@pytest.mark.parametrize("place", [(-1.0, 5.0), (300.0, 5.0), (5.0, 400.0)])
def test_place_outside_of_the_photo_is_told(place: tuple[float, float]) -> None:
    with pytest.raises(UserError, match=r"left_wrist \(.*outside of the photo of 300 x 400"):
        put_right(person, {"left_wrist": place}, SHAPE)


@pytest.mark.parametrize(
    "value",
    [
        [],
        "left_wrist",
        {"left_tail": [1, 2]},
        {"left_wrist": [1]},
        {"left_wrist": [1, "2"]},
        {"left_wrist": [1, True]},
        {"left_wrist": [1, float("nan")]},
        {"left_wrist": {"x": 1, "y": 2}},
    ],
)
def test_what_is_no_correction_is_refused(value: object) -> None:
    with pytest.raises(UserError, match="keypoints"):
        parse_corrections(value)


@pytest.mark.parametrize("content", [b"", b"[" * 50_000, b"\xff\xfe", b" " * 200_000, b"{'left_wrist': 1}"])
def test_file_that_holds_none_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "points.json"
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"points\.json"):
        read_corrections(file)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_corrections(tmp_path / "none.json")


def test_written_key_points_can_be_read_again(tmp_path: Path) -> None:
    points = np.full((31, 2), np.nan)
    points[INDEX["left_wrist"]] = (12.5, 40.25)
    file = tmp_path / "points.json"
    file.write_text(json.dumps(named_points(points)))
    assert read_corrections(file) == {"left_wrist": (12.5, 40.25)}


@pytest.mark.skipif(not BUNDLE.is_file(), reason="the pose model has not been set up")
def test_correction_reaches_the_person_of_a_photo() -> None:
    photo = load_photo(PHOTO)
    found = find_people(photo)
    x, y = found.keypoints[INDEX["right_knee"]]
    person = find_people(photo, keypoints={"right_knee": (float(x) + 30, float(y))})
    assert person.keypoints[INDEX["right_knee"], 0] == x + 30
    others = np.arange(31) != INDEX["right_knee"]
    np.testing.assert_array_equal(person.keypoints[others], found.keypoints[others])
    np.testing.assert_array_equal(np.isnan(person.depths), np.isnan(person.keypoints[:, 0]))
    assert person.depths[INDEX["right_knee"]] != found.depths[INDEX["right_knee"]]
