"""Where a picture of head and shoulders shows people: MediaPipe's selfie segmentation, run by OpenCV."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.person.region import mediapipe_network

PORTRAIT_MODEL = Path(__file__).parent / "models" / "portrait.tflite"
"""Where `engine.person.bundle` puts the model (not in git)."""

_SIDE = 256
"""Side of the network's picture."""


def people_shown(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probability (256, 256) that a place of a square picture (SxSx3) shows a person, whoever it is.

    Raises UserError if the model is missing.
    """
    interpolation = cv2.INTER_AREA if len(pixels) > _SIDE else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=interpolation)
    network = mediapipe_network(PORTRAIT_MODEL, "portrait")
    network.setInput(np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32) / 255))
    return np.asarray(network.forward().reshape(_SIDE, _SIDE), np.float32)
