"""Photos of people in rooms, and how masks are judged."""

import numpy as np
import pytest

from engine.evaluation.masks import compare_masks, mask_table, photograph
from engine.render.mesh import TexturedMesh
from engine.render.turntable import from_mesh
from engine.skeleton import INDEX, KEYPOINTS
from engine.types import Mesh


def square(low: int, high: int, size: int = 400) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[low:high, low:high] = True
    return mask


def points(**known: tuple[float, float]) -> np.ndarray:
    found = np.full((len(KEYPOINTS), 2), np.nan)
    for name, point in known.items():
        found[INDEX[name]] = point
    return found


def test_the_true_mask_has_no_fault() -> None:
    row = compare_masks("who", square(100, 300), square(100, 300), points())
    assert (row.iou, row.contour, row.gross, row.feet, row.hands) == (1, 0, 0, 0, 0)


def test_a_shifted_contour_is_measured_in_canvas_pixels() -> None:
    row = compare_masks("who", square(98, 302), square(100, 300), points())
    assert row.contour == pytest.approx(2 * 1569 / 200, rel=0.05)
    assert row.iou == pytest.approx((200 / 204) ** 2)


def test_a_lump_at_the_feet_is_told_from_others() -> None:
    truth = square(100, 300)
    found = truth.copy()
    found[290:300, 300:310] = True
    row = compare_masks("who", found, truth, points(left_heel=(300, 295), left_wrist=(100, 100)))
    assert row.feet == row.gross
    assert 0 < row.gross <= 1000 * 100 / truth.sum()
    assert row.hands == 0


def box() -> TexturedMesh:
    corners = np.array([(x, y, z) for x in (-0.2, 0.2) for y in (-0.1, 0.1) for z in (0, 1.7)], np.float32)
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], np.int32)
    return from_mesh(Mesh(corners, faces, np.full((8, 3), (180, 60, 40), np.uint8)))


def test_photos_show_the_person_where_the_mask_is() -> None:
    photo, truth = photograph(box(), np.random.default_rng(3))
    again, _ = photograph(box(), np.random.default_rng(3))
    assert (photo.rgb == again.rgb).all()
    assert photo.rgb.shape[:2] == truth.shape
    assert 640 <= len(truth) <= 2048
    red = photo.rgb[..., 0].astype(int) - photo.rgb[..., 2]
    assert np.median(red[truth]) > 30
    assert 0.05 < truth.mean() < 0.5


def test_the_table_ends_with_the_mean() -> None:
    rows = [compare_masks(str(k), square(100 - k, 300), square(100, 300), points()) for k in (0, 10)]
    last = mask_table(rows).splitlines()[-1].split()
    assert last[0] == "mean"
    assert float(last[1]) == pytest.approx((rows[0].iou + rows[1].iou) / 2, abs=1e-4)
