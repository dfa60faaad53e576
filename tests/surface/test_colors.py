"""Front from the photo, no background at the contour, no copy of the front on the back."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from analytic_maps import canvas_of, ellipsoid, maps_of

from engine import reconstruct
from engine.camera import CANVAS
from engine.skeleton import INDEX
from engine.surface import build, construct, weld
from engine.surface.colors import SheetColors, paint
from engine.types import Mesh, Photo, Settings

RED, BLUE, GREEN, WHITE = np.array([[200, 30, 30], [30, 30, 200], [0, 255, 0], [250, 250, 250]], np.uint8)
HAIR = np.array([60, 40, 20], np.uint8)
SAMPLE = Path(__file__).parents[2] / "docs/images/sample_person.jpg"


@pytest.fixture(scope="module")
def dressed() -> Mesh:
    """A red top with a white print over blue trousers, before a green wall, on one ellipsoid."""
    maps = maps_of(ellipsoid((0, 0, 1), (0.05, 0.12, 0.05)))
    picture = np.broadcast_to(GREEN, (CANVAS, CANVAS, 3)).copy()
    rows = np.arange(CANVAS)[:, None]
    picture[maps.mask & (rows < 1024)], picture[maps.mask & (rows >= 1024)] = RED, BLUE
    picture[900:960, 990:1058] = WHITE
    picture = cv2.GaussianBlur(picture, (0, 0), 1.2)
    canvas, photo = canvas_of(maps, picture)
    return build(maps, canvas, photo, Settings(height=2.4))[0]


def _close(colors: np.ndarray, wanted: np.ndarray, tolerance: float = 40) -> np.ndarray:
    return np.linalg.norm(colors.astype(float) - wanted, axis=1) < tolerance


def test_no_background_anywhere(dressed: Mesh) -> None:
    assert (dressed.colors[:, 1].astype(int) - dressed.colors[:, [0, 2]].max(axis=1) < 25).all()


def test_print_stays_in_front(dressed: Mesh) -> None:
    white = _close(dressed.colors, WHITE)
    front = dressed.vertices[:, 1] < 0
    assert np.count_nonzero(white & front) > 3000
    assert np.count_nonzero(white & ~front) == 0


def test_hem_keeps_its_height_on_the_back(dressed: Mesh) -> None:
    back, z = dressed.vertices[:, 1] > 0.1, dressed.vertices[:, 2]
    assert _close(dressed.colors[back & (z > 1.3)], RED).mean() > 0.9
    assert _close(dressed.colors[back & (z < 1.1)], BLUE).mean() > 0.9


def test_back_of_the_head_is_hair_not_face() -> None:
    """Of the sample person's photo, from key points and depths as they are found."""
    result = reconstruct(SAMPLE, Settings(detail="low"))
    canvas, mesh = result.canvas, result.mesh
    nose, eyes, ears = canvas.keypoints[0], canvas.keypoints[1:3].mean(axis=0), canvas.keypoints[3:5]
    middle = int(ears[:, 0].mean())
    top = int(np.flatnonzero(canvas.mask[:, middle])[0])
    face, hair = (_median(canvas.rgb, *at) for at in (nose, (middle, top + 0.2 * (eyes[1] - top))))
    assert np.linalg.norm(face - hair) > 60
    height, depth = mesh.vertices[:, 2], mesh.vertices[:, 1]
    head = height > 0.94 * height.max()
    behind = mesh.colors[head & (depth > np.quantile(depth[head], 0.7))].astype(float)
    like_hair = np.linalg.norm(behind - hair, axis=1) < np.linalg.norm(behind - face, axis=1)
    assert like_hair.mean() > 0.95


def _median(picture: np.ndarray, x: float, y: float) -> np.ndarray:
    """The usual colour around a pixel."""
    around = picture[int(y) - 5 : int(y) + 6, int(x) - 5 : int(x) + 6]
    return np.median(around.reshape(-1, 3), axis=0)


def test_the_back_of_a_head_keeps_its_colour_when_seen_from_behind() -> None:
    """A head with dark hair all over on a red trunk."""
    head, trunk = ellipsoid((0, -0.12, 1), (0.025, 0.04, 0.03)), ellipsoid((0, 0.05, 1), (0.06, 0.15, 0.04))
    maps = maps_of(head, trunk)
    picture = np.zeros((CANVAS, CANVAS, 3), np.uint8)
    picture[:], picture[:840] = RED, HAIR
    points = np.full((31, 2), np.nan)
    for name, x, y in (
        ("left_shoulder", 938, 880), ("right_shoulder", 1110, 880), ("left_hip", 968, 1200), ("right_hip", 1080, 1200),
        ("left_ankle", 988, 1440), ("right_ankle", 1060, 1440),
    ):  # fmt: skip
        points[INDEX[name]] = x, y
    canvas, photo = canvas_of(maps, picture, points)
    mesh = build(maps, canvas, photo, Settings(height=1.75))[0]
    assert _close(mesh.colors[mesh.vertices[:, 2] > 1.5], HAIR).mean() > 0.95


def test_colors_come_from_the_full_photo() -> None:
    maps = maps_of(ellipsoid((0, 0, 1), (0.05, 0.12, 0.05)))
    canvas, _ = canvas_of(maps)
    large = np.zeros((900, 700, 3), np.uint8)
    large[:, :, 0] = np.linspace(0, 255, 700).astype(np.uint8)
    canvas = replace(canvas, scale=2.0, offset=(300.0, 200.0))
    mesh, _ = build(maps, canvas, Photo(large), Settings(height=2.4))
    front = mesh.vertices[:, 1] < -0.3
    column = CANVAS / 2 + mesh.vertices[front, 0] / 10 / (1 + mesh.vertices[front, 1] / 10) * 2195.975
    expected = ((column - 300) / 2 - 0.5) / 699 * 255
    assert np.abs(mesh.colors[front, 0] - expected).mean() < 3


def test_hues_of_the_background_do_not_bleed_into_the_sides() -> None:
    """A grey body before green, as a picture with halved hues stores it, enlarged three times."""
    maps = maps_of(ellipsoid((0, 0, 1), (0.05, 0.12, 0.05)))
    small = cv2.resize(maps.mask.astype(np.uint8), None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA) > 0
    picture = np.where(small[..., None], np.uint8(90), GREEN)
    halved = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    halved[..., 1:] = cv2.GaussianBlur(halved[..., 1:], (0, 0), 2.0)
    seen = cv2.cvtColor(halved, cv2.COLOR_YCrCb2RGB)
    canvas, _ = canvas_of(maps, cv2.resize(seen, (CANVAS, CANVAS)))
    mesh, _ = build(maps, replace(canvas, scale=3.0), Photo(seen), Settings(height=2.4))
    assert np.percentile(np.ptp(mesh.colors.astype(int), axis=1), 95) < 25


def test_what_a_limb_hides_goes_on_from_its_edge_and_soon_has_the_backs_colour() -> None:
    maps = maps_of(ellipsoid((0, 0, 1), (0.06, 0.12, 0.05)), ellipsoid((0, 0, 0.9), (0.09, 0.03, 0.016)))
    canvas, photo = canvas_of(maps)
    surface = construct(maps, canvas, photo, Settings(detail="low"))
    red, blue = (np.full_like(surface.colors.front, color) for color in (RED, BLUE))
    solid = surface.solid
    painted = paint(solid, surface.shell, SheetColors(red, blue, red, np.ones_like(surface.colors.seen)))
    hidden, near, far = ((solid.sheets >> sheet) & 1 == 1 for sheet in (weld.HIDDEN, weld.NEAR, weld.FAR))
    inner = hidden & ~near & ~far
    assert inner.sum() > 100
    away = np.linalg.norm(painted[inner].astype(float) - RED, axis=1)
    apart = np.linalg.norm(RED.astype(float) - BLUE)
    assert away.min() < 0.7 * apart  # the nearest vertices of this level lie some pixels behind the edge
    assert away.max() > 0.9 * apart


def test_a_vertex_has_the_colour_of_its_own_place() -> None:
    """Colours that grow to the right: vertices are moved beside their pixels along the silhouette, by up to 0.7."""
    maps = maps_of(ellipsoid((0, 0, 1), (0.06, 0.12, 0.05)))
    canvas, photo = canvas_of(maps)
    surface = construct(maps, canvas, photo, Settings(detail="full"))
    solid, width = surface.solid, surface.shell.mask.shape[1]
    columns = np.tile(np.arange(width, dtype=np.float32) % 40 * 6, (len(surface.shell.mask), 1))
    ramp = np.repeat(columns[..., None], 3, axis=2)
    painted = paint(solid, surface.shell, SheetColors(ramp, ramp, ramp, np.ones_like(surface.colors.seen)))
    place = solid.columns - surface.shell.column
    moved = np.abs(place - solid.pixel % width) > 0.2
    even = (place % 40 < 38) & (place % 40 > 1) & surface.shell.mask.ravel()[solid.pixel]
    beside = np.abs(painted[:, 0] - place % 40 * 6)[moved & even & (solid.sheets < 1 << weld.RIM)]
    assert len(beside) > 1000
    assert np.median(beside) < 0.6
    assert (beside < 1.5).mean() > 0.9


def test_parts_before_each_other_keep_their_colours_along_a_slanted_cut() -> None:
    """A red bar before a blue body: vertices of the cut are moved beside their pixels as well."""
    maps = maps_of(ellipsoid((0, 0, 1), (0.08, 0.12, 0.05)), ellipsoid((0, 0, 0.85), (0.02, 0.06, 0.016)))
    canvas, photo = canvas_of(maps)
    surface = construct(maps, canvas, photo, Settings(detail="full"))
    solid, shell = surface.solid, surface.shell
    bar = shell.near < (shell.near[shell.mask].min() + shell.near[shell.mask].max()) / 2
    colors = np.where(bar[..., None], np.float32([200, 0, 0]), np.float32([0, 0, 200]))
    painted = paint(solid, shell, SheetColors(colors, colors, colors, np.ones_like(surface.colors.seen)))
    inner = 1 << weld.BEHIND | 1 << weld.HIDDEN
    cut = ((solid.sheets & inner) != 0) & ((solid.sheets >> weld.NEAR) & 1 == 1)
    moved = np.abs(solid.columns - shell.column - solid.pixel % shell.mask.shape[1]) > 0.1
    assert (cut & moved).sum() > 50
    assert np.isin(painted[cut & moved, 0], (0, 200)).all()
