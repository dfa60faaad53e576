"""Colours of a head's far half come from its near one, in the light of its own."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.surface.clean import Shell
from engine.surface.halves import with_other_half
from engine.types import Head, HeadSide

H, W = 80, 120
SKIN, MADE, MARK = 150.0, 20.0, 90.0

Float = NDArray[np.float32]

DETAIL = np.ones((H, W, 1), np.float32)


def shell() -> Shell:
    """A slab whose canvas position is (row 30, column 50)."""
    near = np.full((H, W), 1000, np.float32)
    return Shell(near, near + 60, np.ones((H, W), bool), 30, 50)


def side(depth: float, shown: float) -> HeadSide:
    """A part of the canvas of 40 x 60 pixels whose other half is its mirror image."""
    plane = np.ones((40, 60), np.float32)
    columns, rows = np.meshgrid(np.arange(60, dtype=np.float32), np.arange(40, dtype=np.float32))
    return HeadSide(depth * plane, plane, 0 * plane, np.dstack([59 - columns, rows]), shown * plane)


def head(seen: float, shown: float) -> Head:
    plane = np.ones((40, 60), np.float32)
    return Head(side(0, shown), side(60, shown), plane, seen * plane, 0 * plane, 40, 70, 900.0)


def flat(value: float) -> Float:
    return np.full((H, W, 3), value, np.float32)


def marked() -> Float:
    """A photo with a mark left of the head's middle: canvas (45..50, 75..80)."""
    photo = flat(SKIN)
    photo[15:20, 25:30] = MARK
    return photo


def test_the_back_shows_the_near_halfs_mark_on_its_other_side() -> None:
    photo = marked()
    front, back, kept = with_other_half(photo, flat(MADE), DETAIL, photo, shell(), head(1, 1))
    assert (front == photo).all()
    assert (kept == 1).all()
    inside = back[10:50, 20:80]
    assert inside[20, 30, 0] == pytest.approx(SKIN, abs=2)
    mirrored = inside[5:10, 59 - 9 : 59 - 4]
    assert mirrored[1:-1, 1:-1].mean() < MARK + 25
    outside = np.ones((H, W), bool)
    outside[10:50, 20:80] = False
    assert (back[outside] == MADE).all()


def test_what_no_half_shows_stays_made_up() -> None:
    photo = marked()
    front, back, kept = with_other_half(photo, flat(MADE), DETAIL, photo, shell(), head(1, 0))
    assert (back == MADE).all()
    assert (front == photo).all()
    assert (kept == 1).all()


def test_a_near_sheet_that_is_not_seen_takes_the_other_half_and_says_so() -> None:
    front, _, kept = with_other_half(flat(MADE), flat(MADE), DETAIL, flat(SKIN), shell(), head(0, 1))
    assert front[30, 50, 0] == pytest.approx(SKIN, abs=2)
    assert kept[30, 50, 0] < 0.05
    assert kept[2, 2, 0] == 1


def test_the_copy_has_the_light_of_its_own_half() -> None:
    """The head's left half is twice as bright; copies on the right half come near to its darkness."""
    photo = flat(160)
    photo[:, 50:] = 80
    seen = np.ones((40, 60), np.float32)
    seen[:, 52:] = 0
    turned = head(1, 1)
    turned = replace(turned, seen=seen)
    front, _, _ = with_other_half(photo, flat(MADE), DETAIL, photo, shell(), turned)
    assert 75 < front[30, 20 + 56, 0] < 115


def test_where_both_sheets_bend_round_the_camera_sees_nothing() -> None:
    """The near sheet lies on the far side's depth beside the silhouette: its photo is not what is there."""
    photo, bent = flat(SKIN), shell()
    photo[26:35, 20:25] = MARK
    flat_front, _, _ = with_other_half(photo, flat(MADE), DETAIL, photo, bent, head(1, 1))
    assert flat_front[30, 77, 0] == SKIN
    bent.near[:, 75:] += 50
    front, _, detail = with_other_half(photo, flat(MADE), DETAIL, photo, bent, head(1, 1))
    assert front[30, 77, 0] < MARK + 25
    assert detail[30, 77, 0] < 0.05
    assert front[30, 60, 0] == pytest.approx(SKIN, abs=1)
    assert detail[30, 60, 0] == 1


def test_what_a_head_shows_goes_up_to_a_silhouette_that_is_a_little_farther_out() -> None:
    """The head ends two pixels before the silhouette, and at its neck ten pixels above the end of the shell."""
    both = head(1, 1)
    known = np.zeros((40, 60), np.float32)
    known[:30, 2:] = 1
    both = replace(both, **{name: replace(getattr(both, name), weight=known) for name in ("near", "far")})
    mask = np.zeros((H, W), bool)
    mask[:, 20:] = True
    body = replace(shell(), mask=mask)
    front, back, kept = with_other_half(flat(SKIN), flat(MADE), DETAIL, flat(SKIN), body, both)
    np.testing.assert_allclose(front[:, 20:80], SKIN, atol=1)
    np.testing.assert_allclose(kept[10:40, 20:80], 1, atol=0.01)
    np.testing.assert_allclose(back[10:40, 20:80], SKIN, atol=1)
    assert (back[43:50, 20:80] == MADE).all()
    assert (back[10:40, :20] == MADE).all()


def test_detail_is_left_away_where_a_pixel_stands_for_many() -> None:
    """Stripes of the photo, copied to a half that is ten times as narrow."""
    stripes = flat(SKIN)
    stripes[:, ::4] = MARK
    both = head(1, 1)
    far = replace(both.far, source=np.array([10, 1], np.float32) * both.far.source % 60)
    backs = [with_other_half(stripes, flat(MADE), DETAIL, stripes, shell(), replace(both, far=side))[1]
             for side in (both.far, far)]  # fmt: skip
    sharp, coarse = (np.diff(back[20:40, 30:70, 0], axis=1).std() for back in backs)
    assert sharp > 10
    assert coarse < 0.5 * sharp


def test_a_head_beside_the_shell_changes_nothing() -> None:
    photo = marked()
    for row, column in ((500, 70), (40, 400)):
        far_off = replace(head(1, 1), row=row, column=column)
        front, back, kept = with_other_half(photo, flat(MADE), DETAIL, photo, shell(), far_off)
        assert (front == photo).all()
        assert (back == MADE).all()
        assert (kept == 1).all()


def test_a_head_that_reaches_over_the_shell_is_cut_off_there() -> None:
    front, back, kept = with_other_half(marked(), flat(MADE), DETAIL, marked(), shell(), replace(head(1, 1), row=10))
    assert front.shape == back.shape == (H, W, 3)
    assert kept.shape == (H, W, 1)
    assert back[19, 40, 0] == pytest.approx(SKIN, abs=5)
    assert (back[21:] == MADE).all()


def test_a_hand_before_the_face_keeps_its_colours_and_gives_none() -> None:
    """It is where the mark is, 15 cm before the left half; the right half is turned away."""
    photo, before = marked(), shell()
    before.near[15:20, 25:30] -= 135
    seen = np.ones((40, 60), np.float32)
    seen[:, :30] = 0
    front, back, kept = with_other_half(photo, flat(MADE), DETAIL, photo, before, replace(head(1, 1), seen=seen))
    assert (front[16:19, 26:29] == MARK).all()
    assert (kept[16:19, 26:29] == 1).all()
    assert np.abs(back[10:50, 20:80] - SKIN).max() < 12
