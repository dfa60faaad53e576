"""Heads of the model, turned and placed in a picture."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.head.draw import drawn
from engine.head.model import head_model

SIDE = 400
SCALE = 900.0

Float64 = NDArray[np.float64]


def posed_head(yaw: float = 0.0, pitch: float = 0.0, shape: Float64 | None = None) -> Float64:
    """Vertices (V, 3) in the middle of a picture of SIDE pixels. yaw: degrees to the person's left."""
    model = head_model()
    vertices = model.mean if shape is None else model.mean + np.tensordot(shape, model.modes, 1)
    turn = Rotation.from_euler("xy", [pitch, -yaw], degrees=True).as_matrix().T
    return np.asarray(SCALE * vertices @ turn + [SIDE / 2, SIDE / 2, 0])


def silhouette(vertices: Float64) -> NDArray[np.bool_]:
    """(SIDE, SIDE) pixels of the head."""
    return drawn(vertices, head_model().faces, (SIDE, SIDE))[0].hit


def landmarks(vertices: Float64) -> Float64:
    """(468, 3) of the face mesh."""
    return head_model().landmarks(vertices)
