"""To which limb a surface belongs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.camera import NETWORK_FOCAL, UNIT, encode, ray_lengths
from engine.skeleton import INDEX, KEYPOINTS
from engine.training.labels import limb_labels

SIZE = 128
JOINTS = {
    "nose": (1024, 330), "eye": (1040, 310), "ear": (1080, 320), "shoulder": (1190, 520), "elbow": (1260, 790),
    "wrist": (1290, 1030), "hip": (1110, 1040), "knee": (1120, 1420), "ankle": (1120, 1780), "big_toe": (1140, 1830),
    "small_toe": (1160, 1820), "heel": (1110, 1810), "finger": (1300, 1120),
}  # fmt: skip
LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG = 1, 2, 3, 4


def standing() -> NDArray[np.float64]:
    places = [next(place for part, place in JOINTS.items() if part in name) for name in KEYPOINTS]
    return np.array(
        [(2048 - x if n.startswith("right") else x, y) for n, (x, y) in zip(KEYPOINTS, places, strict=True)], float
    )


def plane(pixels: float) -> NDArray[np.float64]:
    """Everywhere the same distance in canvas pixels before the body's centre."""
    return encode(ray_lengths(SIZE) * (1 - pixels / NETWORK_FOCAL))


def at(labels: NDArray[np.uint8], x: float, y: float) -> int:
    return int(labels[int(y) * SIZE // 2048, int(x) * SIZE // 2048])


def test_every_part_of_a_standing_person() -> None:
    labels = limb_labels(plane(50), standing(), np.zeros(31))
    places = {(1280, 900): LEFT_ARM, (768, 900): RIGHT_ARM, (1115, 1500): LEFT_LEG, (933, 1500): RIGHT_LEG}
    assert {place: at(labels, *place) for place in places} == places
    assert at(labels, 1024, 800) == at(labels, 1024, 320) == 0


def test_nobody_has_no_label() -> None:
    assert not limb_labels(np.zeros((SIZE, SIZE)), standing(), np.zeros(31)).any()


@pytest.mark.parametrize(("before", "label"), [(300, LEFT_ARM), (130, 0)])
def test_an_arm_before_the_chest_is_told_by_depth(before: float, label: int) -> None:
    """In the same pixel the arm's surface belongs to the arm, and the chest behind it to the trunk."""
    joints, offsets = standing(), np.zeros(31)
    for name, place in {"elbow": (1150, 790), "wrist": (1024, 700), "finger": (980, 680)}.items():
        for i in (INDEX[k] for k in KEYPOINTS if k.startswith("left_" + name)):
            joints[i], offsets[i] = place, -250 / NETWORK_FOCAL
    labels = limb_labels(plane(before), joints, offsets)
    assert at(labels, 1080, 740) == label


def test_limbs_without_joints_are_nowhere() -> None:
    joints = standing()
    joints[[INDEX["left_elbow"], INDEX["left_wrist"]]] = np.nan
    assert LEFT_ARM not in limb_labels(plane(50), joints, np.zeros(31))


def test_depth_is_in_network_units() -> None:
    """The unit of depth is that of the canvas: 512 pixels. An arm one unit before the body has its surface there."""
    assert plane(UNIT)[SIZE // 2, SIZE // 2] == pytest.approx(1, abs=0.01)
    offsets = np.zeros(31)
    offsets[[INDEX["left_elbow"], INDEX["left_wrist"]]] = -UNIT / NETWORK_FOCAL
    assert at(limb_labels(plane(UNIT), standing(), offsets), 1275, 900) == LEFT_ARM


def test_the_side_of_the_trunk_is_not_the_arm_that_hangs_beside_it() -> None:
    joints = standing()
    for name, place in {"elbow": (1200, 790), "wrist": (1190, 1030), "finger": (1190, 1120)}.items():
        for i in (INDEX[k] for k in KEYPOINTS if k.startswith("left_" + name)):
            joints[i] = place
    labels = limb_labels(plane(40), joints, np.zeros(31))
    assert at(labels, 1200, 780) == LEFT_ARM
    assert at(labels, 1150, 780) == 0


def test_without_joints_all_is_trunk() -> None:
    nothing = np.full((31, 2), np.nan)
    assert not limb_labels(plane(50), nothing, np.full(31, np.nan)).any()
