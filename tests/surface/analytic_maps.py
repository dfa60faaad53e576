"""Depth maps of simple solids, and random masks, for the tests of the surface."""

import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, UNIT, Camera, encode
from engine.types import Canvas, Maps, Photo

Array = NDArray[np.float64]


def rays() -> Array:
    """(2048, 2048, 3) unit rays of the network's camera."""
    s = (np.arange(CANVAS) + 0.5 - CANVAS / 2) / NETWORK_FOCAL
    d = np.stack([*np.meshgrid(s, s), np.ones((CANVAS, CANVAS))], axis=-1)
    return d / np.linalg.norm(d, axis=-1, keepdims=True)


def ellipsoid(centre: tuple[float, float, float], radii: tuple[float, float, float]) -> tuple[Array, Array]:
    """First and last distance from the camera of every ray to an ellipsoid (camera units), inf and -inf outside."""
    d, o = rays() / radii, np.asarray(centre) / radii
    a, b, c = (d * d).sum(-1), (d * o).sum(-1), (o * o).sum() - 1
    root = b * b - a * c
    with np.errstate(invalid="ignore"):
        half = np.sqrt(root)
    return np.where(root > 0, (b - half) / a, np.inf), np.where(root > 0, (b + half) / a, -np.inf)


def maps_of(*solids: tuple[Array, Array]) -> Maps:
    """The maps of the union of solids."""
    near, far = np.min([s[0] for s in solids], axis=0), np.max([s[1] for s in solids], axis=0)
    inside = np.isfinite(near)
    front, back = (np.where(inside, encode(np.where(inside, v, 1.0)), 0).astype(np.float32) for v in (near, far))
    return Maps(front, back)


def maps_from_mask(small: NDArray[np.bool_], near: Array, far: Array, scale: int = 1) -> Maps:
    """Maps whose person is a small mask in the canvas's middle; near and far in pixels before and behind the centre."""
    mask, near, far = (np.kron(a, np.ones((scale, scale), a.dtype)) for a in (small, near, far))
    front, back = np.zeros((2, CANVAS, CANVAS), np.float32)
    window = tuple(slice(CANVAS // 2 - n // 2, CANVAS // 2 - n // 2 + n) for n in mask.shape)
    front[window], back[window] = mask * (1024 - near) / UNIT, mask * (1024 + far) / UNIT
    return Maps(front, back)


def canvas_of(maps: Maps, rgb: NDArray[np.uint8] | None = None, keypoints: Array | None = None) -> tuple[Canvas, Photo]:
    """A canvas at the photo's own scale. rgb: 2048 x 2048 x 3, grey if not given."""
    picture = np.full((CANVAS, CANVAS, 3), 128, np.uint8) if rgb is None else rgb
    points = np.full((31, 2), np.nan) if keypoints is None else keypoints
    return Canvas(picture, maps.mask, points, np.full(31, np.nan), Camera()), Photo(picture)
