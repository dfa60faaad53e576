"""Orthographic views of two surfaces in one frame: silhouettes, normals and colours."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.evaluation.surface import Surface
from engine.render.raster import rasterize
from engine.render.texture import Skin

SIZE = 512
"""Side of every view in pixels."""

MARGIN = 1.02
"""Side of the frame in units of the longest side of the box around both surfaces."""


FAR = 100.0
"""How far away the colour camera stands, in sides of the frame; it tells what hides what, the picture is parallel."""


@dataclass(frozen=True)
class Frame:
    """The square that a view shows. centre: (3,) metres. side: metres."""

    centre: NDArray[np.float64]
    side: float


@dataclass(frozen=True)
class View:
    """mask: (512, 512) bool. normals: (512, 512, 3) unit vectors in world space towards the camera, 0 outside.

    depth: (512, 512) metres behind the plane through the frame's centre, 0 outside.
    """

    mask: NDArray[np.bool_]
    normals: NDArray[np.float64]
    depth: NDArray[np.float64]


@dataclass(frozen=True)
class ColourView:
    """mask: (512, 512) bool. colours: (512, 512, 3) float32 sRGB without light, 0 to 1. slant: (512, 512) float32,
    cosine between the surface's normal and the view axis, 0 to 1. Both 0 outside.
    """

    mask: NDArray[np.bool_]
    colours: NDArray[np.float32]
    slant: NDArray[np.float32]


def common_frame(*surfaces: Surface) -> Frame:
    """The frame that holds all surfaces from every side."""
    corners = np.concatenate([np.stack([s.vertices.min(0), s.vertices.max(0)]) for s in surfaces])
    low, high = corners.min(0), corners.max(0)
    around = float(np.hypot(*(high - low)[:2]))
    return Frame((low + high) / 2, MARGIN * max(around, float(high[2] - low[2])))


def view(surface: Surface, yaw: float, frame: Frame) -> View:
    """What an orthographic camera sees of a person turned by `yaw` degrees to the own left (0: the front)."""
    right, forward = _camera(yaw)
    offsets = ((np.arange(SIZE) + 0.5) / SIZE - 0.5) * frame.side
    plane = frame.centre + offsets[None, :, None] * right - offsets[:, None, None] * np.array([0, 0, 1.0])
    origins = (plane - frame.side * forward).reshape(-1, 3)
    faces, distance = (a.reshape(SIZE, SIZE) for a in surface.cast(origins, np.broadcast_to(forward, origins.shape)))
    mask = faces >= 0
    normals = np.where(mask[..., None], surface.normals[faces], 0)
    normals *= np.where(normals @ forward > 0, -1, 1)[..., None]
    return View(mask, normals, np.where(mask, distance - frame.side, 0))


def colour_view(surface: Surface, yaw: float, frame: Frame) -> ColourView:
    """The colours that the camera of `view` sees; textures' holes are holes here. surface: one with a skin."""
    assert surface.skin is not None
    skin = Skin(surface.skin, torch.device("cpu"))
    right, forward = _camera(yaw)
    offset = (surface.vertices - frame.centre) / frame.side
    pixels = (np.stack([offset @ right, -offset[:, 2]], axis=1) + 0.5) * SIZE
    nearness = 1 / (FAR + offset @ forward)
    hits, _ = rasterize(torch.from_numpy(pixels), torch.from_numpy(nearness), skin.faces, SIZE, SIZE, skin.cutout())
    slant = np.abs(surface.normals[hits.faces.numpy()] @ forward)
    shown, albedo = hits.pixels.numpy(), skin.albedo(hits).numpy() / 255
    return ColourView(_square(shown, np.ones(len(shown), bool)), _square(shown, albedo), _square(shown, slant))


def _square(shown: NDArray, values: NDArray) -> NDArray:
    """Values (K, ...) of the pixels `shown` (K,) as a picture (512, 512, ...), 0 elsewhere; floats as float32."""
    kind = np.dtype(bool) if values.dtype == bool else np.dtype(np.float32)
    square = np.zeros((SIZE * SIZE, *values.shape[1:]), kind)
    square[shown] = values
    return square.reshape(SIZE, SIZE, *values.shape[1:])


def _camera(yaw: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Right and forward of a camera before a person who faces -y and turns: both (3,)."""
    c, s = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    return np.array([c, -s, 0]), np.array([s, c, 0])


def iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks; 1 where both are empty."""
    union = int((a | b).sum())
    return float((a & b).sum() / union) if union else 1.0


def mean_angle(a: View, b: View) -> float:
    """Mean angle in degrees between the normals of two views where both show a surface; 180 where they never meet."""
    both = a.mask & b.mask
    if not both.any():
        return 180.0
    half_chord = np.linalg.norm(a.normals[both] - b.normals[both], axis=-1) / 2
    return float(np.degrees(2 * np.arcsin(np.minimum(half_chord, 1))).mean())


def normal_distance(a: View, b: View) -> float:
    """Mean Euclidean distance between the normals of two views, 0 to 2, over all pixels where either shows a surface.

    Outside the silhouette a normal is 0, so that a pixel that only one of them shows counts 1.
    """
    either = a.mask | b.mask
    return float(np.linalg.norm(a.normals[either] - b.normals[either], axis=-1).mean()) if either.any() else 0.0
