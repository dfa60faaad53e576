"""The real detector on rendered people: the networks learn from the key points that they will be given."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.camera import NETWORK_FOCAL
from engine.framing import view_depths
from engine.person.depths import Marks
from engine.person.detector import Detection, detect
from engine.person.joints import joint_depths, joints, marks, pixels_per_metre
from engine.person.keypoints import keypoints
from engine.render.maps import RenderedView
from engine.skeleton import KEYPOINTS

Float64 = NDArray[np.float64]
Picture = NDArray[np.uint8]
Detect = Callable[[Picture, RenderedView], tuple[Float64, Float64] | None]
"""Developed photo of a whole canvas and its view -> key points (31, 2) in canvas pixels and depths (31,) in camera
units as `engine.framing.frame` gives them, NaN = missing; None where the person is not found."""

MAX_ERROR = 0.05
"""Mean error of the key points in the picture, in body heights, beyond which a detection is left out as wrong."""

HANDS_AND_FEET = tuple(
    [i for i, name in enumerate(KEYPOINTS) if name.startswith(side) and any(part in name for part in parts)]
    for side in ("left", "right")
    for parts in (("finger",), ("toe", "heel"))
)
"""Indices of the key points of each hand and foot; they get lost together."""


def found_person(photo: Picture, rendered: RenderedView) -> Detection | None:
    """The largest person found in a developed view, unless it is clearly another one than was rendered."""
    found = detect(photo)
    if not found:
        return None
    errors = np.linalg.norm(keypoints(found[0].landmarks) - rendered.joints, axis=1)
    return found[0] if errors.mean() < MAX_ERROR * np.ptp(rendered.joints[:, 1]) else None


def detected(photo: Picture, rendered: RenderedView) -> tuple[Float64, Float64] | None:
    """Key points and depths of the rendered person (see `Detect`)."""
    person = found_person(photo, rendered)
    if person is None:
        return None
    focal, pitch = _optics(rendered)
    points = joints(person, photo.shape)
    depths = joint_depths(person, points, photo, focal, pitch)
    points = points * rendered.window.step
    return points, view_depths(points, depths * metre(person, rendered), rendered.placement.camera.pitch)


def detected_marks(person: Detection, photo: Picture, rendered: RenderedView) -> Marks:
    """What the network for the depths of key points is told of a person found in a developed view."""
    return marks(person, photo, *_optics(rendered))


def metre(person: Detection, rendered: RenderedView) -> float:
    """One of the detector's metres in camera units."""
    return pixels_per_metre(person) * rendered.window.step / NETWORK_FOCAL


def _optics(rendered: RenderedView) -> tuple[float, float]:
    """Focal length in pixels of the view and the camera's pitch."""
    camera = rendered.placement.camera
    return camera.focal / rendered.window.step, camera.pitch


def lose_some(keypoints: Float64, depths: Float64, rng: np.random.Generator) -> tuple[Float64, Float64]:
    """Make single joints (1 %) and whole hands and feet (3 %) missing (NaN), as where the frame cuts them off."""
    missing = rng.random(len(depths)) < 0.01
    for members in HANDS_AND_FEET:
        missing[members] |= rng.random() < 0.03
    return np.where(missing[:, None], np.nan, keypoints), np.where(missing, np.nan, depths)
