"""Where the head of who is seen from behind lies: its key points tell, though nothing of the face is seen."""

import numpy as np
from numpy.typing import NDArray

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
    aside = np.arctan2(right[1] - left[1], right[0] - left[0])
    turn = _turn(own - own.mean(axis=0), mirrored - mirrored.mean(axis=0)) @ _bent(rise) @ _tilted(aside)
    return np.asarray(scale * (model.mean - own.mean(axis=0)) @ turn + mirrored.mean(axis=0))


def _turn(own: Float64, there: Float64) -> Float64:
    """The rotation (3, 3) about the vertical with own @ rotation nearest to there, both (N, 3) around 0."""
    along = (own[:, [0, 2]] * there[:, [0, 2]]).sum()
    across = (own[:, 0] * there[:, 2] - own[:, 2] * there[:, 0]).sum()
    cosine, sine = np.array([along, across]) / max(np.hypot(along, across), 1e-9)
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])


def _bent(angle: float) -> Float64:
    """The rotation (3, 3) that bends a head forward, so that it looks straight ahead: key points of what is not seen do
    not tell more."""
    return np.array([[1, 0, 0], [0, np.cos(angle), np.sin(angle)], [0, -np.sin(angle), np.cos(angle)]])


def _tilted(angle: float) -> Float64:
    """The rotation (3, 3) in the picture's plane that puts ears side by side on a line with this slope."""
    return np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])


def _own_points(model: HeadModel) -> Float64:
    """The points (5, 3; metres) of the mean head that the key points mean."""
    landmarks, left = model.landmarks(model.mean), model.mean[:, 0] > 0
    face = [landmarks[list(some)].mean(axis=0) for some in (_NOSE, _LEFT_EYE, _RIGHT_EYE)]
    ears = [np.average(model.mean, axis=0, weights=model.ear * side) for side in (left, ~left)]
    return np.stack([*face, *ears])
