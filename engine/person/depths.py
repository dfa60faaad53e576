"""Depths of the key points from MediaPipe's metric landmarks.

Those landmarks lean towards the camera and exaggerate depth: on rendered synthetic people their depths are off by
13 cm (RMS, all 31 key points; 12 cm for who stands). One linear map of all landmarks, fitted to such people by ridge
regression (`engine.training.depth_calibration`), brings that to 10 cm (7 cm).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.person.detector import TORSO
from engine.skeleton import INDEX

COEFFICIENTS = Path(__file__).with_name("depths.npy")
"""(100, 31) float32: weights of the 99 coordinates (see `features`) and a constant."""

_HIPS = [INDEX["left_hip"], INDEX["right_hip"]]


def key_depths(world: NDArray[np.float64]) -> NDArray[np.float64]:
    """Landmarks (33, 3) in metres (x right, y down, z away) -> depths (31,) in metres behind the middle of the hips."""
    depths = features(world[None])[0] @ np.load(COEFFICIENTS).astype(np.float64)
    return depths - depths[_HIPS].mean()


def features(world: NDArray[np.float64]) -> NDArray[np.float64]:
    """Landmarks (N, 33, 3) -> (N, 100): coordinates relative to the torso's middle, then 1."""
    centred = world - world[:, TORSO].mean(axis=1, keepdims=True)
    return np.concatenate([centred.reshape(len(world), -1), np.ones((len(world), 1))], axis=1)
