"""How a person is placed before the camera, and which part of the canvas is drawn."""

from dataclasses import dataclass, field
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, Camera, encode

HALF_EXTENT = 1 / 2.8
"""Largest coordinate of a body from its centre in camera units (the training rule of 2K2K)."""

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """A view of a person. Angles in radians, lengths in camera units.

    yaw: turns the person counter-clockwise seen from above, so that at pi / 2 a person who faced the camera looks to
    the picture's right (turned to the own left). roll: turns the picture clockwise. scale: camera units per metre,
    None = largest coordinate from the bounding box's centre becomes HALF_EXTENT. shift: how far right and down of the
    canvas's centre that centre appears. camera: its pitch looks down on the person.
    """

    yaw: float = 0.0
    camera: Camera = field(default_factory=Camera)
    roll: float = 0.0
    scale: float | None = None
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Window:
    """Pixels to draw: the centre of (column, row) lies at canvas (left + (column + .5) step, top + (row + .5) step)."""

    width: int = CANVAS
    height: int = CANVAS
    left: float = 0.0
    top: float = 0.0
    step: float = 1.0

    @staticmethod
    def square(size: int) -> "Window":
        """The whole canvas at size x size."""
        return Window(size, size, step=CANVAS / size)

    def from_canvas(self, points: Float64) -> Float64:
        """Canvas -> window pixels, both (N, 2) pixel-edge coordinates."""
        return (points - [self.left, self.top]) / self.step

    def slopes(self) -> tuple[Float64, Float64]:
        """x/z per column and y/z per row of the network's rays through the pixel centres."""
        columns = self.left + (np.arange(self.width) + 0.5) * self.step
        rows = self.top + (np.arange(self.height) + 0.5) * self.step
        return (columns - CANVAS / 2) / NETWORK_FOCAL, (rows - CANVAS / 2) / NETWORK_FOCAL


@dataclass(frozen=True)
class Placement:
    """World space (metres) -> camera space: scale * rotation @ (point - centre) + shift, and back."""

    rotation: Float64
    centre: Float64
    scale: float
    shift: Float64
    camera: Camera

    def to_camera(self, points: NDArray) -> Float64:
        """(N, 3) metres -> (N, 3) camera units from the body's centre (x right, y down, z away)."""
        return (np.asarray(points, np.float64) - self.centre) @ self.rotation.T * self.scale + self.shift

    def to_world(self, points: NDArray) -> Float64:
        """(N, 3) camera units -> (N, 3) metres; inverse of `to_camera`."""
        return (np.asarray(points, np.float64) - self.shift) / self.scale @ self.rotation + self.centre

    def to_canvas(self, points: NDArray) -> Float64:
        """(N, 3) camera units -> (N, 2) canvas pixels in pixel-edge coordinates."""
        z = points[:, 2:] + self.camera.distance
        return points[:, :2] / z * self.camera.focal + CANVAS / 2


def place(vertices: NDArray, view: View) -> Placement:
    """The placement of a person (V, 3) in world space before the view's camera."""
    turn = _yaw(view.yaw)
    turned = np.asarray(vertices, np.float64) @ turn.T
    low, high = turned.min(0), turned.max(0)
    scale = HALF_EXTENT / max((high - low).max() / 2, 1e-9) if view.scale is None else view.scale
    rotation = _roll(view.roll) @ _camera_axes(view.camera.pitch) @ turn
    return Placement(rotation, (low + high) / 2 @ turn, scale, np.array([*view.shift, 0.0]), view.camera)


def network_depth(offsets: NDArray, x: NDArray, y: NDArray) -> NDArray:
    """Offsets along the view axis (camera units) at ray slopes x, y -> network depth; inverse of `camera.unproject`."""
    return encode(np.sqrt(1 + x * x + y * y) * (1 + offsets))


def _yaw(angle: float) -> Float64:
    c, s = cos(angle), sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _camera_axes(pitch: float) -> Float64:
    """Upright world -> camera axes (x right, y down, z forward), inverse of `camera.to_world`."""
    c, s = cos(pitch), sin(pitch)
    return np.array([[1.0, 0.0, 0.0], [0.0, -s, -c], [0.0, c, -s]])


def _roll(angle: float) -> Float64:
    c, s = cos(angle), sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
