"""Colours of the side that the camera sees."""

from dataclasses import replace

import numpy as np
import pytest

from engine.camera import Camera
from engine.surface.clean import Shell
from engine.surface.front import front_colors
from engine.types import Canvas, Parts, Photo

HEIGHT, WIDTH, BORDER = 160, 240, 120
DARK, LIGHT = 40, 200
ROWS = slice(30, -30)


def shell(jump: float) -> Shell:
    """A trunk on the left, and so many pixels behind it an arm on the right."""
    left = np.arange(WIDTH) < BORDER
    near = np.broadcast_to(np.where(left, 0, jump), (HEIGHT, WIDTH)).astype(np.float32)
    label = np.broadcast_to(np.where(left, Parts.TRUNK, 1), (HEIGHT, WIDTH)).astype(np.uint8)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[10:-10, 10:-10] = True
    return Shell(near, near + 60, mask, 0, 0, Parts(label, label, near, near))


def colors(body: Shell, change: int) -> np.ndarray:
    """(WIDTH,) brightness in the middle rows, of a photo that is dark left of a column and light from there on."""
    picture = np.where(np.arange(WIDTH)[None, :, None] < change, np.uint8(DARK), np.uint8(LIGHT))
    rgb = np.ascontiguousarray(np.broadcast_to(picture, (HEIGHT, WIDTH, 3)))
    nowhere = np.full((31, 2), np.nan)
    canvas = replace(Canvas(rgb, body.mask, nowhere, nowhere[:, 0], Camera()), scale=1.0, offset=(0.0, 0.0))
    return front_colors(body, canvas, Photo(rgb))[ROWS].mean(axis=(0, 2))


@pytest.mark.parametrize("off", [-5, 0, 5])
def test_each_part_has_its_own_colours_up_to_a_step(off: int) -> None:
    """There a pixel covers a long way into the depth, and the border may be some pixels off."""
    found = colors(shell(60), BORDER + off)
    np.testing.assert_allclose(found[20:BORDER], DARK, atol=2)
    np.testing.assert_allclose(found[BORDER:-20], LIGHT, atol=2)


def test_where_there_is_no_step_the_photo_stays_as_it_is() -> None:
    found = colors(shell(5), BORDER + 5)
    np.testing.assert_allclose(found[BORDER : BORDER + 5], DARK, atol=2)


def test_a_hand_keeps_its_colours() -> None:
    """Fingers have nothing inside."""
    body = shell(60)
    assert body.parts is not None
    front = body.parts.front.copy()
    front[:, BORDER:] = Parts.HAND
    found = colors(replace(body, parts=replace(body.parts, front=front)), BORDER + 5)
    np.testing.assert_allclose(found[BORDER : BORDER + 5], DARK, atol=2)


def test_a_strip_of_a_part_beyond_another_keeps_its_colours() -> None:
    """Those of the same part on the other side are others."""
    body = shell(60)
    assert body.parts is not None
    front, near = body.parts.front.copy(), body.near.copy()
    strip = np.s_[:, BORDER + 30 : BORDER + 40]
    front[strip], near[strip] = Parts.TRUNK, 0
    found = colors(replace(body, near=near, parts=replace(body.parts, front=front)), BORDER)
    np.testing.assert_allclose(found[BORDER + 30 : BORDER + 40], LIGHT, atol=2)
