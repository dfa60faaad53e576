"""The silhouette: sub-pixel position of its vertices, and sides that bend round from near to far sheet."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.surface.clean import Bools, Float, Shell, blur, distance, nearest

_WIDEST = 24.0
"""Largest width of the bend in pixels (about 2.5 cm)."""


def displacement(mask: Bools) -> NDArray[np.float32]:
    """(H, W, 2) shift (x, y) in pixels that carries pixels along the mask's edge onto its smoothed contour."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.5)
    gradient = np.stack([cv2.Scharr(soft, cv2.CV_32F, 1, 0), cv2.Scharr(soft, cv2.CV_32F, 0, 1)], axis=-1) / 32
    steepness = np.maximum(np.linalg.norm(gradient, axis=-1), 0.02)
    step = np.clip((0.5 - soft) / steepness, -0.7, 0.4)
    edge = mask & (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    return np.where(edge[..., None], gradient * (step / steepness)[..., None], 0).astype(np.float32)


def bend(shell: Shell) -> Shell:
    """Bend both sheets towards each other along the silhouette as a quarter of an ellipse.

    Its height is half the thickness that the maps leave at the edge; its width goes on with the slope that they have
    there: nothing is changed where the maps already come round, and a flat edge is rounded. All three are smooth along
    the silhouette: seen from the side, every step of a pixel would be a ridge.
    """
    depth = distance(shell.mask)
    edge = shell.mask & (depth < 1.1)
    height = _along(blur((shell.far - shell.near) / 2, edge.astype(np.float32), 6.0), edge)
    width = _along(blur(_widths(shell, depth - 0.5, height), edge.astype(np.float32), 8.0), edge)
    inside = np.clip(1 - _smooth_distance(shell.mask, depth) / np.maximum(width, 0.5), 0, 1)
    drop = np.where(shell.mask, height * (1 - np.sqrt(1 - inside * inside)), 0)
    drop = np.minimum(drop, (shell.far - shell.near - 0.5) / 2)
    return replace(shell, near=shell.near + drop, far=shell.far - drop)


def _along(values: Float, edge: Bools) -> Float:
    """The edge's values carried inward, without the seams between the areas of different edge pixels."""
    return np.asarray(cv2.GaussianBlur(values.ravel()[nearest(edge)], (0, 0), 3.0), np.float32)


def _smooth_distance(mask: Bools, depth: Float) -> Float:
    """Distance of every pixel inside the mask to a contour without steps, 0 outside. depth: `distance` of the mask."""
    signed = np.where(mask, depth - 0.5, 0.5 - distance(~mask))
    return np.maximum(np.asarray(cv2.GaussianBlur(signed, (0, 0), 3.0), np.float32), 0)


def _widths(shell: Shell, depth: Float, height: Float) -> Float:
    ring = shell.mask & (depth > 1) & (depth < 4)
    if not ring.any():
        return np.full_like(depth, 0.5)
    thickness = shell.far - shell.near
    slope = np.hypot(cv2.Sobel(thickness, -1, 1, 0, scale=1 / 16), cv2.Sobel(thickness, -1, 0, 1, scale=1 / 16))
    slope = slope.ravel()[nearest(ring)]
    room = 0.5 * cv2.dilate(depth, np.ones((49, 49), np.uint8))
    return np.clip(height / np.maximum(slope, 1e-3), 0.5, np.clip(np.minimum(height, room), 0.5, _WIDEST))
