"""The face of a person as a mesh of 468 landmarks with depth: MediaPipe's face mesh, run by OpenCV.

Its region of interest comes from the pose landmarks of eyes and mouth and is then taken twice from its own result, as
MediaPipe does from one frame of a film to the next (Kartynnik et al., Real-time Facial Surface Geometry from Monocular
Video on Mobile GPUs, 2019).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.person.keypoints import LANDMARKS
from engine.person.region import Region, mediapipe_network, roll

FACE_MODEL = Path(__file__).parent / "models" / "face.tflite"
"""Where `engine.person.bundle` puts the model (not in git)."""

_SIDE = 192
"""Side of the network's picture."""
_OUTPUTS = ("conv2d_21", "conv2d_31")
"""468 x (x, y, z) in pixels of that picture, and the logit of there being a face."""
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
    region = _first_guess(landmarks)
    mesh = None
    for _ in range(_ROUNDS):
        mesh, logit = region.measure(rgb, mediapipe_network(FACE_MODEL, "face"), _SIDE, *_OUTPUTS)
        if logit < 0 or not np.isfinite(mesh).all():
            return None
        region = Region.around(mesh[:, :2], mesh[_FOREHEAD, :2] - mesh[_CHIN, :2], _MARGIN)
    return mesh


def eyes_and_mouth(landmarks: Float64) -> tuple[Float64, Float64, float]:
    """The middle (2,) between eyes and mouth, the way (2,) from the mouth up to the eyes, and its length if the face is
    level, for pose landmarks (33, 2); all in the landmarks' unit, the length at least 1."""
    left, right = landmarks[LANDMARKS["left_eye"]], landmarks[LANDMARKS["right_eye"]]
    eyes = (left + right) / 2
    mouth = (landmarks[LANDMARKS["left_mouth"]] + landmarks[LANDMARKS["right_mouth"]]) / 2
    up = eyes - mouth
    return (eyes + mouth) / 2, up, max(float(np.linalg.norm(up)), _TURNED * float(np.linalg.norm(left - right)), 1.0)


def _first_guess(landmarks: Float64) -> Region:
    middle, up, length = eyes_and_mouth(landmarks)
    return Region(middle, _EYES_TO_MOUTH * length, roll(up))
