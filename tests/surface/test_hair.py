"""Colours of hair on the far sheet."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.surface.clean import Shell
from engine.surface.hair import with_hair_behind
from engine.types import Head, HeadSide

SIDE, ROW, COLUMN = 120, 30, 40
HAIR, SKIN = 40.0, 180.0

Float = NDArray[np.float32]


def shell() -> Shell:
    near = np.full((SIDE + 60, SIDE + 60), 1000, np.float32)
    return Shell(near, near + 100, np.ones_like(near, bool), ROW - 20, COLUMN - 10)


def head(hair: Float, strands: float = 0.0) -> Head:
    plane = np.ones((SIDE, SIDE), np.float32)
    side = HeadSide(0 * plane, plane, hair, np.zeros((SIDE, SIDE, 2), np.float32), 0 * plane)
    return Head(side, side, plane, plane, strands * plane, ROW, COLUMN, 900.0)


def left_of(column: int) -> Float:
    return np.repeat((np.arange(SIDE) < column).astype(np.float32)[None], SIDE, 0)


def painted(skin_from: int) -> Float:
    """Hair, and skin from a column of the head on."""
    colors = np.full((SIDE + 60, SIDE + 60, 3), HAIR, np.float32)
    colors[:, 10 + skin_from :] = SKIN
    return colors


def behind(back: Float, shell: Shell, head: Head) -> Float:
    """The far sheet's colours, where the camera sees the near one well."""
    return with_hair_behind(back, back, np.ones((*back.shape[:2], 1), np.float32), shell, head)[1]


def test_it_reaches_up_to_the_ear_although_the_photo_shows_skin_there() -> None:
    made = behind(painted(skin_from=78), shell(), head(left_of(90)))
    assert np.abs(made[60:100, 10 + 40 : 10 + 89] - HAIR).max() < 2
    assert (made[60:100, 10 + 90 :] == SKIN).all()


def test_without_hair_colours_stay() -> None:
    given = painted(skin_from=78)
    assert (behind(given, shell(), head(left_of(0), strands=0.2)) == given).all()


def test_strands_are_seen_on_hair_alone_within_what_colours_can_be() -> None:
    made = behind(painted(skin_from=90), shell(), head(left_of(90), strands=0.25))
    assert made[80, 10 + 40, 0] == pytest.approx(HAIR * np.exp(0.25), abs=0.5)
    assert (made[80, 10 + 91 :] == SKIN).all()
    assert (made[:15] == painted(skin_from=90)[:15]).all()
    assert behind(np.full((SIDE + 60, SIDE + 60, 3), 250, np.float32), shell(), head(left_of(90), 0.25)).max() <= 255


def test_the_wall_behind_an_ear_is_hair() -> None:
    """The ear's back lies 50 pixels before the skull; the wall between is three columns wide."""
    body = shell()
    rise = np.interp(np.arange(SIDE + 60), (10 + 89, 10 + 93), (50, 0)).astype(np.float32)
    body = replace(body, far=body.far - 50 + rise)
    made = behind(painted(skin_from=90), body, head(left_of(90)))
    assert (made[60:100, 10 + 90 : 10 + 93] < HAIR + 2).all()
    assert (made[60:100, 10 + 96 :] == SKIN).all()


def test_the_given_colours_are_not_written_to() -> None:
    given = painted(skin_from=78)
    behind(given, shell(), head(left_of(90), strands=0.2))
    assert (given == painted(skin_from=78)).all()


def test_of_two_deeper_ends_the_deepest_counts_and_only_on_the_head() -> None:
    body = shell()
    far = np.full_like(body.far, 1100)
    far[:, :100], far[:80, 100:] = 1110, 1150
    colors = painted(skin_from=90)
    colors[:, :100], colors[:80, 100:] = 140, 90
    made = behind(colors, replace(body, far=far), head(left_of(0)))
    assert made[80, 100, 0] == 90
    assert made[85, 100, 0] == 140
    none = head(left_of(0))
    none = replace(none, far=replace(none.far, weight=left_of(0)))
    assert (behind(colors, replace(body, far=far), none) == colors).all()


def test_it_comes_round_the_silhouette_where_the_camera_does_not_see_it() -> None:
    """Skin on the near sheet, as of the upper rim of an ear: within four pixels of the silhouette it is hair."""
    body, skin = shell(), np.full((SIDE + 60, SIDE + 60, 3), SKIN, np.float32)
    body = replace(body, mask=np.pad(np.ones((SIDE + 60, 100), bool), ((0, 0), (0, SIDE - 40))))
    seen = np.zeros((SIDE + 60, SIDE + 60, 1), np.float32)
    seen[90:] = 1
    near, _ = with_hair_behind(skin, painted(skin_from=SIDE), seen, body, head(left_of(SIDE)))
    assert np.abs(near[40:80, 97:100] - HAIR).max() < 2
    assert (near[40:80, :85] == SKIN).all()
    assert (near[90:] == SKIN).all()


def test_it_goes_on_to_the_silhouette_beyond_the_outline_of_the_head() -> None:
    """The head as it is drawn ends three pixels before the silhouette, and its hair two pixels before that."""
    body = shell()
    body = replace(body, mask=np.pad(np.ones((SIDE + 60, 93 + 10), bool), ((0, 0), (0, SIDE - 43))))
    part = head(left_of(90))
    part = replace(part, far=replace(part.far, weight=left_of(90)))
    assert np.abs(behind(painted(skin_from=85), body, part)[60:100, 60:102] - HAIR).max() < 5


@pytest.mark.parametrize("away", [(1000, 0), (0, 1000)])
def test_a_head_beside_the_shell_changes_nothing(away: tuple[int, int]) -> None:
    given, beside = painted(skin_from=78), replace(head(left_of(90), 0.2), row=ROW + away[0], column=COLUMN + away[1])
    assert (behind(given, shell(), beside) == given).all()
