"""People on the canvas: always the same size, in the middle, wherever and however large they are in the photo."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_people import landmarks, silhouette
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.camera import ASSUMED_DISTANCE, ASSUMED_FOCAL, CANVAS, NETWORK_FOCAL
from engine.framing import BODY_SIDE, body_box, frame
from engine.person.keypoints import keypoints
from engine.skeleton import INDEX
from engine.types import Canvas, Person, Photo

SHAPE = (360, 300)


def person(shape: tuple[int, int], x: float, top: float, height: float, depths: np.ndarray | None = None) -> Person:
    points = keypoints(landmarks(x, top, height))
    outside = ((points < 0) | (points >= (shape[1], shape[0]))).any(axis=1)
    points[outside] = np.nan
    depths = np.zeros(31) if depths is None else depths
    mask = silhouette(shape, x, top, height)
    return Person(points, np.where(outside, np.nan, depths), mask, pixels_per_metre=height / 1.75)


def photo_of(who: Person) -> Photo:
    return Photo(np.where(who.mask[:, :, None], (220, 120, 60), (30, 60, 90)).astype(np.uint8))


def sides(canvas: Canvas) -> tuple[float, float, np.ndarray]:
    rows, columns = (np.flatnonzero(canvas.mask.any(axis=axis)) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    return height, width, np.array([columns[0] + columns[-1] + 1, rows[0] + rows[-1] + 1]) / 2


@settings(deadline=None, max_examples=8)
@given(x=st.floats(110, 190), top=st.floats(20, 90), height=st.floats(90, 250))
def test_size_and_place_do_not_depend_on_the_photo(x: float, top: float, height: float) -> None:
    who = person(SHAPE, x, top, height)
    canvas = frame(photo_of(who), who)
    tall, wide, centre = sides(canvas)
    assert max(tall, wide) == pytest.approx(BODY_SIDE, rel=0.02)
    np.testing.assert_allclose(centre, CANVAS / 2, atol=canvas.scale)
    assert canvas.rgb.shape == (CANVAS, CANVAS, 3)
    assert canvas.rgb.dtype == np.uint8


@settings(deadline=None, max_examples=50)
@given(x=st.floats(110, 190), top=st.floats(20, 90), height=st.floats(90, 250))
def test_key_points_go_to_the_canvas_and_back(x: float, top: float, height: float) -> None:
    who = person(SHAPE, x, top, height)
    box = body_box(who)
    assert max(box.high - box.low) > 0.9 * height
    canvas = _geometry(who)
    back = (canvas.keypoints - canvas.offset) / canvas.scale
    np.testing.assert_allclose(back, who.keypoints, atol=1e-6)


def _geometry(who: Person) -> Canvas:
    return frame(Photo(np.zeros((*who.mask.shape, 3), np.uint8)), who)


@pytest.mark.parametrize("height", [150.0, 320.0, 2400.0])
def test_picture_mask_and_key_points_agree(height: float) -> None:
    """A cross painted at a wrist is found at that key point, whether the photo is enlarged or shrunk."""
    shape = (round(height * 1.2), round(height))
    who = person(shape, shape[1] / 2, height * 0.1, height)
    wrist = who.keypoints[INDEX["left_wrist"]]
    picture = np.zeros((*shape, 3), np.uint8)
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    spot = np.exp(-((x - wrist[0]) ** 2 + (y - wrist[1]) ** 2) / (2 * (0.01 * height) ** 2))
    picture[:] = np.rint(255 * spot)[:, :, None]
    canvas = frame(Photo(picture), who)
    weight = canvas.rgb[:, :, 0].astype(float)
    rows, columns = np.mgrid[:CANVAS, :CANVAS] + 0.5
    found = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
    np.testing.assert_allclose(found, canvas.keypoints[INDEX["left_wrist"]], atol=0.3)
    painted = frame(Photo(np.repeat(who.mask[:, :, None] * np.uint8(255), 3, axis=2)), who)
    assert ((painted.rgb[:, :, 0] > 127) != painted.mask).mean() < 0.004


def test_outside_of_the_photo_the_border_goes_on() -> None:
    shape = (300, 100)
    who = person(shape, 50.0, 10.0, 280.0)
    photo = Photo(np.full((*shape, 3), 200, np.uint8))
    canvas = frame(photo, who)
    assert (canvas.rgb == 200).all()
    assert not canvas.mask[:, :300].any()


@pytest.mark.parametrize(("cut", "tolerance"), [(0.93, 0.1), (0.8, 0.1), (0.6, 0.15)])
def test_cut_off_feet_do_not_enlarge_the_person(cut: float, tolerance: float) -> None:
    height = 300.0
    whole = _geometry(person((400, 300), 150.0, 30.0, height))
    part = _geometry(person((round(30 + cut * height), 300), 150.0, 30.0, height))
    assert np.isnan(part.keypoints[INDEX["left_heel"]]).all()
    assert part.scale == pytest.approx(whole.scale, rel=tolerance)


def test_cut_off_head_does_not_enlarge_the_person() -> None:
    whole = _geometry(person((400, 300), 150.0, 30.0, 300.0))
    part = _geometry(person((400, 300), 150.0, -40.0, 300.0))
    assert np.isnan(part.keypoints[INDEX["nose"]]).all()
    assert part.scale == pytest.approx(whole.scale, rel=0.1)


def test_missing_joints_stay_missing() -> None:
    who = person(SHAPE, 150.0, 30.0, 250.0)
    who.keypoints[INDEX["left_wrist"]] = np.nan
    who.depths[INDEX["left_wrist"]] = np.nan
    canvas = _geometry(who)
    assert np.isnan(canvas.keypoints[INDEX["left_wrist"]]).all()
    assert np.isnan(canvas.depths[INDEX["left_wrist"]])
    assert np.isfinite(canvas.depths).sum() == 30


@pytest.mark.parametrize("height", [120.0, 240.0])
def test_depths_are_at_the_scale_of_the_picture(height: float) -> None:
    """1.75 m of body span BODY_SIDE pixels, so a hand 0.4 m behind the body is 0.4 / 1.75 of that behind it."""
    depths = np.zeros(31)
    depths[INDEX["left_wrist"]] = 0.4
    who = person(SHAPE, 150.0, (SHAPE[0] - height) / 2, height, depths)  # in the middle: the camera has no pitch
    canvas = _geometry(who)
    expected = 0.4 / 1.75 * height * canvas.scale / NETWORK_FOCAL
    assert canvas.depths[INDEX["left_wrist"]] == pytest.approx(expected, rel=0.02)
    assert canvas.depths[INDEX["left_shoulder"]] == pytest.approx(0, abs=0.005)


def test_unknown_scale_leaves_depths_unknown() -> None:
    who = person(SHAPE, 150.0, 30.0, 250.0)
    canvas = _geometry(Person(who.keypoints, who.depths, who.mask))
    assert np.isnan(canvas.depths).all()


def test_camera_of_an_unknown_lens() -> None:
    who = person((400, 400), 200.0, 60.0, 280.0)
    canvas = _geometry(who)
    assert canvas.camera.focal == pytest.approx(ASSUMED_FOCAL * np.hypot(400, 400) * canvas.scale)
    fov = 2 * np.degrees(np.arctan(200 / (ASSUMED_FOCAL * np.hypot(400, 400))))
    assert fov == pytest.approx(50, abs=0.1)
    middle = (CANVAS / 2 - canvas.offset[1]) / canvas.scale
    assert np.tan(canvas.camera.pitch) * canvas.camera.focal == pytest.approx((middle - 200) * canvas.scale)


def test_a_person_who_fills_the_picture_is_at_least_two_steps_away() -> None:
    who = person((400, 400), 200.0, 20.0, 800.0)
    canvas = _geometry(who)
    assert canvas.camera.focal == pytest.approx(ASSUMED_DISTANCE * who.pixels_per_metre * canvas.scale)


def test_camera_of_a_known_lens() -> None:
    who = person((400, 400), 200.0, 110.0, 280.0)
    canvas = frame(Photo(np.zeros((400, 400, 3), np.uint8), focal=1000.0), who)
    assert canvas.camera.focal == pytest.approx(1000 * canvas.scale)
    assert canvas.camera.pitch > 0


@pytest.mark.parametrize("face", [False, True])
def test_who_is_seen_from_behind_is_looked_for_where_the_camera_sees_the_head(
    face: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the face's landmarks turn out to be none: the head is above the middle of the picture, so the camera
    looks up at it."""
    asked: list[tuple] = []
    monkeypatch.setattr("engine.framing.find_head_behind", lambda *given: asked.append(given))
    height, top = 250.0, 55.0
    depths = np.zeros(31)
    depths[INDEX["nose"]] = 0.1
    who = person(SHAPE, 150.0, top, height, depths)
    who = replace(who, face=np.full((468, 3), np.nan) if face else None)
    canvas = frame(photo_of(who), who)
    rgb, mask, points, pixels, scale, rise = asked[0]
    assert rgb is canvas.rgb
    assert mask is canvas.mask
    assert scale == pytest.approx(height / 1.75 * canvas.scale)
    assert pixels[INDEX["nose"]] - pixels[INDEX["left_hip"]] == pytest.approx(0.1 * scale, rel=0.1)
    assert rise == pytest.approx(np.arctan((1024 - points[INDEX["nose"], 1]) / NETWORK_FOCAL), abs=0.03)
    assert rise > 0.1
