"""The face of a person as a mesh of 468 landmarks with depth: MediaPipe's face mesh, run by OpenCV.

Its region of interest comes from the pose landmarks of eyes and mouth and is then taken twice from its own result, as
MediaPipe does from one frame of a film to the next (Kartynnik et al., Real-time Facial Surface Geometry from Monocular
Video on Mobile GPUs, 2019).
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.person.keypoints import LANDMARKS
from engine.person.tasks import import_mediapipe

FACE_MODEL = Path(__file__).parent / "models" / "face.tflite"
"""Where `engine.person.bundle` puts the model (not in git)."""

_SIDE = 192
"""Side of the network's picture."""
_OUTPUTS = ("conv2d_31", "conv2d_21")
"""Logit of there being a face, and 468 x (x, y, z) in pixels of that picture."""
_MARGIN = 1.5
"""Side of the region of interest over the longer side of the box around the landmarks."""
_EYES_TO_MOUTH = 4.2
"""The same over the distance from eyes to mouth, for the first guess."""
_TURNED = 0.7
"""Distance from eyes to mouth of a level face over that between the eyes."""
_ROUNDS = 3
_FOREHEAD, _CHIN = 10, 152

Float64 = NDArray[np.float64]


def find_face(rgb: NDArray[np.uint8], landmarks: Float64) -> Float64 | None:
    """The face mesh (468, 3) of a person with the given pose landmarks (33, 2; pixels of rgb, HxWx3).

    x, y: pixels of the picture. z: pixels behind the middle of the head, for a camera far away. None where no face is
    seen. Raises UserError if the model is missing.
    """
    centre, size, angle = _first_guess(landmarks)
    mesh = None
    for _ in range(_ROUNDS):
        mesh, logit = _measured(rgb, centre, size, angle)
        if logit < 0 or not np.isfinite(mesh).all():
            return None
        centre, size, angle = _around(mesh)
    return mesh


@lru_cache(maxsize=1)
def face_triangles() -> NDArray[np.int64]:
    """(852, 3) landmarks of each triangle of the face mesh, from mediapipe's own list of their edges."""
    import_mediapipe()
    from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarksConnections

    edges = FaceLandmarksConnections.FACE_LANDMARKS_TESSELATION
    return np.array([edge.start for edge in edges]).reshape(-1, 3)


def _first_guess(landmarks: Float64) -> tuple[Float64, float, float]:
    left, right = landmarks[LANDMARKS["left_eye"]], landmarks[LANDMARKS["right_eye"]]
    eyes = (left + right) / 2
    mouth = (landmarks[LANDMARKS["left_mouth"]] + landmarks[LANDMARKS["right_mouth"]]) / 2
    up = eyes - mouth
    length = max(float(np.linalg.norm(up)), _TURNED * float(np.linalg.norm(left - right)), 1.0)
    return (eyes + mouth) / 2, _EYES_TO_MOUTH * length, _roll(up)


def _around(mesh: Float64) -> tuple[Float64, float, float]:
    """Centre, side and roll of the region of interest around a face mesh."""
    angle = _roll(mesh[_FOREHEAD, :2] - mesh[_CHIN, :2])
    turned = mesh[:, :2] @ _rotation(angle).T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return (low + high) / 2 @ _rotation(angle), _MARGIN * max(1.0, *(high - low)), angle


def _roll(up: Float64) -> float:
    return float(np.arctan2(up[0], -up[1]))


def _rotation(angle: float) -> Float64:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s], [-s, c]])


def _measured(rgb: NDArray[np.uint8], centre: Float64, size: float, angle: float) -> tuple[Float64, float]:
    """Face mesh and logit of there being a face, from one region of interest."""
    scale = _SIDE / size
    turn = _rotation(angle) * scale
    affine = np.concatenate([turn, (_SIDE / 2 - turn @ centre)[:, None]], axis=1)
    small = cv2.warpAffine(rgb, affine, (_SIDE, _SIDE), flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    network = _network()
    network.setInput(np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32) / 255))
    logit, flat = network.forward(_OUTPUTS)
    points = flat.reshape(-1, 3).astype(np.float64)
    back = cv2.invertAffineTransform(affine)
    mesh = np.concatenate([points[:, :2] @ back[:, :2].T + back[:, 2], points[:, 2:] / scale], axis=1)
    return mesh, float(logit.ravel()[0])


@lru_cache(maxsize=1)
def _network() -> Any:
    if not FACE_MODEL.is_file():
        raise UserError("The face model is missing; run the set-up (python build.py demo) or install again.")
    return cv2.dnn.readNetFromTFLite(str(FACE_MODEL))
