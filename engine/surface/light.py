"""Light and shade smoothed away from colours; the steps between materials stay."""

import cv2
import numpy as np

from engine.pixels import Float, channel_sum

_DARK, _DEEP = 8.0, 60.0
"""sRGB added to every channel, below which hues are noise, and to the lightness, below which shade differs most."""
_STEP = 4
"""Light and shade are smoothed away on every fourth pixel; finer is only the weave of the cloth."""
_REACH, _TONES = 25, 0.2
"""Spatial (pixels) and tonal (0 to 1) standard deviation of the filter that smooths light and shade away."""


def tones(colors: Float) -> Float:
    """(..., 3) sRGB -> lightness, steeper where it is dark, and the shares that red and blue have in it."""
    raised = colors + np.float32(_DARK)
    total = channel_sum(raised)
    light = np.log(total / 3 + np.float32(_DEEP - _DARK))
    return np.stack([light, raised[..., 0] / total, raised[..., 2] / total], axis=-1)


def _from_tones(values: Float) -> Float:
    total = 3 * (np.exp(values[..., 0]) - np.float32(_DEEP - _DARK))
    red, blue = total * values[..., 1], total * values[..., 2]
    return np.clip(np.stack([red, total - red - blue, blue], axis=-1) - np.float32(_DARK), 0, 255)


def flatten(colors: Float) -> Float:
    """Without light and shade: the domain transform (Gastal and Oliveira, 2011) of lightness and hue."""
    low = np.array([np.log(_DEEP), 0.05, 0.05], np.float32)
    high = np.array([np.log(255 + _DEEP), 0.75, 0.75], np.float32)
    levels = np.rint(255 * np.clip((tones(colors) - low) / (high - low), 0, 1)).astype(np.uint8)
    smooth = cv2.edgePreservingFilter(levels, flags=cv2.RECURS_FILTER, sigma_s=_REACH, sigma_r=_TONES)
    return _from_tones(smooth.astype(np.float32) / 255 * (high - low) + low)


def flatten_coarse(colors: Float) -> Float:
    """(H, W, 3) -> (H / 4, W / 4, 3) without light and shade."""
    height, width = colors.shape[:2]
    small = (-(-width // _STEP), -(-height // _STEP))
    return flatten(np.asarray(cv2.resize(colors, small, interpolation=cv2.INTER_AREA), np.float32))
