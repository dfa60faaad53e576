"""Backgrounds drawn by chance: walls, floors, boards and blurred things, enough for the fringe of a contour."""

import cv2
import numpy as np
from numpy.typing import NDArray

_WORKING_SIZE = 128
Float32 = NDArray[np.float32]


def random_backdrop(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """An out-of-focus background: height x width x 3 uint8 sRGB."""
    if rng.random() < 0.1:
        return np.full((height, width, 3), rng.choice([0, 128, 255]) if rng.random() < 0.5 else _color(rng), np.uint8)
    canvas = _gradient(rng)
    if rng.random() < 0.6:
        _floor(rng, canvas)
    for _ in range(rng.integers(0, 14)):
        (_board if rng.random() < 0.6 else _blob)(rng, canvas)
    canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.3, 4))))
    picture = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_LINEAR) + _grain(rng, height, width)
    return picture.clip(0, 255).astype(np.uint8)


def _color(rng: np.random.Generator) -> Float32:
    """Mostly greyish, of any brightness."""
    return (rng.uniform(10, 245) + rng.normal(0, rng.uniform(0, 45), 3)).clip(0, 255).astype(np.float32)


def _gradient(rng: np.random.Generator) -> Float32:
    corners = np.stack([_color(rng)] * 4) + rng.normal(0, 25, (4, 3))
    small = corners.reshape(2, 2, 3).astype(np.float32)
    return np.asarray(cv2.resize(small, (_WORKING_SIZE, _WORKING_SIZE), interpolation=cv2.INTER_LINEAR), np.float32)


def _floor(rng: np.random.Generator, canvas: Float32) -> None:
    horizon = int(rng.uniform(0.45, 0.95) * _WORKING_SIZE)
    shade = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.8, 1.2), _WORKING_SIZE - horizon, dtype=np.float32)
    canvas[horizon:] = _color(rng) * shade[:, None, None]


def _board(rng: np.random.Generator, canvas: Float32) -> None:
    """A door, window, shelf or picture: an upright rectangle."""
    x, y = rng.uniform(-0.2, 1, 2) * _WORKING_SIZE
    w, h = rng.uniform(0.03, 0.5, 2) * _WORKING_SIZE
    corners = (int(x), int(y)), (int(x + w), int(y + h))
    cv2.rectangle(canvas, *corners, _color(rng).tolist(), cv2.FILLED if rng.random() < 0.8 else 2)


def _blob(rng: np.random.Generator, canvas: Float32) -> None:
    centre = rng.uniform(0, _WORKING_SIZE, 2).astype(int).tolist()
    axes = rng.uniform(0.02, 0.2, 2) * _WORKING_SIZE
    cv2.ellipse(
        canvas, centre, axes.astype(int).tolist(), float(rng.uniform(0, 180)), 0, 360, _color(rng).tolist(), cv2.FILLED
    )


def _grain(rng: np.random.Generator, height: int, width: int) -> Float32:
    """Texture: noise of a random coarseness."""
    coarse = int(2 ** rng.uniform(0, 4))
    shape = (max(1, height // coarse), max(1, width // coarse), 1)
    noise = rng.standard_normal(shape, np.float32) * np.float32(rng.uniform(0, 14))
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)[..., None]
