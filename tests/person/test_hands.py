"""The landmarks of the sample person's hands, and the shape that they give to depth maps."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.camera import CANVAS, UNIT
from engine.errors import UserError
from engine.networks.hands import with_hands
from engine.person import hands as hands_module
from engine.person.detector import BUNDLE
from engine.person.hands import FINGERS, HAND_MODEL, KNUCKLES, WRIST, find_hands, palm_length
from engine.person.keypoints import LANDMARKS
from engine.types import Maps, Parts

DEPTH, THICK = 2.0, 60 / UNIT

needs_models = pytest.mark.skipif(
    not (BUNDLE.is_file() and HAND_MODEL.is_file()), reason="the models of pose and hands are not set up"
)


@needs_models
def test_both_hands_are_where_the_pose_has_them(photo: np.ndarray, landmarks: np.ndarray) -> None:
    left, right = find_hands(photo, landmarks)
    for hand, side in ((left, "left"), (right, "right")):
        assert hand.shape == (21, 3)
        knuckles = hand[list(KNUCKLES), :2].mean(0)
        assert np.linalg.norm(hand[WRIST, :2] - landmarks[LANDMARKS[f"{side}_wrist"]]) < palm_length(hand)
        assert np.linalg.norm(knuckles - landmarks[LANDMARKS[f"{side}_index"]]) < palm_length(hand)
    assert np.linalg.norm(left - right, axis=1).min() > 2 * palm_length(left)


@needs_models
def test_the_bones_of_both_hands_are_alike(photo: np.ndarray, landmarks: np.ndarray) -> None:
    """One hand is a fist, the other hangs open: with the right scale of depth they have the same bones."""
    ends = [(chain[i], chain[i + 1]) for chain in FINGERS[1:] for i in range(3)]
    left, right = (
        np.array([np.linalg.norm(hand[a] - hand[b]) for a, b in ends]) / palm_length(hand)
        for hand in find_hands(photo, landmarks)
    )
    assert np.std(np.log(left / right)) < 0.3


@needs_models
def test_a_turned_picture_gives_the_turned_hands(photo: np.ndarray, landmarks: np.ndarray) -> None:
    turned_photo = np.ascontiguousarray(np.rot90(photo))
    turned = find_hands(turned_photo, np.stack([landmarks[:, 1], photo.shape[1] - landmarks[:, 0]], 1))
    for hand, other in zip(find_hands(photo, landmarks), turned, strict=True):
        expected = np.stack([hand[:, 1], photo.shape[1] - hand[:, 0], hand[:, 2]], 1)
        assert np.abs(other - expected).mean() < 0.1 * palm_length(hand)


@needs_models
def test_where_no_hand_is_there_is_none(photo: np.ndarray, landmarks: np.ndarray) -> None:
    assert find_hands(np.zeros_like(photo), landmarks) == ()
    knees = landmarks.copy()
    for side in ("left", "right"):
        for joint in ("wrist", "index", "pinky"):
            knees[LANDMARKS[f"{side}_{joint}"]] += (
                landmarks[LANDMARKS[f"{side}_knee"]] - landmarks[LANDMARKS[f"{side}_wrist"]]
            )
    assert find_hands(photo, knees) == ()


@needs_models
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hand_is_found_though_the_pose_has_the_knuckles_elsewhere(
    photo: np.ndarray, landmarks: np.ndarray, side: str
) -> None:
    """Behind the wrist, along the forearm."""
    elbow, wrist = (landmarks[LANDMARKS[f"{side}_{joint}"]] for joint in ("elbow", "wrist"))
    wrong = landmarks.copy()
    for joint in ("index", "pinky"):
        wrong[LANDMARKS[f"{side}_{joint}"]] = wrist + 0.8 * (elbow - wrist)
    assert hands_module._surest(photo, hands_module._first_guesses(wrong, side)[0])[1] < 0.9
    found, expected = find_hands(photo, wrong), find_hands(photo, landmarks)
    assert len(found) == len(expected) == 2
    for hand, other in zip(found, expected, strict=True):
        assert np.linalg.norm(hand[:, :2] - other[:, :2], axis=1).mean() < 0.3 * palm_length(other)


@needs_models
def test_one_hand_found_twice_counts_once(photo: np.ndarray, landmarks: np.ndarray) -> None:
    clasped = landmarks.copy()
    for joint in ("elbow", "wrist", "index", "pinky"):
        clasped[LANDMARKS[f"right_{joint}"]] = landmarks[LANDMARKS[f"left_{joint}"]]
    assert len(find_hands(photo, clasped)) == 1


@needs_models
def test_missing_model_is_told_in_one_sentence(
    photo: np.ndarray, landmarks: np.ndarray, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hands_module, "HAND_MODEL", tmp_path / "none.tflite")
    with pytest.raises(UserError, match="hand model is missing"):
        find_hands(photo, landmarks)


def flat_hand(centre: tuple[float, float] = (1000.0, 900.0), palm: float = 90.0, tilt: float = 0.0) -> np.ndarray:
    """A hand that points down with spread fingers, its tips `tilt` palm lengths farther away than the wrist."""
    hand = np.zeros((21, 3))
    for finger, chain in enumerate(FINGERS):
        sideways = (-0.55, -0.28, 0.0, 0.24, 0.46)[finger]
        for joint, landmark in enumerate(chain):
            down = (0.3, 0.55, 0.75, 0.95)[joint] if finger == 0 else (1.0, 1.4, 1.65, 1.9)[joint]
            spread = sideways * (1 + 0.3 * joint)
            hand[landmark] = spread, down, tilt * down
    return hand * palm + [*centre, 0]


def maps_of(mask: np.ndarray) -> Maps:
    front = np.where(mask, np.float32(DEPTH), np.float32(0))
    return Maps(front, np.where(mask, front + np.float32(THICK), np.float32(0)))


def hand_alone(hand: np.ndarray) -> Maps:
    """Maps of a slab in the outline of the hand and of a forearm above it."""
    drawn = np.zeros((CANVAS, CANVAS), np.uint8)
    palm = palm_length(hand)
    points = [tuple(point) for point in hand[:, :2].round().astype(int).tolist()]
    for chain in FINGERS:
        for a, b in zip((WRIST, *chain[:-1]), chain, strict=True):
            cv2.line(drawn, points[a], points[b], (1,), round(0.25 * palm))
    above = (points[WRIST][0], points[WRIST][1] - round(3 * palm))
    cv2.line(drawn, points[WRIST], above, (1,), round(0.6 * palm))
    return maps_of(drawn > 0)


@given(tilt=st.floats(-0.6, 0.6), palm=st.floats(40, 110))
@settings(max_examples=8, deadline=None)
def test_a_free_hand_has_fingers_as_thick_as_wide_where_their_landmarks_are(tilt: float, palm: float) -> None:
    hand = flat_hand(palm=palm, tilt=tilt)
    maps = with_hands(hand_alone(hand), (hand,))
    middle = (maps.front + maps.back) / 2
    assert (maps.front <= maps.back).all()
    x, y = hand[[10, 11], :2].astype(int).T
    thickness = (maps.back - maps.front)[y, x] * UNIT
    assert (thickness > 0.1 * palm).all()
    assert (thickness < 0.3 * palm).all()
    assert (middle[y[1], x[1]] - middle[y[0], x[0]]) * UNIT == pytest.approx(hand[11, 2] - hand[10, 2], abs=0.06 * palm)
    assert maps.front[int(hand[WRIST, 1] - palm), int(hand[WRIST, 0])] == np.float32(DEPTH), "the forearm stays"


def test_before_the_body_a_hand_changes_the_front_alone() -> None:
    hand = flat_hand()
    maps = maps_of(np.ones((CANVAS, CANVAS), bool))
    with_hands(maps, (hand,))
    x, y = hand[11, :2].astype(int)
    beside = x + round(0.12 * palm_length(hand))
    assert (maps.back == np.float32(DEPTH + THICK)).all()
    assert (maps.front[y, beside] - maps.front[y, x]) * UNIT > 1, "there is a groove beside the finger"
    changed = np.argwhere(maps.front != np.float32(DEPTH))
    assert (changed.min(0) > hand[:, 1::-1].min(0) - 40).all()
    assert (changed.max(0) < hand[:, 1::-1].max(0) + 40).all()


def before_known_parts(hand: np.ndarray) -> Maps:
    """The palm of the hand and the forearm are known to be before the body, and the fingers are where they are."""
    maps = maps_of(np.ones((CANVAS, CANVAS), bool))
    (left, top), (right, _) = hand[:, :2].min(0).astype(int) - 60, hand[:, :2].max(0).astype(int) + 60
    knuckles = int(hand[9, 1])
    front = np.full((CANVAS, CANVAS), Parts.UNKNOWN, np.uint8)
    front[top : knuckles + 10, left:right] = Parts.TRUNK
    back = front.copy()
    front[top:knuckles, left:right] = 1
    maps.front[top:knuckles, left:right] -= 0.4
    return replace(maps, parts=Parts(front, back, np.zeros_like(maps.front), np.zeros_like(maps.front)))


def parts_of(maps: Maps) -> Parts:
    assert maps.parts is not None
    return maps.parts


def test_a_hand_before_known_parts_is_one_of_them() -> None:
    hand = flat_hand()
    maps = with_hands(before_known_parts(hand), (hand,))
    parts = parts_of(maps)
    x, y = hand[11, :2].astype(int)
    assert parts.front[y, x] == Parts.HAND
    assert parts.back[y, x] == Parts.UNKNOWN
    assert parts.hidden[y, x] == np.float32(DEPTH)
    assert 0.1 < (parts.behind[y, x] - maps.front[y, x]) * UNIT / palm_length(hand) < 0.3
    assert maps.front[y, x] < DEPTH - 0.2
    ring = np.abs(np.arange(CANVAS) - y)[:, None] < 3
    assert not ((maps.front > maps.front[y, x] + 0.12) & (maps.front < DEPTH - 0.12) & ring).any(), "steps are sharp"


def test_a_hand_far_before_an_arm_covers_that_arm() -> None:
    """It is the other one: no forearm is 15 cm behind its own hand."""
    hand = flat_hand()
    maps = before_known_parts(hand)
    parts = parts_of(maps)
    knuckles, far = int(hand[9, 1]), np.float32(0.15)
    arm = np.zeros(maps.front.shape, bool)
    arm[knuckles + 20 : knuckles + 60] = True
    parts.front[arm], parts.back[arm], parts.hidden[arm] = 2, Parts.TRUNK, DEPTH + 1
    maps.front[arm] = DEPTH - far
    with_hands(maps, (hand,))
    x, y = hand[10, :2].astype(int)
    assert parts.front[y, x] == Parts.HAND
    assert parts.hidden[y, x] == pytest.approx(DEPTH - far, abs=1e-5)


def test_beside_a_hand_before_known_parts_nothing_more_is_known() -> None:
    hand = flat_hand()
    maps = before_known_parts(hand)
    untouched = parts_of(maps).front.copy()
    parts = parts_of(with_hands(maps, (hand,)))
    changed = parts.front != untouched
    assert (parts.front[changed] == Parts.HAND).all()
    assert changed[: int(hand[WRIST, 1]) - 20].sum() == 0


def test_the_order_of_two_hands_does_not_matter() -> None:
    """Their surroundings overlap."""
    hands = flat_hand((920.0, 900.0)), flat_hand((1110.0, 900.0))
    told = []
    for order in (hands, hands[::-1]):
        maps = before_known_parts(np.concatenate(hands))
        told.append(parts_of(with_hands(maps, order)))
    for name in ("front", "back", "behind", "hidden"):
        np.testing.assert_array_equal(getattr(told[0], name), getattr(told[1], name))
    fingers = told[0].front == Parts.HAND
    assert (told[0].hidden[fingers & (told[0].back == Parts.UNKNOWN)] > 0).all()


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("tilt", [-0.3, 0.2, 0.4])
def test_at_the_wrist_a_hand_before_known_parts_begins_softly(free: bool, tilt: float) -> None:
    hand = flat_hand(tilt=tilt)
    maps = hand_alone(hand) if free else maps_of(np.ones((CANVAS, CANVAS), bool))
    front = np.full((CANVAS, CANVAS), Parts.UNKNOWN, np.uint8)
    x, y = hand[WRIST, :2].astype(int)
    front[y - 1 : y + 2, x - 1 : x + 2] = 1
    parts = Parts(front, front.copy(), np.zeros_like(maps.front), np.zeros_like(maps.front))
    told = with_hands(replace(maps, parts=parts), (hand,))
    palm = round(palm_length(hand))
    for depth in (told.front, told.back):
        assert np.abs(np.diff(depth[y - palm : y + palm, x])).max() * UNIT < 1.5


def test_without_hands_and_with_tiny_ones_nothing_changes() -> None:
    mask = np.ones((CANVAS, CANVAS), bool)
    for hands in ((), (flat_hand(palm=8),), (flat_hand((3000.0, 3000.0)),)):
        maps = with_hands(maps_of(mask), hands)
        assert (maps.front == np.float32(DEPTH)).all()
        assert (maps.back == np.float32(DEPTH + THICK)).all()
