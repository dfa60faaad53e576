"""Orthographic views of two surfaces in one frame: silhouettes and normals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.surface import Surface

SIZE = 512
"""Side of every view in pixels."""

MARGIN = 1.02
"""Side of the frame in units of the longest side of the box around both surfaces."""


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
    cosine = np.clip((a.normals[both] * b.normals[both]).sum(-1), -1, 1)
    return float(np.degrees(np.arccos(cosine)).mean())
