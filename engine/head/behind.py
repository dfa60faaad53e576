"""Where the head of who is seen from behind lies: its key points tell, though nothing of the face is seen."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.head.model import Float64, HeadModel
from engine.skeleton import INDEX

_NOSE, _RIGHT_EYE, _LEFT_EYE = (1,), (33, 133), (362, 263)
"""Landmarks of the face mesh whose mean is a key point."""
_POINTS = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_APART, _BEYOND = 0.09, 0.03
"""Metres by which in who is seen from behind the left ear is left of the right one at least, and the nose behind both.
"""


def head_behind(model: HeadModel, keypoints: NDArray, depths: NDArray, scale: float, rise: float) -> Float64 | None:
    """The vertices (V, 3; pixels) of the mean head of a person who is seen from behind, in the mirror: with depths
    counted towards the camera, so that it faces the camera. None for others.

    keypoints: (31, 2) pixels. depths: (31,) pixels, greater is farther. scale: pixels per metre. rise: radians by which
    the camera looks up at it.
    """
    named = [INDEX[name] for name in _POINTS]
    nose, left_eye, right_eye, left, right = points = np.column_stack([keypoints, -depths])[named]
    if not (np.isfinite(points).all() and np.isfinite(scale)):
        return None
    if right[0] - left[0] < _APART * scale or (left[2] + right[2]) / 2 - nose[2] < _BEYOND * scale:
        return None
    own = _own_points(model)
    mirrored = np.stack([nose, right_eye, left_eye, right, left])
    mirrored[:, 2] -= (left[2] + right[2]) / 2
    turned = _turn(own - own.mean(axis=0), mirrored - mirrored.mean(axis=0))
    tilted = np.arctan2(right[1] - left[1], right[0] - left[0])
    # bent only so that it looks straight ahead: key points of what is not seen do not tell more
    pose = Rotation.from_euler("yxz", [turned, rise, tilted])
    return np.asarray(scale * pose.apply(model.mean - own.mean(axis=0)) + mirrored.mean(axis=0))


def _turn(own: Float64, there: Float64) -> float:
    """Radians about the vertical by which own points lie nearest to others, both (N, 3) around 0."""
    along = (own[:, [0, 2]] * there[:, [0, 2]]).sum()
    across = (own[:, 2] * there[:, 0] - own[:, 0] * there[:, 2]).sum()
    return float(np.arctan2(across, along))


def _own_points(model: HeadModel) -> Float64:
    """The points (5, 3; metres) of the mean head that the key points mean."""
    landmarks, left = model.landmarks(model.mean), model.mean[:, 0] > 0
    face = [landmarks[list(some)].mean(axis=0) for some in (_NOSE, _LEFT_EYE, _RIGHT_EYE)]
    ears = [np.average(model.mean, axis=0, weights=model.ear * side) for side in (left, ~left)]
    return np.stack([*face, *ears])
