"""Textures made by procedure for garments that come without one."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.training.people.garment import Garment
from engine.training.people.material import Picture

SIZE = 512


def fabric(garment: Garment) -> Picture:
    """A light grey weave with soft folds, SIZExSIZEx4, opaque; meant to be dyed."""
    rng = np.random.default_rng(len(garment.surface.faces))
    folds = _smooth_noise(rng, 24.0) * 0.02 + _smooth_noise(rng, 6.0) * 0.01
    weave = rng.normal(0, 0.025, (SIZE, SIZE))
    return _opaque(0.7 + folds + weave)


def strands(garment: Garment) -> Picture:
    """Hair strands along the picture's columns, SIZExSIZEx4, opaque; meant to be dyed."""
    rng = np.random.default_rng(len(garment.surface.faces))
    fine = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)), (0, 0), sigmaX=0.8, sigmaY=30)
    coarse = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)), (0, 0), sigmaX=5, sigmaY=60)
    return _opaque(0.5 + 0.12 * fine / fine.std() + 0.08 * coarse / coarse.std())


def _smooth_noise(rng: np.random.Generator, sigma: float) -> NDArray[np.float64]:
    noise = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)), (0, 0), sigma)
    return noise / noise.std()


def _opaque(grey: NDArray[np.float64]) -> Picture:
    level = np.clip(grey * 255, 0, 255).astype(np.uint8)
    return np.dstack([level, level, level, np.full_like(level, 255)])
