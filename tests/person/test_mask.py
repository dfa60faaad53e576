"""Where the mask of a person comes from."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_people import detection, silhouette
from PIL import Image

from engine.errors import UserError
from engine.person.detector import BUNDLE
from engine.person.mask import person_mask
from engine.person.segment import smooth_border, tidy
from engine.types import Photo

needs_model = pytest.mark.skipif(not BUNDLE.is_file(), reason="the model of the pose is not set up")

SHAPE = (640, 480)
WHO = (230.0, 60.0, 500.0)
OTHER = (390.0, 150.0, 420.0)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def textured(mask: np.ndarray, seed: int = 0) -> np.ndarray:
    """A reddish person before a bluish, blotchy wall."""
    rng = np.random.default_rng(seed)
    wall = rng.integers(0, 90, (*mask.shape, 3)) + np.array([20, 40, 110])
    body = rng.integers(0, 60, (*mask.shape, 3)) + np.array([150, 60, 40])
    return np.where(mask[:, :, None], body, wall).astype(np.uint8)


def uniform(mask: np.ndarray, background: int) -> np.ndarray:
    picture = textured(mask)
    picture[~mask] = background
    return picture


def save_mask(path: Path, mask: np.ndarray) -> Path:
    Image.fromarray(mask.astype(np.uint8) * 255).save(path)
    return path


def test_a_mask_file_is_used_as_it_is(tmp_path: Path) -> None:
    truth = silhouette(SHAPE, *WHO)
    truth[:30, :30] = True
    file = save_mask(tmp_path / "mask.png", truth)
    mask = person_mask(Photo(textured(truth)), detection(SHAPE, *WHO), [detection(SHAPE, *OTHER)], file)
    assert (mask == truth).all()


def test_a_mask_file_may_use_its_alpha(tmp_path: Path) -> None:
    truth = silhouette(SHAPE, *WHO)
    Image.fromarray(np.where(truth[:, :, None], 255, 0).astype(np.uint8).repeat(4, axis=2)).save(tmp_path / "m.png")
    assert (person_mask(Photo(textured(truth)), detection(SHAPE, *WHO), [], tmp_path / "m.png") == truth).all()


def test_mask_of_the_wrong_size(tmp_path: Path) -> None:
    truth = silhouette(SHAPE, *WHO)
    file = save_mask(tmp_path / "mask.png", truth.T)
    with pytest.raises(UserError, match="640 x 480 pixels and the photo 480 x 640"):
        person_mask(Photo(textured(truth)), detection(SHAPE, *WHO), [], file)


@pytest.mark.parametrize("content", [b"no picture", None])
def test_mask_that_is_no_picture(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "mask.png").write_bytes(content)
    with pytest.raises(UserError, match=r"mask\.png"):
        person_mask(Photo(np.zeros((*SHAPE, 3), np.uint8)), detection(SHAPE, *WHO), [], tmp_path / "mask.png")


def test_mask_that_misses_the_person(tmp_path: Path) -> None:
    elsewhere = np.zeros(SHAPE, bool)
    elsewhere[:50, :50] = True
    file = save_mask(tmp_path / "mask.png", elsewhere)
    with pytest.raises(UserError, match="does not cover"):
        person_mask(Photo(np.zeros((*SHAPE, 3), np.uint8)), detection(SHAPE, *WHO), [], file)


def test_alpha_is_used_as_it_is() -> None:
    truth = silhouette(SHAPE, *WHO)
    photo = Photo(textured(truth), np.where(truth, 200, 60).astype(np.uint8))
    assert (person_mask(photo, detection(SHAPE, *WHO), []) == truth).all()


def test_alpha_with_two_people_gives_the_chosen_one() -> None:
    who, other = silhouette(SHAPE, *WHO), silhouette(SHAPE, *OTHER)
    photo = Photo(textured(who | other), np.where(who | other, 255, 0).astype(np.uint8))
    mask = person_mask(photo, detection(SHAPE, *WHO), [detection(SHAPE, *OTHER)])
    assert overlap(mask, who) > 0.9
    assert (mask & other & ~who).sum() < 0.1 * other.sum()


@pytest.mark.parametrize("background", [0, 255, 127])
def test_uniform_background_gives_the_exact_mask(background: int) -> None:
    truth = silhouette(SHAPE, *WHO)
    mask = person_mask(Photo(uniform(truth, background)), detection(SHAPE, *WHO), [])
    assert overlap(mask, truth) > 0.985


def test_dark_clothes_before_black_are_not_lost() -> None:
    truth = silhouette(SHAPE, *WHO)
    picture = uniform(truth, 0)
    picture[330:480] = np.minimum(picture[330:480], 3)
    assert overlap(person_mask(Photo(picture), detection(SHAPE, *WHO), []), truth) > 0.93


@needs_model
def test_grab_cut_sharpens_the_coarse_mask() -> None:
    truth = silhouette(SHAPE, *WHO)
    found = detection(SHAPE, *WHO, blur=0.02)
    mask = person_mask(Photo(textured(truth)), found, [])
    coarse = np.kron(found.coarse > 0.5, np.ones((4, 4), bool))
    assert overlap(mask, truth) > max(0.98, overlap(coarse, truth))


@needs_model
def test_feet_that_the_coarse_mask_lacks_are_found() -> None:
    truth = silhouette(SHAPE, *WHO)
    found = detection(SHAPE, *WHO)
    found.coarse[int(0.965 * 500 + 60) // 4 :] = 0
    assert overlap(person_mask(Photo(textured(truth)), found, []), truth) > 0.98


@needs_model
def test_neighbours_are_left_out() -> None:
    who, other = silhouette(SHAPE, *WHO), silhouette(SHAPE, *OTHER)
    people = detection(SHAPE, *WHO), detection(SHAPE, *OTHER)
    both = np.maximum(people[0].coarse, people[1].coarse)
    people[0].coarse[:] = both
    mask = person_mask(Photo(textured(who | other)), people[0], [people[1]])
    assert overlap(mask, who) > 0.9
    assert (mask & other & ~who).sum() < 0.1 * other.sum()


@needs_model
def test_large_photos_give_a_mask_of_their_own_size() -> None:
    shape, who = (1700, 1000), (500.0, 100.0, 1500.0)
    truth = silhouette(shape, *who)
    mask = person_mask(Photo(textured(truth)), detection(shape, *who), [])
    assert mask.shape == shape
    assert overlap(mask, truth) > 0.985


def test_ripples_of_the_border_go_but_fingers_and_gaps_stay() -> None:
    """A body of 1569 pixels whose sides ripple, with a finger of 16 pixels on one and a gap of 16 in the other."""
    rows = np.arange(1600)[:, None]
    ripple = 4 * np.sign(np.sin(2 * np.pi * rows / 25))
    columns = np.arange(600)[None]
    straight = (rows > 15) & (rows < 1585) & (columns > 200) & (columns < 400)
    rippled = (rows > 15) & (rows < 1585) & (columns > 200 + ripple) & (columns < 400 - ripple)
    details = np.zeros_like(straight)
    details[700:716, 400:440] = True
    gap = np.zeros_like(straight)
    gap[700:716, 180:260] = True
    smooth = smooth_border((rippled | details) & ~gap)
    clear = np.ones(1600, bool)
    clear[:60] = clear[-60:] = clear[640:780] = False
    assert (smooth ^ straight)[clear].mean() < 0.5 * (rippled ^ straight)[clear].mean()
    assert smooth[702:714, 415:438].all()
    assert not smooth[702:714, 205:255].any()


def test_what_parts_from_the_body_with_the_ripples_goes() -> None:
    """A whisker on a body of 1569 pixels; the smoothing takes its root."""
    body = np.zeros((1600, 600), bool)
    body[15:1585, 200:400] = True
    rough = body.copy()
    rough[800:804, 400:430] = True
    assert cv2.connectedComponents(smooth_border(rough).astype(np.uint8))[0] == 3
    assert cv2.connectedComponents(tidy(rough, body.astype(np.float32)).astype(np.uint8))[0] == 2
