"""Heads in pictures: hair, ears, both sides, and what is no head of this person."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posed_heads import SCALE, SIDE, landmarks, posed_head, silhouette

from engine.head import find_head
from engine.head.draw import drawn
from engine.head.ears import hidden_ears
from engine.head.hair import has_long_hair, with_hair
from engine.head.model import head_model
from engine.head.skin import like_hair, unlike_skin
from engine.types import Head

SKIN, HAIR = np.array([190, 140, 120], np.uint8), np.array([50, 35, 25], np.uint8)
BROW = 105
UPPER, LOWER = 0, 17
"""The middle of the upper lip's upper and the lower lip's lower edge."""
LOWER_LIP = (146, 91, 181, 84, 17, 314, 405, 321, 375)
"""Its outer edge."""
NOWHERE = np.zeros(len(head_model().mean), bool)


def picture(vertices: np.ndarray, ears: tuple[np.ndarray, np.ndarray] = (SKIN, SKIN)) -> np.ndarray:
    """Skin everywhere on the head but ears of these colours (of the person's left and right side)."""
    near, _ = drawn(vertices, head_model().faces, (SIDE, SIDE))
    rgb = np.full((SIDE, SIDE, 3), 90, np.uint8)
    rgb[near.hit] = SKIN
    left = head_model().mean[:, 0] > 0
    for side, color in zip((left, ~left), ears, strict=True):
        rgb[near.at_pixels(head_model().ear * side) > 0.3] = color
    return rgb


def dressed(vertices: np.ndarray, fringe: float) -> np.ndarray:
    """A head with dark hair, which reaches over the forehead down to so many pixels above the eyebrows."""
    near, _ = drawn(vertices, head_model().faces, (SIDE, SIDE))
    rgb = picture(vertices)
    brow = landmarks(vertices)[BROW, 1]
    rgb[near.hit & (np.arange(SIDE)[:, None] < brow - fringe)] = HAIR
    rgb[near.hit & (near.at_pixels(head_model().bare) < 0.5) & (np.arange(SIDE)[:, None] < brow)] = HAIR
    return rgb


def dilated(shape: np.ndarray, by: int) -> np.ndarray:
    return cv2.dilate(shape.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1,) * 2)) > 0


def found(vertices: np.ndarray, mask: np.ndarray | None = None) -> Head:
    mask = silhouette(vertices) if mask is None else mask
    head = find_head(picture(vertices), mask, landmarks(vertices))
    assert head is not None
    return head


@settings(max_examples=10)
@given(st.floats(-60, 60), st.integers(2, 24))
def test_hair_reaches_the_silhouette_and_the_face_has_none(yaw: float, thickness: int) -> None:
    model, head = head_model(), posed_head(yaw)
    bald = silhouette(head)
    hairy = (
        cv2.dilate(bald.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thickness + 1,) * 2)) > 0
    )
    upper = np.arange(SIDE)[:, None] < landmarks(head)[168, 1]
    grown, _ = with_hair(model, head, SCALE, model.ear > 0.2, hairy)
    covered = silhouette(grown)
    assert (covered & hairy & upper).sum() / ((covered | hairy) & upper).sum() > 0.9
    moved = np.linalg.norm(grown - head, axis=1)
    assert moved[model.bare > 0.9].max() < 0.2 * thickness + 0.5
    assert moved.max() < 0.05 * SCALE


def test_what_is_too_far_out_for_hair_is_left_alone() -> None:
    head = posed_head()
    wide = np.ones((SIDE, SIDE), bool)
    grown, _ = with_hair(head_model(), head, SCALE, NOWHERE, wide)
    assert np.abs(grown - head).max() < 1


@pytest.mark.parametrize(
    ("yaw", "ears", "hidden"),
    [
        (0, (SKIN, SKIN), (False, False)),
        (0, (HAIR, HAIR), (True, True)),
        (0, (SKIN, HAIR), (False, True)),
        (55, (SKIN, HAIR), (True, True)),
        (55, (HAIR, SKIN), (False, False)),
    ],
)
def test_ears_that_are_not_seen(yaw: float, ears: tuple[np.ndarray, np.ndarray], hidden: tuple[bool, bool]) -> None:
    """A far ear is what the near one is; turned to the left, the right one is near."""
    head = posed_head(yaw)
    near, _ = drawn(head, head_model().faces, (SIDE, SIDE))
    flat = hidden_ears(head_model(), head, near, unlike_skin(head_model(), near, picture(head, ears)) < 1)
    left = head_model().mean[:, 0] > 0
    assert (flat[left] == hidden[0]).all()
    assert (flat[~left] == hidden[1]).all()


@pytest.mark.parametrize("yaw", [-40.0, 0.0, 30.0])
def test_both_sides_are_those_of_the_head(yaw: float) -> None:
    vertices = posed_head(yaw)
    head = found(vertices)
    near, far = drawn(vertices, head_model().faces, (SIDE, SIDE))
    middle = near.at_pixels(head_model().inner) > 0.95
    for side, true in ((head.near, near), (head.far, far)):
        misses = np.abs(side.depth - true.at_pixels(vertices[:, 2])[head.area])[middle[head.area]]
        assert len(misses) > 1000
        assert np.median(misses) < 5
    both = head.near.weight > 0.5
    assert (head.far.depth >= head.near.depth - 1)[both].all()


def test_the_other_half_of_a_frontal_head_is_its_mirror_image() -> None:
    head = found(posed_head())
    middle = SIDE / 2
    face = head.bare > 0.9
    rows, columns = np.nonzero(face)
    x, y = (head.near.source[face] + [head.column, head.row] + 0.5).T
    assert np.abs(x + columns + head.column + 0.5 - 2 * middle).mean() < 2
    assert np.abs(y - rows - head.row - 0.5).mean() < 2


def test_the_far_half_of_a_turned_head_is_shown_by_the_near_one() -> None:
    head = found(posed_head(45))
    _, far = drawn(posed_head(45), head_model().faces, (SIDE, SIDE))
    face = (far.at_pixels(head_model().bare) > 0.5)[head.area] & (head.far.weight > 0.5)
    assert face.any()
    assert np.median(head.far.shown[face]) > 0.8
    left = head.far.source[face][:, 0].mean() + head.column
    assert left < np.nonzero(face)[1].mean() + head.column


def test_hair_beside_the_face_goes_on_and_what_is_far_from_it_does_not() -> None:
    vertices = posed_head(40)
    mask = silhouette(vertices)
    edge = int(np.flatnonzero(mask[int(landmarks(vertices)[168, 1])]).max())
    row = int(landmarks(vertices)[168, 1])
    mask[row - 8 : row + 8, edge - 2 : edge + 16] = True
    head = found(vertices, mask)
    assert head.near.weight[row - head.row, edge + 8 - head.column] > 0.9
    assert head.near.weight[row - head.row, edge + 30 - head.column] == 0


@pytest.mark.parametrize("yaw", [-40.0, 0.0, 40.0])
def test_long_hair_is_seen_beside_nose_and_lips(yaw: float) -> None:
    vertices = posed_head(yaw)
    near, _ = drawn(vertices, head_model().faces, (SIDE, SIDE))
    short, level = silhouette(vertices), int(landmarks(vertices)[168, 1])
    assert not has_long_hair(head_model(), vertices, near, SCALE, short)
    crop = short | (dilated(short, 25) & (np.arange(SIDE)[:, None] < level))
    assert not has_long_hair(head_model(), vertices, near, SCALE, crop)
    assert has_long_hair(head_model(), vertices, near, SCALE, dilated(short, 25))


def test_under_long_hair_only_the_face_is_the_heads() -> None:
    vertices = posed_head()
    head = found(vertices, dilated(silhouette(vertices), 25))
    near, far = drawn(vertices, head_model().faces, (SIDE, SIDE))
    face, skull = near.at_pixels(head_model().inner) > 0.95, far.at_pixels(head_model().bare) < 0.01
    assert head.near.weight[face[head.area]].min() > 0.9
    assert head.far.weight[(skull & far.hit)[head.area]].max() < 0.1


def test_hair_over_a_cheek_hides_it() -> None:
    vertices = posed_head()
    rgb, mask = picture(vertices), silhouette(vertices)
    near, _ = drawn(vertices, head_model().faces, (SIDE, SIDE))
    cheek = (near.at_pixels(head_model().bare) > 0.9) & (near.at_pixels(head_model().inner) < 0.1)
    cheek &= np.arange(SIDE) > SIDE / 2
    rgb[dilated(cheek, 6) & (near.at_pixels(head_model().inner) < 0.9)] = HAIR
    head = find_head(rgb, mask, landmarks(vertices))
    assert head is not None
    assert np.median(head.bare[cheek[head.area]]) < 0.2
    other = cheek[:, ::-1][head.area]
    assert np.median(head.bare[other & (near.at_pixels(head_model().bare) > 0.9)[head.area]]) > 0.8


def test_faces_that_are_none_of_this_person() -> None:
    vertices = posed_head()
    rgb, mask, face = picture(vertices), silhouette(vertices), landmarks(vertices)
    assert find_head(rgb, mask, None) is None
    assert find_head(rgb, np.zeros_like(mask), face) is None
    assert find_head(rgb, mask, face * 0.05) is None
    assert find_head(rgb, mask, np.random.default_rng(0).uniform(100, 300, face.shape)) is None
    assert find_head(rgb, np.roll(mask, 150, axis=1), face) is None
    assert find_head(rgb, mask, face + np.array([5 * SIDE, 0, 0])) is None
    assert find_head(rgb, mask, np.full_like(face, 1.0)) is None


def test_a_head_at_the_border_of_the_picture() -> None:
    vertices = posed_head() - [0, 130, 0]
    mask = silhouette(vertices)
    head = find_head(picture(vertices), mask, landmarks(vertices))
    assert head is not None
    assert head.row == 0
    planes = (head.bare, head.seen, head.strands, *vars(head.near).values(), *vars(head.far).values())
    assert all(np.isfinite(plane).all() for plane in planes)


@pytest.mark.parametrize("times", [2.0, 4.0])
def test_a_large_head_is_the_same_on_a_coarser_grid(times: float) -> None:
    vertices = posed_head(25)
    small = found(vertices)
    size = (round(times * SIDE),) * 2
    rgb = cv2.resize(picture(vertices), size, interpolation=cv2.INTER_NEAREST)
    mask = cv2.resize(silhouette(vertices).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    large = find_head(rgb, mask, times * landmarks(vertices))
    assert large is not None
    assert large.scale == pytest.approx(times * small.scale, rel=0.02)
    assert mask[large.area].shape == large.near.depth.shape
    face = np.zeros(size, bool)
    face[large.area] = large.bare > 0.95
    whole = np.zeros((SIDE, SIDE), np.float32)
    whole[small.area] = small.near.depth
    depth = np.zeros(size, np.float32)
    depth[large.area] = large.near.depth
    assert np.abs(depth - times * cv2.resize(whole, size))[face].mean() < 3 * times


def test_hair_of_a_large_head() -> None:
    vertices = posed_head()
    rgb = cv2.resize(dressed(vertices, 20), None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
    mask = cv2.resize(silhouette(vertices).astype(np.uint8), None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST) > 0
    head = find_head(rgb, mask, 4 * landmarks(vertices))
    assert head is not None
    x, y = (4 * landmarks(vertices)[BROW, :2] - [head.column, head.row]).astype(int)
    assert head.near.hair[y - 140, x] > 0.9
    assert head.near.hair[y + 60, x] < 0.1
    assert head.far.hair[y + 60, x] > 0.9


def test_a_head_as_large_as_the_picture_is_none_or_finite() -> None:
    vertices = 6 * (posed_head() - SIDE / 2) + SIDE / 2
    head = find_head(np.full((SIDE, SIDE, 3), 150, np.uint8), np.ones((SIDE, SIDE), bool), landmarks(vertices))
    assert head is None or np.isfinite(head.near.source).all()


def test_landmarks_that_are_no_numbers_are_no_face() -> None:
    vertices = posed_head()
    face = landmarks(vertices)
    for value in (np.nan, np.inf):
        face[7, 1] = value
        assert find_head(picture(vertices), silhouette(vertices), face) is None


def test_a_fringe_stands_out_from_the_forehead() -> None:
    vertices = posed_head()
    mask, face = silhouette(vertices), landmarks(vertices)
    heads = [find_head(dressed(vertices, fringe), mask, face) for fringe in (12, 60)]
    assert heads[0] is not None
    assert heads[1] is not None
    rows, columns = np.indices((SIDE, SIDE))[:, *heads[0].area]
    middle = np.abs(columns - SIDE / 2) < 20
    fringe = middle & (rows > face[BROW, 1] - 35) & (rows < face[BROW, 1] - 25)
    below = middle & (rows > face[BROW, 1]) & (heads[0].bare > 0.9)
    stands_out = heads[1].near.depth - heads[0].near.depth
    assert (stands_out[fringe] > 0.003 * SCALE).all()
    assert (stands_out[fringe] < 0.015 * SCALE).all()
    assert np.abs(stands_out[below]).max() < 0.1
    assert (heads[0].near.hair[fringe] > 0.9).all()
    assert (heads[1].near.hair[fringe] < 0.1).all()


def test_a_collar_is_not_the_head() -> None:
    vertices = posed_head()
    near, _ = drawn(vertices, head_model().faces, (SIDE, SIDE))
    model = head_model()
    neck = near.hit & (near.at_pixels(np.maximum(model.crown, model.bare)) < 0.05)
    share = near.at_pixels(model.near)
    rgb = picture(vertices)
    bare = find_head(rgb, silhouette(vertices), landmarks(vertices))
    rgb[neck] = [20, 20, 30]
    covered = find_head(rgb, silhouette(vertices), landmarks(vertices))
    assert bare is not None
    assert covered is not None
    inner = (cv2.erode(neck.astype(np.uint8), np.ones((25, 25))) > 0) & (share > 0.3)
    assert inner.any()
    assert (bare.near.weight[inner[bare.area]] > 0.25).all()
    assert (covered.near.weight[inner[covered.area]] < 0.05).all()
    rgb[neck] = (0.45 * SKIN).astype(np.uint8)
    shaded = find_head(rgb, silhouette(vertices), landmarks(vertices))
    assert shaded is not None
    assert (shaded.near.weight[inner[shaded.area]] > 0.25).all()


def test_what_is_hair_goes_by_its_colour() -> None:
    """A shining forehead is none, a fringe is; where hair has the colour of skin it is where it usually is."""
    vertices = posed_head()
    near, _ = drawn(vertices, head_model().faces, (SIDE, SIDE))
    rgb = dressed(vertices, 25)
    x, y = landmarks(vertices)[BROW, :2].astype(int)
    rgb[y - 15 : y - 8, x - 5 : x + 5] = np.minimum(SKIN.astype(int) + 60, 255)
    hair = like_hair(head_model(), near, rgb, near.hit)
    assert (hair[y - 15 : y - 8, x - 5 : x + 5] < 0.1).all()
    assert (hair[y - 45 : y - 30, x - 5 : x + 5] > 0.9).all()
    fair = np.where((near.at_pixels(head_model().bare) < 0.5)[..., None], (0.65 * SKIN).astype(np.uint8), SKIN)
    alike = like_hair(head_model(), near, fair, near.hit)
    assert alike[y - 10, x] < 0.1
    assert alike[near.at_pixels(head_model().bare) < 0.05].min() > 0.9
    assert like_hair(head_model(), near, picture(vertices), near.hit) is None


def test_a_bald_head_has_no_hair_and_no_strands() -> None:
    head = found(posed_head())
    assert not head.near.hair.any()
    assert not head.far.hair.any()
    assert not head.strands.any()


def test_ears_that_are_seen_are_no_hair() -> None:
    vertices = posed_head()
    head = find_head(dressed(vertices, 20), silhouette(vertices), landmarks(vertices))
    assert head is not None
    near, far = drawn(vertices, head_model().faces, (SIDE, SIDE))
    for side, seen in ((head.near, near), (head.far, far)):
        ear = (seen.at_pixels(head_model().ear) > 0.95)[head.area]
        assert ear.any()
        assert np.median(side.hair[ear]) < 0.1


def test_behind_the_face_is_hair() -> None:
    vertices = posed_head()
    head = find_head(dressed(vertices, 20), silhouette(vertices), landmarks(vertices))
    assert head is not None
    x, y = (landmarks(vertices)[BROW, :2] - [head.column, head.row]).astype(int)
    assert head.near.hair[y + 20, x] < 0.1
    assert head.far.hair[y + 20, x] > 0.9


def test_hair_is_thin_at_its_edge() -> None:
    """Towards the crown the silhouette has hair of 2 cm."""
    vertices = posed_head()
    mask = dilated(silhouette(vertices), 18)
    heads = [find_head(dressed(vertices, fringe), mask, landmarks(vertices)) for fringe in (10, 60)]
    assert heads[0] is not None
    assert heads[1] is not None
    x, y = (landmarks(vertices)[BROW, :2] - [heads[0].column, heads[0].row]).astype(int)
    stands_out = (heads[1].near.depth - heads[0].near.depth)[:y, x]
    edge = np.flatnonzero(heads[0].near.hair[:y, x] > 0.5).max()
    assert stands_out[edge - 4] < 0.006 * SCALE
    assert stands_out[edge - 30 : edge - 15].max() > 0.008 * SCALE


@settings(max_examples=8)
@given(st.floats(-40, 40), st.floats(0.004, 0.02))
def test_between_the_lips_of_an_open_mouth_there_is_no_cave(yaw: float, opening: float) -> None:
    head = posed_head(yaw)
    face = landmarks(head)
    face[list(LOWER_LIP), 1] += opening * SCALE
    found_head = find_head(picture(head), silhouette(head), face)
    assert found_head is not None
    column, top, bottom = (
        round(value) for value in (face[UPPER, 0] - found_head.column, face[UPPER, 1], face[LOWER, 1])
    )
    line = np.s_[top - found_head.row : bottom - found_head.row + 1, column]
    depth = found_head.near.depth[line]
    assert depth.max() - max(depth[0], depth[-1]) < 0.006 * SCALE
    assert found_head.bare[line].min() > 0.9
    assert found_head.seen[line].mean() > 0.5
