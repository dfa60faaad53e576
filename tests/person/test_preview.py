"""What is drawn over a photo, and masks to be painted on."""

from pathlib import Path

import numpy as np
import pytest
from drawn_people import detection, silhouette
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from engine.errors import Cancelled, UserError
from engine.person import find_people, preview
from engine.person.crowd import Crowd
from engine.person.detector import BUNDLE
from engine.person.mask import person_mask
from engine.person.overlay import CHOSEN, OTHER, SIDES, draw
from engine.photo import load_photo
from engine.skeleton import BONES, INDEX
from engine.types import Photo
from engine.worker.backend import Backend

PHOTOS = Path(__file__).parents[3] / "shared" / "evaluation" / "photos"
SHAPE = (640, 480)
WHO, OTHER_ONE = (130.0, 60.0, 500.0), (350.0, 150.0, 420.0)
BOXES = np.array([[20.0, 20, 90, 180], [110, 60, 180, 180]])

with_model = pytest.mark.skipif(not BUNDLE.is_file(), reason="the pose model has not been set up")
with_photos = pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs ../shared/evaluation/photos")


def square() -> np.ndarray:
    mask = np.zeros((200, 200), np.bool_)
    mask[40:160, 40:80] = True
    return mask


def has(picture: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool((picture == color).all(axis=2).any())


@pytest.fixture
def drawn_crowd(monkeypatch: pytest.MonkeyPatch) -> Photo:
    """A photo of two drawn people, who are found in it."""
    people = [detection(SHAPE, *WHO), detection(SHAPE, *OTHER_ONE)]
    monkeypatch.setattr(preview, "look", lambda photo, pause: Crowd(people, people))
    return Photo(np.random.default_rng(0).integers(0, 255, (*SHAPE, 3), np.uint8))


def test_chosen_person_stands_out() -> None:
    photo = np.full((200, 200, 3), 100, np.uint8)
    points = np.full((31, 2), np.nan)
    drawn = draw(photo, square(), points, BOXES, 0)
    assert (photo == 100).all(), "the photo itself is left alone"
    assert drawn[100, 60].tolist() == [100] * 3
    assert drawn[10, 195].tolist() == [50] * 3
    assert has(drawn[:, :100], CHOSEN)
    assert not has(drawn[:, 100:], CHOSEN)
    assert has(drawn[:, 100:], OTHER)
    assert has(draw(photo, square(), points, BOXES, 1)[:, 105:], CHOSEN)


def test_bones_have_the_colour_of_their_side_and_need_both_ends() -> None:
    points = np.full((31, 2), np.nan)
    photo, nothing = np.zeros((200, 200, 3), np.uint8), np.zeros((200, 200), np.bool_)
    points[INDEX["left_hip"]], points[INDEX["left_knee"]] = (50, 50), (50, 150)
    points[INDEX["right_knee"]] = (100, 150)
    drawn = draw(photo, nothing, points, BOXES[:0], 0)
    assert drawn[100, 50].tolist() == list(SIDES["left"])
    assert not has(drawn, SIDES["right"])


def test_every_key_point_is_joined() -> None:
    ends = {end for bones in BONES.values() for bone in bones for end in bone}
    fingers = {INDEX[f"{side}_finger{number}"] for side in ("left", "right") for number in (3, 4)}
    assert ends == set(range(31)) - fingers


@given(
    points=hnp.arrays(np.float64, (31, 2), elements=st.floats(allow_infinity=True)),
    boxes=hnp.arrays(np.float64, (3, 4), elements=st.floats(-1e6, 1e6)),
)
def test_anything_that_is_found_can_be_drawn(points: np.ndarray, boxes: np.ndarray) -> None:
    assert draw(np.zeros((40, 30, 3), np.uint8), np.ones((40, 30), np.bool_), points, boxes, 1).shape == (40, 30, 3)


@with_model
def test_preview_is_small_and_tells_boxes_in_photo_pixels(drawn_crowd: Photo) -> None:
    seen = preview.preview(drawn_crowd, 1)
    assert seen.picture.shape == (512, 384, 3)
    assert seen.person == 1
    first, second = np.array(seen.boxes)
    assert first[3] - first[1] == pytest.approx(500, rel=0.1)
    assert second[3] - second[1] == pytest.approx(420, rel=0.1)
    assert first[2] < second[0] + 60


@with_model
def test_number_beyond_the_last_person_means_the_last(drawn_crowd: Photo) -> None:
    assert preview.preview(drawn_crowd, 7).person == 1
    with pytest.raises(UserError, match="2 people were found"):
        preview.paintable_mask(drawn_crowd, 7)


def test_mask_file_is_what_is_shown(drawn_crowd: Photo, tmp_path: Path) -> None:
    Image.fromarray(silhouette(SHAPE, *WHO)).save(tmp_path / "mask.png")
    seen = preview.preview(drawn_crowd, 0, tmp_path / "mask.png")
    factor = 512 / 640
    outside = seen.picture[int(400 * factor), int(20 * factor)]
    assert outside.max() <= 128, "dimmed"
    Image.fromarray(np.ones((5, 5), np.bool_)).save(tmp_path / "small.png")
    with pytest.raises(UserError, match=r"small\.png has 5 x 5 pixels"):
        preview.preview(drawn_crowd, 0, tmp_path / "small.png")


@given(photo=hnp.arrays(np.uint8, (*SHAPE, 3), fill=st.integers(0, 255)))
def test_mask_with_the_photo_in_it_is_read_as_the_mask(photo: np.ndarray) -> None:
    mask = silhouette(SHAPE, *WHO)
    levels = preview.see_through(photo, mask)
    assert np.array_equal(levels >= 128, mask)


@with_model
def test_painted_mask_comes_back_as_it_was_made(drawn_crowd: Photo, tmp_path: Path) -> None:
    Image.fromarray(preview.paintable_mask(drawn_crowd)).save(tmp_path / "mask.png")
    people = [detection(SHAPE, *WHO), detection(SHAPE, *OTHER_ONE)]
    found = person_mask(drawn_crowd, *(people[0], people[1:]))
    assert np.array_equal(person_mask(drawn_crowd, people[0], people[1:], tmp_path / "mask.png"), found)


@with_model
@with_photos
def test_numbers_are_those_of_a_reconstruction(tmp_path: Path) -> None:
    """Two people of a real photo, through the worker's methods."""
    standing = load_photo(PHOTOS / "pifu_ryota.png").rgb
    both = np.zeros((560, 900, 3), np.uint8)
    both[:512, :512] = standing
    both[120:520, 480:880] = np.asarray(Image.fromarray(standing).resize((400, 400)))
    Image.fromarray(both).save(tmp_path / "both.png")
    told: list[str] = []
    facts = Backend().preview(
        str(tmp_path / "both.png"), {"person": 1}, str(tmp_path / "seen.npy"), lambda stage, _: told.append(stage)
    )
    assert (facts["people"], facts["person"], facts["size"], facts["warnings"]) == (2, 1, [900, 560], [])
    assert told
    left, top, right, bottom = facts["boxes"][1]
    points = find_people(load_photo(tmp_path / "both.png"), 1).keypoints
    assert ((points >= (left, top)) & (points <= (right, bottom))).all()
    assert np.load(tmp_path / "seen.npy").shape == (319, 512, 3)
    Backend().mask(str(tmp_path / "both.png"), {"person": 1}, str(tmp_path / "mask.png"), lambda *_: None)
    levels = np.asarray(Image.open(tmp_path / "mask.png"))
    assert levels.shape == (560, 900)
    assert (levels[:, :450] < 128).all()


@with_model
def test_search_can_be_stopped() -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        preview.preview(Photo(np.zeros((300, 300, 3), np.uint8)), pause=stop)
