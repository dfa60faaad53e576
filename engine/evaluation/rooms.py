"""Rooms in which the border of a person is hard to see: a floor, a skirting board, furniture and the person's shadows.

Half of the surfaces have a colour of the person's legs and shoes.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.render.maps import RenderedView

Float = NDArray[np.float32]
Picture = NDArray[np.uint8]

LIKE_PERSON = 0.5
"""Share of the surfaces that have a colour of the person's lower half."""


@dataclass(frozen=True)
class Scene:
    """What a room is drawn around. top, bottom, left, right: the person's rows and columns. palette: (N, 3) float32
    colours of their lower half."""

    top: int
    bottom: int
    left: int
    right: int
    palette: Float

    @property
    def height(self) -> int:
        return self.bottom - self.top


def room_behind(seen: RenderedView, rng: np.random.Generator) -> Picture:
    """A sharp picture (H, W, 3) sRGB of what stands behind a person who stands on the floor, with their shadows."""
    scene = _scene(seen)
    shape = seen.mask.shape
    rows = np.arange(shape[0], dtype=np.float32)[:, None, None] / shape[0]
    picture = _surface(rng, scene, shape) * (1 + rng.uniform(-0.2, 0.2) * (rows - 0.5))
    edge = round(scene.bottom - rng.uniform(0.03, 0.22) * scene.height)
    _furniture(rng, scene, picture, edge)
    if rng.random() < 0.6:
        board = round(rng.uniform(0.01, 0.07) * scene.height)
        picture[max(edge - board, 0) : edge] = _surface(rng, scene, shape)[max(edge - board, 0) : edge]
    _floor(rng, scene, picture, edge)
    return np.clip(picture * _light(rng, scene, seen.mask, edge), 0, 255).astype(np.uint8)


def _scene(seen: RenderedView) -> Scene:
    rows, columns = (np.flatnonzero(seen.mask.any(axis=axis)) for axis in (1, 0))
    low = seen.mask & (np.arange(len(seen.mask))[:, None] > (rows[0] + rows[-1]) / 2)
    box = (int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1]))
    return Scene(*box, seen.front.shaded[low].astype(np.float32))


def _surface(rng: np.random.Generator, scene: Scene, shape: tuple[int, ...]) -> Float:
    """A colour with texture, (H, W, 3)."""
    if rng.random() < LIKE_PERSON:
        colour = scene.palette[rng.integers(len(scene.palette))] + rng.normal(0, 6, 3)
    else:
        colour = rng.uniform(15, 240) + rng.normal(0, rng.uniform(0, 40), 3)
    coarse = int(2 ** rng.uniform(0, 5))
    grain = rng.standard_normal((shape[0] // coarse + 1, shape[1] // coarse + 1), np.float32) * rng.exponential(5)
    fine = cv2.resize(np.asarray(grain, np.float32), shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(colour + fine[..., None], np.float32)


def _furniture(rng: np.random.Generator, scene: Scene, picture: Float, edge: int) -> None:
    """Up to four boxes that stand on the floor behind the person, some with thin legs, or hang on the wall."""
    for _ in range(rng.integers(0, 5)):
        width, height = (rng.uniform(0.05, 0.5, 2) * scene.height).astype(int)
        left = int(rng.uniform(scene.left - width, scene.right))
        bottom = edge + round(rng.uniform(-0.5, 0.06) * scene.height)
        box = (slice(max(bottom - height, 0), max(bottom, 0)), slice(max(left, 0), max(left + width, 0)))
        picture[box] = _surface(rng, scene, picture.shape)[box]


def _floor(rng: np.random.Generator, scene: Scene, picture: Float, edge: int) -> None:
    """The floor from the row `edge` on; every other one is tiled."""
    picture[edge:] = _surface(rng, scene, picture.shape)[edge:]
    if rng.random() < 0.5:
        joint = picture[edge:].mean(axis=(0, 1)) * rng.uniform(0.5, 1.3)
        horizon = edge - rng.uniform(0.2, 0.6) * scene.height
        width, tile = picture.shape[1], rng.uniform(0.1, 0.4) * scene.height
        for x in np.arange(-3 * width, 4 * width, tile):
            end = width / 2 + (x - width / 2) * (len(picture) - horizon) / (edge - horizon)
            cv2.line(picture, (round(x), edge), (round(end), len(picture)), joint.tolist(), 2)
        for step in range(1, 6):
            row = round(horizon + (edge - horizon) * (1 + 0.15 * step * step))
            cv2.line(picture, (0, row), (width, row), joint.tolist(), 2)


def _light(rng: np.random.Generator, scene: Scene, mask: NDArray[np.bool_], edge: int) -> Float:
    """Share of the light (H, W, 1) that the person lets through: to the wall, and to the floor around the feet."""
    height, width = mask.shape
    body = mask.astype(np.float32)
    light = np.ones(mask.shape, np.float32)
    if rng.random() < 0.5:
        shift = np.array([[1, 0, rng.uniform(-0.15, 0.15) * scene.height], [0, 1, rng.uniform(0, 0.1) * scene.height]])
        shadow = cv2.warpAffine(body, shift, (width, height))
        shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.003, 0.05) * scene.height)
        light[:edge] -= rng.uniform(0.1, 0.6) * shadow[:edge]
    feet = body * (np.arange(height)[:, None] > scene.bottom - 0.06 * scene.height)
    lying = cv2.warpAffine(feet, np.array([[1, 0, 0], [0, 0.5, 0.5 * scene.bottom]]), (width, height))
    contact = cv2.GaussianBlur(lying, (0, 0), rng.uniform(0.004, 0.02) * scene.height)
    light *= 1 - rng.uniform(0.2, 0.9) * np.minimum(1.5 * contact, 1)
    return light[..., None]
