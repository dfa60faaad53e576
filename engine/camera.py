"""The network's camera, the photo's camera, and the way from depth maps to metric points.

Camera space: x right, y down, z forward. World space: x right, y forward, z up, so that a person who looks
into the camera faces -y. One camera unit is the distance at which the network's camera sees the body.
"""

from dataclasses import dataclass
from math import hypot, radians, tan

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

CANVAS = 2048
"""Side of the network's full-size picture in pixels."""

NETWORK_FOCAL = CANVAS / 2 / tan(radians(25))
"""Focal length of the network's camera in canvas pixels (vertical field of view 50 degrees)."""

ASSUMED_FOCAL = 0.758
"""Focal length in diagonals of a photo where it is unknown (a 33 mm lens on 36 x 24 mm; 50 degrees on a square)."""

ASSUMED_DISTANCE = 1.9
"""Metres from which a person is at least photographed, where the focal length is unknown."""

UNIT = 512
"""Pixels of depth in one network unit."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at the canvas's centre.

    focal: in canvas pixels. pitch: radians by which the view ray to the canvas's centre points below the horizon.
    """

    focal: float = NETWORK_FOCAL
    pitch: float = 0.0

    @property
    def distance(self) -> float:
        """Distance to the body's centre in camera units; keeps the body's size on the canvas."""
        return self.focal / NETWORK_FOCAL


def assumed_focal(height: int, width: int, pixels_per_metre: float) -> float:
    """Focal length in pixels that a photo of unknown origin most likely has.

    pixels_per_metre: of the person in it, NaN where unknown. Who fills the picture, above all with head and trunk,
    was taken with a longer lens, or it was cropped.
    """
    return float(np.fmax(ASSUMED_FOCAL * hypot(height, width), ASSUMED_DISTANCE * pixels_per_metre))


def slopes(size: int = CANVAS) -> Float32:
    """x/z (or y/z) of the network's rays through the `size` pixel centres of one row: (size,) float32."""
    return ((2 * np.arange(size) + 1) / size - 1).astype(np.float32) * np.float32(tan(radians(25)))


def ray_lengths(size: int = CANVAS) -> Float32:
    """Euclidean length of the ray (x/z, y/z, 1) per pixel: (size, size) float32."""
    s = slopes(size) ** 2
    return np.sqrt(1 + s[None, :] + s[:, None])


def encode(distance: NDArray) -> NDArray:
    """Euclidean distance from the network's camera -> network depth (0.. about 4; the body stands near 2)."""
    return ((distance - 1) * NETWORK_FOCAL + CANVAS / 2) / UNIT


def decode(depth: NDArray) -> NDArray:
    """Network depth -> Euclidean distance from the network's camera (inverse of `encode`)."""
    return 1 + (UNIT * depth - CANVAS / 2) / NETWORK_FOCAL


def unproject(depth: NDArray, columns: NDArray, rows: NDArray, camera: Camera) -> NDArray:
    """Depths (N,) seen at canvas pixels (columns, rows; integer = pixel centre) -> camera space points (N, 3).

    The offset from the body's centre along the view axis is kept when the camera's focal length differs from
    the network's; the point always lies on the photo's own ray through the pixel.
    """
    x = (columns + 0.5 - CANVAS / 2) / NETWORK_FOCAL
    y = (rows + 0.5 - CANVAS / 2) / NETWORK_FOCAL
    offset = decode(depth) / np.sqrt(1 + x * x + y * y) - 1
    z = camera.distance + offset
    scale = z / camera.distance
    return np.stack([x * scale, y * scale, offset], axis=-1)


def project(points: NDArray, camera: Camera) -> tuple[NDArray, NDArray]:
    """Camera space points (N, 3) -> canvas pixels (columns, rows; integer = pixel centre); inverse of `unproject`."""
    growth = 1 + points[:, 2] / camera.distance
    columns, rows = (points[:, k] / growth * NETWORK_FOCAL + CANVAS / 2 - 0.5 for k in range(2))
    return columns, rows


def to_world(points: NDArray, camera: Camera) -> NDArray:
    """Camera space (origin at the body's centre) -> upright world space; same units."""
    x, y, z = np.moveaxis(points, -1, 0)
    c, s = np.cos(camera.pitch), np.sin(camera.pitch)
    return np.stack([x, c * z - s * y, -(s * z + c * y)], axis=-1)


def from_world(points: NDArray, camera: Camera) -> NDArray:
    """Upright world space -> camera space; inverse of `to_world`."""
    x, forward, up = np.moveaxis(points, -1, 0)
    c, s = np.cos(camera.pitch), np.sin(camera.pitch)
    return np.stack([x, -(s * forward + c * up), c * forward - s * up], axis=-1)
