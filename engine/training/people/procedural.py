"""Textures made by procedure. Red tells where the first colour is, green where the second is; both carry the shade.

`two_colors` turns the two channels into colours.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.training.people.material import Float32, Picture

SIZE = 512

PLACED = ("pattern_print", "pattern_blocks")
"""Patterns with something at one place of the picture: for clothes whose picture spans the body from the front."""

Grid = NDArray[np.float64]


def two_colors(first: Float32, second: Float32) -> Float32:
    """The (3, 4) colour change that paints a pattern in two RGB colours (0..1)."""
    return np.stack([first, second, np.zeros(3), np.zeros(3)], axis=1).astype(np.float32)


def pattern_pictures() -> dict[str, Picture]:
    """Fabrics by name, SIZExSIZEx4, opaque; the same every time."""
    return {f"pattern_{name}": _fabric(i, make) for i, (name, make) in enumerate(_PATTERNS.items())}


def strands(seed: int) -> Picture:
    """Hair strands along the picture's columns in grey, SIZExSIZEx4, opaque; meant to be dyed."""
    rng = np.random.default_rng(seed)
    fine = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)), (0, 0), sigmaX=0.8, sigmaY=30)
    coarse = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)), (0, 0), sigmaX=5, sigmaY=60)
    level = 0.5 + 0.12 * fine / fine.std() + 0.08 * coarse / coarse.std()
    return _picture([level] * 3)


def _fabric(seed: int, second_share: Callable[[Grid, Grid, np.random.Generator], Grid]) -> Picture:
    rng = np.random.default_rng(seed)
    v, u = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    share = np.clip(second_share(u, v, rng), 0, 1)
    shade = 0.93 + 0.02 * _smooth(rng, 24.0) + 0.012 * _smooth(rng, 6.0) + rng.normal(0, 0.02, (SIZE, SIZE))
    return _picture([shade * (1 - share), shade * share, np.zeros_like(shade)])


def _smooth(rng: np.random.Generator, sigma: float) -> Grid:
    noise = np.asarray(cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)), (0, 0), sigma), dtype=np.float64)
    return noise / noise.std()


def _picture(channels: list[Grid]) -> Picture:
    levels = [np.clip(channel * 255, 0, 255).astype(np.uint8) for channel in channels]
    return np.dstack([*levels, np.full_like(levels[0], 255)])


def _stripes(coordinate: Grid, count: float, width: float) -> Grid:
    return ((coordinate * count) % 1 < width).astype(np.float64)


def _disc(u: Grid, v: Grid, x: float, y: float, radius: float) -> Grid:
    return (np.hypot(u - x, (v - y) * 1.45) < radius).astype(np.float64)


def _print(u: Grid, v: Grid, rng: np.random.Generator) -> Grid:
    """A motif on the chest: letters of blobs in a disc."""
    return _disc(u, v, 0.5, 0.24, 0.1) * (_smooth(rng, 6.0) > 0)


_PATTERNS: dict[str, Callable[[Grid, Grid, np.random.Generator], Grid]] = {
    "plain": lambda u, v, rng: np.zeros_like(u),
    "mottled": lambda u, v, rng: 0.5 + 0.4 * _smooth(rng, 2.0),
    "fine_stripes": lambda u, v, rng: _stripes(v, 70, 0.3),
    "broad_stripes": lambda u, v, rng: _stripes(v, 22, 0.5),
    "pinstripes": lambda u, v, rng: _stripes(u, 60, 0.2),
    "checks": lambda u, v, rng: 0.5 * _stripes(u, 30, 0.45) + 0.5 * _stripes(v, 42, 0.45),
    "dots": lambda u, v, rng: (np.hypot((u * 36) % 1 - 0.5, (v * 52) % 1 - 0.5) < 0.25).astype(np.float64),
    "flowers": lambda u, v, rng: (_smooth(rng, 5.0) > 0.9).astype(np.float64),
    "camouflage": lambda u, v, rng: (_smooth(rng, 14.0) > 0.1).astype(np.float64),
    "print": _print,
    "blocks": lambda u, v, rng: (v < 0.26).astype(np.float64),
}
