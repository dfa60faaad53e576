"""Flat soles for feet that stand on the floor."""

from dataclasses import replace
from math import cos, sin

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.camera import CANVAS, Camera, from_world, project, to_world, unproject
from engine.networks.feet import with_feet
from engine.skeleton import INDEX
from engine.types import Canvas, Maps

FLOOR, SHANK, FOOT, RADIUS = -0.36, 0.18, 0.1, 0.022
"""Heights and lengths in camera units."""


def foot(camera: Camera, side: str = "left", aside: float = 0.08, turn: float = 0.0, lift: float = 0.0) -> Canvas:
    """Key points of a foot with its heel at the body's centre, its toe `turn` radians aside of the camera and its heel
    `lift` units above its toe; no pixel is anybody's."""
    heel = np.array([aside, 0, FLOOR + RADIUS + lift])
    toe = heel + np.array([FOOT * sin(turn), -FOOT * cos(turn), -lift])
    ankle = heel + np.array([0, -0.01, 0.04])
    knee = ankle + np.array([0, 0, SHANK])
    points, depths = np.full((31, 2), np.nan), np.full(31, np.nan)
    for name, place in {"heel": heel, "big_toe": toe, "small_toe": toe, "ankle": ankle, "knee": knee}.items():
        seen = from_world(place[None], camera)
        points[INDEX[f"{side}_{name}"]] = np.concatenate(project(seen, camera))
        depths[INDEX[f"{side}_{name}"]] = seen[0, 2]
    nothing = np.zeros((CANVAS, CANVAS), bool)
    return Canvas(np.zeros((CANVAS, CANVAS, 3), np.uint8), nothing, points, depths, camera)


def together(one: Canvas, other: Canvas) -> Canvas:
    known = np.isfinite(other.depths)
    points = np.where(known[:, None], other.keypoints, one.keypoints)
    return replace(one, keypoints=points, depths=np.where(known, other.depths, one.depths))


def drawn(canvas: Canvas) -> Maps:
    """Feet and shanks as round capsules along the key points, in depth maps."""
    front, back = np.zeros((2, CANVAS, CANVAS), np.float32)
    known = canvas.keypoints[np.isfinite(canvas.depths)].astype(int)
    (left, top), (right, bottom) = known.min(axis=0) - 90, known.max(axis=0) + 90
    rows, columns = np.mgrid[top:bottom, left:right]
    depth = np.linspace(1.5, 2.6, 160, dtype=np.float32)
    for side in ("left", "right"):
        heel, toe, ankle, knee = (_place(canvas, f"{side}_{n}") for n in ("heel", "big_toe", "ankle", "knee"))
        if not np.isfinite(heel).all():
            continue
        for step in depth:
            x, y, z = unproject(np.full(rows.size, step), columns.ravel(), rows.ravel(), canvas.camera).T
            points = to_world(np.stack([x, y, z], -1), canvas.camera)
            inside = np.minimum(_away(points, heel, toe), _away(points, ankle, knee)).reshape(rows.shape) < RADIUS
            first = inside & (front[rows, columns] == 0)
            front[rows[first], columns[first]] = step
            back[rows[inside], columns[inside]] = step
    return Maps(front, np.where(front > 0, np.maximum(back, front + 1e-3), 0).astype(np.float32))


def _place(canvas: Canvas, name: str) -> np.ndarray:
    (column, row), depth, camera = canvas.keypoints[INDEX[name]], canvas.depths[INDEX[name]], canvas.camera
    ray = unproject(np.array([2.0]), np.array([column]), np.array([row]), camera)[0]
    growth = (1 + depth / camera.distance) / (1 + ray[2] / camera.distance)
    return np.asarray(to_world(np.array([[ray[0] * growth, ray[1] * growth, depth]]), camera)[0])


def _away(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    along = end - start
    share = ((points - start) @ along / (along @ along)).clip(0, 1)
    return np.asarray(np.linalg.norm(points - start - share[:, None] * along, axis=1))


def heights(depth: np.ndarray, canvas: Canvas) -> np.ndarray:
    rows, columns = np.nonzero(depth)
    return np.asarray(to_world(unproject(depth[rows, columns], columns, rows, canvas.camera), canvas.camera)[:, 2])


def laid(canvas: Canvas) -> tuple[Maps, Maps]:
    """Maps before and after."""
    maps = drawn(canvas)
    before = Maps(maps.front.copy(), maps.back.copy())
    framed = replace(canvas, mask=maps.mask)
    assert with_feet(maps, framed) is maps
    return before, maps


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(st.floats(-0.05, 0.15), st.floats(-1.0, 1.0), st.floats(0.7, 1.2))
def test_a_round_sole_becomes_flat(pitch: float, turn: float, zoom: float) -> None:
    camera = Camera(Camera().focal * zoom, pitch)
    before, after = laid(foot(camera, turn=turn))
    canvas = foot(camera)
    lowest = heights(before.back, canvas).min()
    flat = (np.abs(heights(m.back, canvas) - lowest) < 0.003 for m in (before, after))
    rounded, level = (int(f.sum()) for f in flat)
    assert level > 1.3 * rounded
    assert heights(after.back, canvas).min() > lowest - 0.004
    assert heights(after.front, canvas).min() > lowest - 0.004
    np.testing.assert_array_equal(after.mask, before.mask)
    assert (after.front <= after.back).all()


def test_only_the_foot_changes() -> None:
    canvas = foot(Camera())
    before, after = laid(canvas)
    high = heights(before.back, canvas) > FLOOR + 0.6 * SHANK
    rows, columns = np.nonzero(before.back)
    np.testing.assert_array_equal(after.back[rows[high], columns[high]], before.back[rows[high], columns[high]])


def test_a_lifted_heel_stays() -> None:
    before, after = laid(foot(Camera(), lift=0.03))
    np.testing.assert_array_equal(after.back, before.back)
    np.testing.assert_array_equal(after.front, before.front)


def test_a_foot_in_the_air_stays_and_the_other_one_stands() -> None:
    standing = foot(Camera())
    flying = foot(Camera(), "right", aside=0.18)
    flying = replace(flying, keypoints=flying.keypoints - [0, 60])
    before, after = laid(together(standing, flying))
    changed = before.back != after.back
    middle = (standing.keypoints[INDEX["left_heel"], 0] + flying.keypoints[INDEX["right_heel"], 0]) / 2
    assert changed[:, : int(middle)].any()
    assert not changed[:, int(middle) + 1 :].any()


def test_who_is_seen_from_the_floor_stays() -> None:
    before, after = laid(foot(Camera(pitch=-0.4)))
    np.testing.assert_array_equal(after.back, before.back)


def test_without_key_points_nothing_changes() -> None:
    canvas = foot(Camera())
    front = np.zeros((CANVAS, CANVAS), np.float32)
    front[1600:1800, 1000:1200] = 2
    maps = Maps(front, 1.1 * front)
    before = maps.back.copy()
    nowhere = replace(canvas, keypoints=np.full((31, 2), np.nan), depths=np.full(31, np.nan), mask=maps.mask)
    with_feet(maps, nowhere)
    np.testing.assert_array_equal(maps.back, before)


def test_nobody() -> None:
    empty = np.zeros((CANVAS, CANVAS), np.float32)
    assert not with_feet(Maps(empty, empty.copy()), foot(Camera())).mask.any()
