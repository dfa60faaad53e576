"""The head of who is seen from behind."""

import numpy as np
import pytest
from posed_heads import SCALE, SIDE, landmarks, posed_head, silhouette
from scipy.spatial.transform import Rotation
from test_find_head import SKIN

from engine.camera import UNIT
from engine.head import find_head_behind
from engine.head.behind import head_behind
from engine.head.depth import with_head
from engine.head.model import head_model
from engine.head.skin import skin_of
from engine.skeleton import INDEX, KEYPOINTS
from engine.surface.clean import Shell
from engine.surface.colors import sheet_colors
from engine.surface.face import with_face_behind
from engine.types import Head, Maps, Parts

NOSE, CHEEK = 1, 50
NEAR, FAR = 1000.0, 1150.0
NOBODY = np.full((len(KEYPOINTS), 2), np.nan)

Points = tuple[np.ndarray, np.ndarray]


def key_points(vertices: np.ndarray) -> Points:
    """The pixels and depths that key points of a head (V, 3; greater is farther) have."""
    model, face = head_model(), landmarks(vertices)
    left = model.mean[:, 0] > 0
    ears = [np.average(vertices, axis=0, weights=model.ear * side) for side in (left, ~left)]
    known = {"nose": face[1], "left_eye": face[[362, 263]].mean(0), "right_eye": face[[33, 133]].mean(0)}
    known |= dict(zip(("left_ear", "right_ear"), ears, strict=True))
    points = np.full((len(KEYPOINTS), 3), np.nan)
    for name, point in known.items():
        points[INDEX[name]] = point
    return points[:, :2], points[:, 2]


def found(yaw: float = 180.0, mask: np.ndarray | None = None) -> Head:
    vertices = posed_head(yaw)
    rgb = np.full((SIDE, SIDE, 3), 60, np.uint8)
    head = find_head_behind(rgb, silhouette(vertices) if mask is None else mask, *key_points(vertices), SCALE, 0.0)
    assert head is not None
    return head


@pytest.mark.parametrize("yaw", [180.0, 140.0, -150.0])
def test_it_lies_where_the_key_points_say(yaw: float) -> None:
    """In the mirror left is right, and the model's halves are alike."""
    vertices, model = posed_head(yaw), head_model()
    mirrored = head_behind(model, *key_points(vertices), SCALE, 0.0)
    assert mirrored is not None
    back = mirrored[model.mirror] * [1, 1, -1]
    away = back - vertices
    np.testing.assert_allclose(away - away.mean(axis=0), 0, atol=3)
    np.testing.assert_allclose(away[:, :2], 0, atol=3)


@pytest.mark.parametrize("yaw", [0.0, 40.0, -90.0, 90.0, 120.0])
def test_who_faces_the_camera_or_stands_sideways_is_not_seen_from_behind(yaw: float) -> None:
    assert head_behind(head_model(), *key_points(posed_head(yaw)), SCALE, 0.0) is None


def test_missing_key_points_are_no_head() -> None:
    points, depths = key_points(posed_head(180.0))
    assert head_behind(head_model(), NOBODY, depths, SCALE, 0.0) is None
    assert head_behind(head_model(), points, depths, float("nan"), 0.0) is None


def test_it_looks_straight_ahead_though_the_camera_looks_up_at_it() -> None:
    level, bent = (head_behind(head_model(), *key_points(posed_head(180.0)), SCALE, rise) for rise in (0.0, 0.3))
    assert level is not None
    assert bent is not None
    ahead = [landmarks(head)[NOSE] - head_model().mean.mean(0) * SCALE - head.mean(axis=0) for head in (level, bent)]
    angle = np.arctan2(ahead[1][1], -ahead[1][2]) - np.arctan2(ahead[0][1], -ahead[0][2])
    assert angle == pytest.approx(0.3, abs=0.02)


def test_nobody_is_found_where_the_face_would_lie_beside_the_silhouette() -> None:
    vertices = posed_head(180.0)
    elsewhere = np.roll(silhouette(vertices), 150, axis=1)
    rgb = np.zeros((SIDE, SIDE, 3), np.uint8)
    assert find_head_behind(rgb, elsewhere, *key_points(vertices), SCALE, 0.0) is None


def test_a_head_inside_of_the_silhouette_is_a_guess() -> None:
    """Of who bends forward the head is hidden, and the detector's key points lie on the back."""
    vertices, rgb = posed_head(180.0), np.zeros((SIDE, SIDE, 3), np.uint8)
    assert find_head_behind(rgb, np.ones((SIDE, SIDE), bool), *key_points(vertices), SCALE, 0.0) is None


@pytest.mark.parametrize("angle", [-30.0, 20.0])
def test_a_head_held_askew_has_its_face_askew(angle: float) -> None:
    turn = Rotation.from_euler("z", angle, degrees=True).as_matrix().T
    middle, model = np.array([SIDE / 2, SIDE / 2, 0]), head_model()
    vertices = (posed_head(180.0) - middle) @ turn + middle
    mirrored = head_behind(model, *key_points(vertices), SCALE, 0.0)
    assert mirrored is not None
    np.testing.assert_allclose((mirrored[model.mirror] - vertices)[:, :2], 0, atol=4)


def flat_maps(parts: Parts | None = None) -> Maps:
    front, back = np.full((SIDE, SIDE), NEAR / UNIT, np.float32), np.full((SIDE, SIDE), FAR / UNIT, np.float32)
    for depth in (front, back):
        depth[:5] = 0
    return Maps(front, back, parts)


def test_the_face_is_on_the_back_map() -> None:
    vertices = posed_head(180.0)
    maps = with_head(flat_maps(), found())
    nose, cheek = (landmarks(vertices)[point] for point in (NOSE, CHEEK))
    depths = [maps.back[int(point[1]), int(point[0])] * UNIT for point in (nose, cheek)]
    assert nose[2] - cheek[2] > 20
    assert depths[0] - depths[1] == pytest.approx(nose[2] - cheek[2], abs=6)
    assert (maps.back >= maps.front).all()
    np.testing.assert_allclose(maps.front[5:40], NEAR / UNIT, rtol=1e-5)
    assert ((maps.front > 0) == (flat_maps().front > 0)).all()


def test_an_arm_before_the_face_stays() -> None:
    """Of the person, that is: behind the head, as the camera sees it. The face goes on behind the arm."""
    label = np.full((SIDE, SIDE), Parts.TRUNK, np.uint8)
    rear, row = label.copy(), np.s_[190:200]
    rear[row] = 1
    known = Parts(label, rear, np.full((SIDE, SIDE), FAR / UNIT, np.float32), np.full((SIDE, SIDE), 1.9, np.float32))
    maps = flat_maps(known)
    maps.back[row] = (FAR + 40) / UNIT
    made = with_head(maps, found())
    np.testing.assert_allclose(made.back[row], (FAR + 40) / UNIT, rtol=1e-5)
    assert made.parts is not None
    face = np.zeros((SIDE, SIDE), bool)
    face[found().area] = found().bare > 0.95
    face[:190], face[200:] = False, False
    assert (np.abs(made.parts.behind[face] * UNIT - FAR) > 1).any()
    np.testing.assert_array_equal(made.parts.front, label)
    np.testing.assert_array_equal(made.parts.back, rear)


def test_the_side_that_the_camera_sees_stays_the_networks() -> None:
    """A bun that stands out by 45 pixels."""
    x, y = np.meshgrid(np.arange(SIDE) - SIDE / 2, np.arange(SIDE) - SIDE / 2 + 20)
    bun = np.sqrt(np.maximum(45.0**2 - x**2 - y**2, 0)) / UNIT
    maps = flat_maps()
    maps.front[5:] -= bun[5:].astype(np.float32)
    maps.back[5:] += 100 / UNIT
    given = maps.front.copy()
    np.testing.assert_allclose(with_head(maps, found()).front, given, rtol=1e-5)


def test_a_large_head_is_the_same_on_a_coarser_grid() -> None:
    vertices = posed_head(180.0)
    mask = np.kron(silhouette(vertices), np.ones((4, 4), bool))
    points, depths = key_points(vertices)
    rgb = np.full((4 * SIDE, 4 * SIDE, 3), 60, np.uint8)
    large = find_head_behind(rgb, mask, 4 * points, 4 * depths, 4 * SCALE, 0.0)
    assert large is not None
    assert large.skin is not None
    assert large.skin.shape == (*large.near.depth.shape, 3)
    small = found()
    middle = tuple(length // 2 for length in small.near.depth.shape)
    place = 4 * (middle[0] + small.row) - large.row, 4 * (middle[1] + small.column) - large.column
    assert large.near.depth[place] == pytest.approx(4 * small.near.depth[middle], abs=12)


def test_its_skin_is_that_of_the_hands() -> None:
    rgb, mask, points = np.full((80, 80, 3), 60, np.uint8), np.ones((80, 80), bool), NOBODY.copy()
    points[INDEX["left_wrist"]], points[INDEX["right_finger3"]], points[INDEX["left_knee"]] = (
        (20, 20),
        (60, 20),
        (9, 70),
    )
    rgb[10:30, 10:30] = SKIN
    rgb[60:, :20] = (150, 100, 80)
    np.testing.assert_array_equal(skin_of(rgb, mask, points), SKIN)
    rgb[:30] = (60, 60, 200)
    np.testing.assert_array_equal(skin_of(rgb, mask, points), (150, 100, 80))
    np.testing.assert_array_equal(skin_of(rgb, mask, points + 500), skin_of(rgb, ~mask, points))
    np.testing.assert_array_equal(skin_of(rgb, mask, NOBODY), skin_of(rgb, ~mask, points))


def test_hands_before_a_brown_coat_are_not_its_colour() -> None:
    rgb, mask, points = np.full((80, 80, 3), (101, 67, 33), np.uint8), np.ones((80, 80), bool), NOBODY.copy()
    for name, place in (("shoulder", 20), ("hip", 60), ("wrist", 40)):
        points[INDEX[f"left_{name}"]], points[INDEX[f"right_{name}"]] = (30, place), (50, place)
    np.testing.assert_array_equal(skin_of(rgb, mask, points), skin_of(rgb, mask, NOBODY))
    rgb[35:46, 25:36] = SKIN
    np.testing.assert_array_equal(skin_of(rgb, mask, points), SKIN)


def test_the_far_sheet_has_the_face_in_its_skin_with_eyes() -> None:
    head = found()
    assert head.skin is not None
    maps = with_head(flat_maps(), head)
    shell = Shell(maps.front[5:] * UNIT, maps.back[5:] * UNIT, np.ones((SIDE - 5, SIDE), bool), 5, 0)
    given = np.zeros((SIDE - 5, SIDE, 3), np.float32)
    made = with_face_behind(given, shell, head)
    np.testing.assert_array_equal(sheet_colors(given, given, shell, head).back[260, 200], made[260, 200])
    face = landmarks(posed_head(180.0)).astype(int)
    usual = skin_of(np.zeros((9, 9, 3), np.uint8), np.ones((9, 9), bool), NOBODY)
    x, y = face[CHEEK, :2]
    np.testing.assert_allclose(made[y - 5, x], usual, atol=25)
    x, y = face[[33, 133]].mean(axis=0).astype(int)[:2]
    assert made[y - 5 - 3 : y - 5 + 4, x - 3 : x + 4].mean() < 0.75 * usual.mean()
    assert (given == 0).all()
    assert (made[:40] == 0).all()


def test_depths_far_from_the_others_and_a_picture_of_nobody_are_left_alone() -> None:
    maps = flat_maps()
    maps.back[20:30, :30] = 5.9
    made = with_head(maps, found())
    assert (made.mask == flat_maps().mask).all()
    np.testing.assert_allclose(made.back[20:30, :30], 5.9, rtol=1e-5)
    nobody = np.zeros((SIDE, SIDE), np.float32)
    assert (with_head(Maps(nobody, nobody.copy()), found()).front == 0).all()
