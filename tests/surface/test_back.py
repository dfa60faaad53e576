"""Parts of the body on the grid, and how far down the back an outer garment goes."""

import numpy as np
import pytest

from engine.skeleton import INDEX, KEYPOINTS
from engine.surface.back import _clothes, _outer_garment, _seen, _texture, _without_arms, _without_gaps
from engine.surface.segments import ARMS, TORSO, segment

SHAPE = (160, 120)
HEIGHTS = {"nose": 20, "eye": 18, "ear": 19, "shoulder": 35, "elbow": 52, "wrist": 68, "hip": 72, "knee": 105,
           "ankle": 140, "toe": 146, "heel": 144, "finger": 74}  # fmt: skip


def keypoints(elbow: float = 26.0) -> np.ndarray:
    """A standing person around column 60; elbow: how far the elbows and hands are from there."""
    points = np.zeros((31, 2))
    for i, name in enumerate(KEYPOINTS):
        part = next(part for part in HEIGHTS if part in name)
        side = 1 if name.startswith("left") else -1 if name.startswith("right") else 0
        far = {"shoulder": 15, "elbow": elbow, "wrist": elbow, "finger": elbow, "hip": 9, "knee": 9}.get(part, 8)
        points[i] = 60 + side * far * (part not in ("eye", "ear")) + side * 3 * (part in ("eye", "ear")), HEIGHTS[part]
    return points


def test_a_thin_arm_is_an_arm_and_one_before_the_trunk_is_trunk_from_behind() -> None:
    points = keypoints(elbow=15)
    row, column = points[INDEX["left_elbow"]].astype(int)[::-1]
    thin = segment(points, np.full(SHAPE, 8, np.float32))
    assert thin.label[row, column] in ARMS
    assert not thin.crossed.any()
    deep = segment(points, np.full(SHAPE, 40, np.float32))
    assert deep.label[row, column] == TORSO
    assert deep.crossed[row, column]
    assert not np.isin(deep.label, ARMS).any()


def test_what_is_far_from_every_bone_hangs_loose() -> None:
    parts = segment(keypoints(), np.full(SHAPE, 8, np.float32))
    hip = keypoints()[INDEX["left_hip"]].astype(int)
    assert not parts.loose[hip[1], hip[0]]
    assert parts.loose[110, 100]


@pytest.mark.parametrize(("gap", "hem"), [(10, 79), (30, 39)])
def test_arms_may_hide_a_part_of_a_garment_but_not_half_of_it(gap: int, hem: int) -> None:
    seen = np.zeros(100, bool)
    seen[:40] = seen[40 + gap : 80] = True
    assert np.flatnonzero(_without_gaps(seen, size=40))[-1] == hem
    assert not _without_gaps(np.zeros(10, bool), size=40).any()


def test_a_garment_is_seen_where_its_share_is_large() -> None:
    step = np.repeat(np.arange(20), 10).reshape(20, 10)
    like = np.zeros((20, 10), bool)
    like[:10, :4] = like[10:, :1] = True
    seen = _seen(like, np.ones_like(like), step, 0.25)
    assert seen[:8].all()
    assert not seen[12:].any()


def test_an_open_coat_covers_the_back_of_the_dress() -> None:
    """Grey at the shoulders and beside the body down to the thighs, red in the middle: grey behind."""
    points, mask = keypoints(), np.zeros(SHAPE, bool)
    mask[14:120, 40:81] = mask[30:120, 25:96] = True
    picture = np.full((*SHAPE, 3), (160, 20, 30), np.float32)
    picture[30:46] = picture[30:, :48] = picture[30:, 73:] = (90, 90, 95)
    picture[:30] = (220, 180, 160)
    parts = segment(points, np.full(SHAPE, 8, np.float32))
    covered, garment = _outer_garment(picture, mask, mask, parts)
    assert covered[60:95, 50:71].all()
    assert (picture[garment] == (90, 90, 95)).all()
    assert np.abs(_clothes(picture, mask, mask, parts)[66, 50:71] - (90, 90, 95)).max() < 1
    shirt = picture.copy()
    shirt[30:] = (160, 20, 30)
    shirt[30:66] = (90, 90, 95)
    assert not _outer_garment(shirt, mask, mask, parts)[0][90:].any()
    assert np.abs(_clothes(shirt, mask, mask, parts)[100, 60] - (160, 20, 30)).max() < 1


@pytest.mark.parametrize("sleeves", [False, True])
def test_bare_arms_beside_the_trunk_are_not_its_clothes(sleeves: bool) -> None:
    points, mask = keypoints(), np.zeros(SHAPE, bool)
    mask[30:120, 25:96] = True
    shirt, skin = (90, 90, 95), (220, 170, 150)
    picture = np.full((*SHAPE, 3), shirt, np.float32)
    picture[:, :45] = picture[:, 76:] = shirt if sleeves else skin
    parts = segment(points, np.full(SHAPE, 8, np.float32))
    trunk = mask & (parts.label == TORSO)
    kept = _without_arms(picture, trunk, parts)
    assert (picture[kept] == shirt).all()
    assert kept.sum() > 0.4 * trunk.sum()
    assert not sleeves or (kept == trunk).all()


@pytest.mark.parametrize("worn", [0, 1])
def test_the_weave_goes_around_with_its_cloth(worn: int) -> None:
    """Stripes of one pixel: the back has them where it shows the front's cloth, else noise as strong."""
    front = np.full((*SHAPE, 3), 100, np.float32)
    front[:, ::2] = 110
    back = _texture(np.full_like(front, 80), front, np.full(SHAPE, worn, np.float32), np.ones(SHAPE, bool))
    inner, stripes = back[20:-20, 20:-20, 0] - 80, front[20:-20, 20:-20, 0] - 105
    assert abs(np.corrcoef(inner.ravel(), stripes.ravel())[0, 1] - worn) < 0.1
    assert 2 < inner.std() < 6
