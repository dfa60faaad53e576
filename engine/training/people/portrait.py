"""A studio picture of one person, as a photographer would take it: the sample of the demo."""

from math import radians

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, Camera
from engine.render.maps import RenderedView, render_maps
from engine.render.shading import NEUTRAL
from engine.render.view import View, Window
from engine.training.people.person import SyntheticPerson

WIDTH, HEIGHT = 1200, 1600
_STEP = 1.2
_WALL, _FLOOR = np.array([206, 208, 206]), np.array([168, 160, 150])
Float32 = NDArray[np.float32]


def portrait(person: SyntheticPerson, yaw: float = 12.0) -> NDArray[np.uint8]:
    """The whole person, turned by `yaw` degrees, before a wall on a floor: 1600x1200x3 uint8 sRGB."""
    left, top = (CANVAS - WIDTH * _STEP) / 2, (CANVAS - HEIGHT * _STEP) / 2
    window = Window(WIDTH, HEIGHT, left, top, _STEP)
    view = View(yaw=radians(yaw), camera=Camera(1.5 * NETWORK_FOCAL, 0.05))
    rendered = render_maps(person.mesh, person.joints, view, window=window, lighting=NEUTRAL)
    room = _room(rendered)
    cover = cv2.GaussianBlur(rendered.mask.astype(np.float32), (0, 0), 0.7)[..., None]
    inside = cv2.erode(rendered.mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    shaded = cv2.inpaint(rendered.front.shaded, 1 - inside, 2, cv2.INPAINT_NS)
    return (shaded * cover + room * (1 - cover)).round().clip(0, 255).astype(np.uint8)


def _room(rendered: RenderedView) -> Float32:
    rows, columns = np.flatnonzero(rendered.mask.any(1)), np.flatnonzero(rendered.mask.any(0))
    floor = rows[-1] - 0.1 * HEIGHT
    y = np.arange(HEIGHT, dtype=np.float32)[:, None, None]
    share = ((y - floor) / 24 + 0.5).clip(0, 1)
    light = 1.06 - 0.14 * y / HEIGHT + 0.10 * share
    room = (_WALL * (1 - share) + _FLOOR * share) * light
    return np.broadcast_to(room, (HEIGHT, WIDTH, 3)) * _shadow(rows[-1], float(columns.mean()))


def _shadow(sole: int, middle: float) -> Float32:
    """Soft darkening of the floor around the feet: (H, W, 1)."""
    shade = np.zeros((HEIGHT, WIDTH), np.float32)
    for size, strength in ((1.0, 0.3), (0.55, 0.35)):
        blob = np.zeros_like(shade)
        cv2.ellipse(blob, (int(middle), sole - 22), (int(210 * size), int(38 * size)), 0, 0, 360, (1.0,), cv2.FILLED)
        shade = np.maximum(shade, strength * cv2.GaussianBlur(blob, (0, 0), 22 * size))
    return (1 - shade)[..., None]
