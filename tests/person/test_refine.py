"""The border of a mask where colours of the whole picture do not tell where it is."""

import cv2
import numpy as np
import pytest
from drawn_people import detection, landmarks, silhouette

from engine.person.mask import person_mask
from engine.types import Photo

SHAPE = (900, 700)
WHO = (350.0, 60.0, 780.0)
SHIRT, LEGS, WALL, BOARD, FLOOR = (150, 40, 40), (40, 50, 90), (215, 210, 200), (28, 28, 30), (120, 120, 118)
BOARD_ROWS = slice(730, 790)


def noisy(colors: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.clip(cv2.GaussianBlur(colors, (0, 0), 0.8) + rng.normal(0, 3, colors.shape), 0, 255).astype(np.uint8)


def room() -> np.ndarray:
    """A light wall with a dark skirting board above a grey floor."""
    picture = np.full((*SHAPE, 3), WALL, np.float32)
    picture[BOARD_ROWS], picture[BOARD_ROWS.stop :] = BOARD, FLOOR
    return picture


def dressed(picture: np.ndarray, truth: np.ndarray) -> np.ndarray:
    rows = np.arange(SHAPE[0])[:, None]
    shirt, trousers = truth & (rows < 440), truth & (rows >= 440)
    picture[shirt], picture[trousers] = SHIRT, LEGS
    return picture


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_a_skirting_board_beside_dark_trousers_is_left_out() -> None:
    truth = silhouette(SHAPE, *WHO)
    found = detection(SHAPE, *WHO)
    ankle = landmarks(*WHO)[28].astype(int)
    lump = np.zeros(SHAPE, np.float32)
    lump[BOARD_ROWS, ankle[0] - 36 : ankle[0]] = 1
    found.coarse[:] = np.maximum(found.coarse, cv2.resize(lump, found.coarse.shape[::-1]))
    mask = person_mask(Photo(noisy(dressed(room(), truth))), found, [])
    assert (mask & ~truth)[BOARD_ROWS].sum() < 0.08 * ((lump > 0) & ~truth).sum()
    assert overlap(mask, truth) > 0.97


def test_what_the_coarse_mask_lacks_of_a_garment_is_found_again() -> None:
    """A bite out of the shirt that is deeper than the strip in which the border is looked for."""
    truth = silhouette(SHAPE, *WHO)
    found = detection(SHAPE, *WHO)
    bite = np.zeros(SHAPE, bool)
    bite[260:282, 260:350] = True
    found.coarse[cv2.resize(bite.astype(np.uint8), found.coarse.shape[::-1]) > 0] = 0
    mask = person_mask(Photo(noisy(dressed(room(), truth))), found, [])
    assert (truth & bite & ~mask).sum() < 0.05 * (truth & bite).sum()


@pytest.mark.parametrize(("open_", "pale"), [(True, 1.0), (True, 0.9), (False, 0.0)])
def test_in_a_slit_that_the_detector_is_less_sure_of_colours_tell_what_it_is(open_: bool, pale: float) -> None:
    """A slit between trunk and arm that the coarse mask has filled, and a crease in the shirt."""
    truth = silhouette(SHAPE, *WHO)
    found = detection(SHAPE, *WHO)
    slit = np.zeros(SHAPE, bool)
    slit[250:400, 344:356] = True
    found.coarse[cv2.resize(slit.astype(np.uint8), found.coarse.shape[::-1]) > 0] = 0.75
    shown = truth & ~slit if open_ else truth
    picture = dressed(room(), shown)
    picture[slit] = pale * np.array(WALL) + (1 - pale) * np.array(SHIRT)
    mask = person_mask(Photo(noisy(picture)), found, [])
    assert (mask & slit).sum() < 0.2 * slit.sum() if open_ else mask[slit].all()
    assert overlap(mask, shown) > 0.97


def test_an_empty_coarse_mask_stays_empty() -> None:
    found = detection(SHAPE, *WHO)
    found.coarse[:] = 0
    assert not person_mask(Photo(noisy(room())), found, []).any()
