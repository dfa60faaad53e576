"""Colours of texels: the photo where the camera sees the surface, the made-up back elsewhere."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.camera import NETWORK_FOCAL, from_world, project
from engine.surface import Surface, weld
from engine.surface.clean import Shell
from engine.surface.front import unmixed
from engine.texture.fine import Float32, Nearby
from engine.types import Canvas, Photo


@dataclass(frozen=True)
class Palette:
    """Whatever colours come from, low-pass filtered for the texture's texels.

    front, back: (H, W, 3) float32 sRGB of the sheets on the shell's grid. coarse: (H, W, 3) float32, what of the photo
    the front was made of; sharp: (H, W, 1) float32, the share in which the photo itself, (h, w, 3) float32, takes its
    place. own: (N, 3) float32 colours of the fine surface's points. share: (N, 3) float32, how much of each comes from
    the front, from the back and from itself.
    """

    front: Float32
    back: Float32
    coarse: Float32
    sharp: Float32
    photo: Float32
    own: Float32
    share: Float32


def palette(
    surface: Surface, sheets: NDArray[np.uint8], own: NDArray[np.uint8], canvas: Canvas, photo: Photo, texel: float
) -> Palette:
    """sheets: (N,) sheets of the fine surface's points. own: (N, 3) their colours. texel: side in metres."""
    step = texel * NETWORK_FOCAL / surface.place.scale
    made = surface.colors
    front, back, coarse = (_low_pass(c, step) for c in (made.front, made.back, made.photo))
    sharp = unmixed(_photographed(surface.shell, canvas), canvas.scale).astype(np.float32)[..., None] * made.seen
    picture = _low_pass(photo.rgb.astype(np.float32), step / canvas.scale)
    near, far = ((sheets >> sheet) & 1 == 1 for sheet in (weld.NEAR, weld.FAR))
    share = np.stack([near, far & ~near, ~near & ~far], axis=1).astype(np.float32)
    return Palette(front, back, coarse, sharp, picture, own.astype(np.float32), share)


def _photographed(shell: Shell, canvas: Canvas) -> Shell:
    """The shell without what was filled in beside the person."""
    inside = [np.arange(n) + first for n, first in zip(shell.mask.shape, (shell.row, shell.column), strict=True)]
    shown = canvas.mask[np.ix_(*(at.clip(0, len(canvas.mask) - 1) for at in inside))]
    return replace(shell, mask=shell.mask & shown)


def bake_colors(
    points: Float32, nearby: Nearby, palette: Palette, surface: Surface, canvas: Canvas
) -> NDArray[np.uint8]:
    """(T, 3) uint8 sRGB of points (T, 3) on the fine surface."""
    local = (points.astype(np.float64) - surface.place.shift) / surface.place.scale
    columns, rows = project(from_world(local, canvas.camera), canvas.camera)
    on_shell = np.stack([columns - surface.shell.column, rows - surface.shell.row], axis=1)
    on_photo = (np.stack([columns, rows], axis=1) + 0.5 - canvas.offset) / canvas.scale - 0.5
    front, coarse, sharp = (_sample(c, on_shell) for c in (palette.front, palette.coarse, palette.sharp))
    front = front + sharp * (_sample(palette.photo, on_photo) - coarse)
    shares = nearby.mean(palette.share)
    shares[~nearby.weights.any(axis=1)] = (0, 1, 0)
    colors = shares[:, :1] * front + shares[:, 1:2] * _sample(palette.back, on_shell)
    own = np.flatnonzero(shares[:, 2] > 0)
    colors[own] += shares[own, 2:] * Nearby(nearby.index[own], nearby.weights[own]).mean(palette.own)
    return np.rint(np.clip(colors, 0, 255)).astype(np.uint8)


def _low_pass(picture: Float32, step: float) -> Float32:
    """For samples `step` pixels apart."""
    if step < 1.1:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.45 * np.sqrt(step**2 - 1)), np.float32)


def _sample(picture: Float32, points: NDArray[np.float64]) -> Float32:
    """A picture (H, W, C) at pixel positions (T, 2), integer = pixel centre; bilinear, its border goes on outside."""
    height, width = picture.shape[:2]
    grid = torch.from_numpy(((2 * points + 1) / (width, height) - 1).astype(np.float32))[None, None]
    image = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]
    values = torch.nn.functional.grid_sample(image, grid, padding_mode="border", align_corners=False)
    return values[0, :, 0].T.numpy()
