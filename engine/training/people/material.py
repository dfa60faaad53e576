"""Textures and cheap recolouring: a material is a shared picture and a linear colour change."""

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Picture = NDArray[np.uint8]

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)

IDENTITY = np.hstack([np.eye(3), np.zeros((3, 1))]).astype(np.float32)


@dataclass(frozen=True)
class Material:
    """texture: name of a shared HxWx4 picture. change: (3, 4) float32, new RGB = change @ (R, G, B, 255)."""

    texture: str
    change: Float32

    def paint(self, picture: Picture) -> Picture:
        """The recoloured picture, HxWx4 uint8; alpha stays."""
        matrix = np.zeros((4, 5), dtype=np.float32)
        matrix[:3, :3], matrix[:3, 4], matrix[3, 3] = self.change[:, :3], 255 * self.change[:, 3], 1
        return np.asarray(cv2.transform(picture, matrix), dtype=np.uint8)


def color_change(hue: float = 0.0, saturation: float = 1.0, brightness: float = 1.0) -> Float32:
    """Hue rotation (turns), saturation and brightness factors as one (3, 4) matrix (rotation about the grey axis)."""
    angle = 2 * np.pi * hue
    axis = np.full(3, 1 / np.sqrt(3))
    rotation, _ = cv2.Rodrigues(axis * angle)
    grey = np.outer(np.ones(3), LUMA)
    mixed = saturation * rotation + (1 - saturation) * grey
    return np.hstack([brightness * mixed, np.zeros((3, 1))]).astype(np.float32)


def dye(color: Float32, mean: float, strength: float = 1.0, contrast: float = 1.0) -> Float32:
    """Give a picture of mean luminance `mean` (0..1) the RGB `color` (0..1), keeping its light and dark: (3, 4)."""
    color = np.asarray(color, dtype=np.float32)
    gain = contrast * np.outer(color, LUMA) / max(mean, 0.04)
    matrix = strength * gain + (1 - strength) * np.eye(3)
    bias = strength * (1 - contrast) * color
    return np.hstack([matrix, bias[:, None]]).astype(np.float32)


def random_color(rng: np.random.Generator) -> Float32:
    """A colour as clothes have it: many greys, blues and darks, some vivid, some undyed; RGB 0..1."""
    kind = rng.uniform()
    if kind < 0.15:
        return _rgb(rng.normal(0.085, 0.025) % 1, rng.uniform(0.05, 0.55), rng.uniform(0.5, 0.97))
    saturation = rng.uniform(0.6, 0.98) if kind < 0.32 else rng.beta(1.2, 2.2)
    hue = rng.uniform() if rng.uniform() < 0.6 else rng.normal(0.6, 0.06) % 1
    return _rgb(hue, saturation, rng.uniform(0.06, 0.95))


def _rgb(hue: float, saturation: float, value: float) -> Float32:
    return np.array(colorsys.hsv_to_rgb(hue, saturation, value), dtype=np.float32)
