"""The whole way from a photo to the chosen person, with the real detector."""

import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_people import detection

from engine.errors import UserError
from engine.person import bundle, detector, find_people
from engine.person.bundle import PLAIN, build_bundle, extract_plain
from engine.photo import load_photo, photo_from_array
from engine.skeleton import INDEX
from engine.types import Photo

PHOTOS = Path(__file__).parents[3] / "shared" / "evaluation" / "photos"

with_model = pytest.mark.skipif(not detector.BUNDLE.is_file(), reason="the pose model has not been set up")
with_photos = pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs ../shared/evaluation/photos")


@pytest.fixture(scope="module")
def waving() -> Photo:
    """A man with both arms raised sideways, 1080 x 720."""
    return load_photo(PHOTOS / "ibm_y1.jpg")


@pytest.fixture(scope="module")
def standing() -> Photo:
    """A man before black, 512 x 512, feet near the lower border."""
    return load_photo(PHOTOS / "pifu_ryota.png")


@with_model
def test_nobody() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    photo = photo_from_array(cv2.resize(noise, (600, 400), interpolation=cv2.INTER_CUBIC))
    with pytest.raises(UserError, match="No person"):
        find_people(photo)


def test_missing_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detector, "BUNDLE", tmp_path / "pose.task")
    with pytest.raises(UserError, match="set-up"):
        find_people(Photo(np.zeros((300, 300, 3), np.uint8)))


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "mediapipe.whl"
    wheel.write_bytes(b"nothing")
    with pytest.raises(UserError, match="wheel"):
        build_bundle(wheel, tmp_path / "pose.task")
    assert not (tmp_path / "pose.task").exists()


def test_mediapipe_is_loaded_late() -> None:
    code = "import sys, engine.person; sys.exit('mediapipe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


@with_model
@with_photos
def test_a_person_from_head_to_feet(waving: Photo, capfd: pytest.CaptureFixture[str]) -> None:
    person = find_people(waving)
    assert (person.index, person.count, person.warnings) == (0, 1, ())
    assert person.mask.shape == waving.rgb.shape[:2]
    assert np.isfinite(person.keypoints).all()
    assert np.isfinite(person.depths).all()
    at = {name: person.keypoints[i] for name, i in INDEX.items()}
    assert at["left_wrist"][0] > at["left_shoulder"][0] > at["right_shoulder"][0] > at["right_wrist"][0]
    assert at["nose"][1] < at["left_hip"][1] < at["left_knee"][1] < at["left_ankle"][1]
    inside = [person.mask[int(y), int(x)] for x, y in person.keypoints]
    assert np.mean(inside) > 0.9
    assert 1.3 < np.ptp(person.keypoints[:, 1]) / person.pixels_per_metre < 2.1
    assert capfd.readouterr().err == ""


@with_model
@with_photos
def test_small_people_in_large_photos(waving: Photo) -> None:
    """The same person at the edge of a photo 5 times as wide."""
    height, width = waving.rgb.shape[:2]
    large = np.full((height * 4, width * 5, 3), 140, np.uint8)
    large[-height:, -width:] = waving.rgb
    shift = np.array([width * 4, height * 3])
    points = find_people(photo_from_array(large)).keypoints - shift
    reference = find_people(waving).keypoints
    assert np.linalg.norm(points - reference, axis=1).mean() < 0.02 * np.ptp(reference[:, 1])


@with_model
@with_photos
def test_feet_outside_of_the_picture(standing: Photo) -> None:
    person = find_people(Photo(standing.rgb[:400]))
    assert "feet" in person.warnings[0]
    for name in ("left_heel", "right_big_toe"):
        assert np.isnan(person.keypoints[INDEX[name]]).all()
        assert np.isnan(person.depths[INDEX[name]])
    assert np.isfinite(person.keypoints[INDEX["left_hip"]]).all()
    assert person.mask.shape == (400, 512)


@with_model
@with_photos
def test_face_outside_of_the_picture() -> None:
    person = find_people(Photo(np.ascontiguousarray(load_photo(PHOTOS / "2k2k_DSC02780.jpg").rgb[330:])))
    assert person.warnings == ("The face is not in the picture; the body ends where the picture ends.",)
    assert np.isnan(person.keypoints[INDEX["nose"]]).all()


@with_model
@with_photos
def test_only_a_head(standing: Photo) -> None:
    with pytest.raises(UserError, match="only a head"):
        find_people(Photo(cv2.resize(standing.rgb[50:145, 190:310], (600, 475))))


@with_model
@with_photos
def test_two_people(standing: Photo) -> None:
    """The larger one is person 0, the smaller one person 1, each with a mask of their own."""
    small = cv2.resize(standing.rgb, (400, 400), interpolation=cv2.INTER_AREA)
    both = np.zeros((560, 900, 3), np.uint8)
    both[:512, :512], both[120:520, 480:880] = standing.rgb, small
    first, second = (find_people(Photo(both), index) for index in (0, 1))
    assert (first.count, second.count) == (2, 2)
    assert "2 people" in first.warnings[0]
    assert second.warnings == ()
    assert first.keypoints[INDEX["nose"], 0] < 450 < second.keypoints[INDEX["nose"], 0]
    assert not (first.mask & second.mask).any()
    with pytest.raises(UserError, match="2 people were found"):
        find_people(Photo(both), 2)
    with pytest.raises(UserError, match="2 people were found"):
        find_people(Photo(both), -1)


@with_model
@with_photos
def test_people_of_different_size_in_a_wide_picture(waving: Photo, standing: Photo) -> None:
    """In the whole picture the model sees the first one alone; nobody else is made up of the background."""
    smaller = cv2.resize(standing.rgb, (432, 432), interpolation=cv2.INTER_AREA)
    wide = np.zeros((720, 1512, 3), np.uint8)
    wide[:, :1080], wide[288:, 1080:] = waving.rgb, smaller
    assert find_people(Photo(wide)).count == 2
    assert find_people(Photo(np.ascontiguousarray(wide[:, ::-1]))).count == 2
    assert find_people(waving).count == 1


def test_free_columns_lie_between_people() -> None:
    people = [detection((100, 400), x, 10, 80) for x in (300, 60)]
    free = list(detector._free((0, 400), people))
    assert len(free) == 3
    for left, right in free:
        assert 0 <= left < right <= 400
        for person in people:
            assert not (left < person.landmarks[:, 0].max() and person.landmarks[:, 0].min() < right)


def test_people_who_are_seen_outside_of_their_strip_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model places landmarks of half-seen people beyond the strip that it is given, here again and again."""
    known, stray = detection((100, 400), 60, 10, 80), detection((100, 400), 395, 10, 80)
    strips: list[tuple[int, int]] = []

    def in_strip(_: object, __: object, left: int, right: int, ___: object) -> list[detector.Detection]:
        strips.append((left, right))
        return [stray]

    monkeypatch.setattr(detector, "_in_strip", in_strip)
    rgb = np.zeros((100, 400, 3), np.uint8)
    found = list(detector._beside(None, rgb, (0, 390), [known], bool))  # type: ignore[arg-type]
    assert len(found) == len(strips) == 2


@with_model
@with_photos
def test_transparent_people_are_not_found(standing: Photo) -> None:
    with pytest.raises(UserError, match="No person"):
        find_people(Photo(standing.rgb, np.zeros(standing.rgb.shape[:2], np.uint8)))


def test_a_foreign_wheel_leaves_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "mediapipe.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for source, *_ in PLAIN:
            archive.writestr(source, b"another model")
    monkeypatch.setattr(bundle, "PLAIN", tuple((s, digest, tmp_path / "models" / t.name) for s, digest, t in PLAIN))
    with pytest.raises(UserError, match="not those of mediapipe"):
        extract_plain(wheel)
    assert not (tmp_path / "models").exists()
