"""What MediaPipe's pose network sees of a person: the features from which it reads its own landmarks.

That network has learned from real photos what shows how far a limb is away: light, overlap, foreshortening. Its
features are taken as they are; what they say about depth is learned by `engine.person.depths`.
"""

import zipfile
from functools import lru_cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.person.detector import bundle

CHANNELS, GRID = 288, 8
_MODEL = "pose_landmarks_detector.tflite"
_LAYER = "re_lu_41/"
"""Part of the name of the layer whose result is taken: the last one of 8 x 8 cells."""
_SIDE = 256
"""Side of the network's picture."""
_MARGIN = 1.25
"""Half of that side over the distance from the middle of the hips to the farthest landmark (MediaPipe's own margin)."""
_HIPS = [23, 24]


def appearance(rgb: NDArray[np.uint8], landmarks: NDArray[np.float64]) -> NDArray[np.float16]:
    """Features, 0..6, of a person (landmarks (33, 2) in pixels of rgb, HxWx3) and of the mirror image: (2, 288, 8, 8).

    Raises UserError if the model bundle is missing.
    """
    crop = _crop(rgb, landmarks)
    return np.stack([_features(crop), _features(crop[:, ::-1])])


def _crop(rgb: NDArray[np.uint8], landmarks: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The square around the person at the network's size, black outside of the picture."""
    centre = landmarks[_HIPS].mean(axis=0)
    reach = _MARGIN * max(float(np.linalg.norm(landmarks - centre, axis=1).max()), 1.0)
    shrink = max(1, round(2 * reach / _SIDE))
    low, high = np.floor(centre - reach).astype(int), np.ceil(centre + reach).astype(int)
    corner = np.array(rgb.shape[1::-1])
    left, top = np.clip(low - shrink, 0, corner - 1)
    right, bottom = np.clip(high + shrink, (left + 1, top + 1), corner)
    region = rgb[top:bottom, left:right]
    size = tuple(max(1, round(length / shrink)) for length in region.shape[1::-1])
    small = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
    step = np.array(region.shape[1::-1]) / size
    scale = _SIDE / (2 * reach)
    offset = _SIDE / 2 - scale * (centre - (left, top))
    affine = np.column_stack([np.diag(scale * step), offset])
    return np.asarray(cv2.warpAffine(small, affine, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR), np.uint8)


def _features(crop: NDArray[np.uint8]) -> NDArray[np.float16]:
    network, layer = _network()
    network.setInput(np.ascontiguousarray(crop.transpose(2, 0, 1)[None].astype(np.float32) / 255))
    return np.asarray(network.forward(layer)[0], np.float16)


@lru_cache(maxsize=1)
def _network() -> tuple[Any, str]:
    """The network, run by OpenCV, and the name of the layer."""
    with zipfile.ZipFile(BytesIO(bundle())) as models:
        network = cv2.dnn.readNetFromTFLite(np.frombuffer(models.read(_MODEL), np.uint8))
    return network, next(name for name in reversed(network.getLayerNames()) if _LAYER in name)
