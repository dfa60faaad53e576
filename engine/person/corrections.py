"""A person some of whose key points the user has put right."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.corrections import Corrections
from engine.errors import UserError
from engine.person.detector import Detection
from engine.person.joints import joints, pixels_per_metre
from engine.person.keypoints import SOURCES, WEIGHTS, keypoints
from engine.skeleton import INDEX


def put_right(
    person: Detection, corrections: Corrections, shape: tuple[int, ...]
) -> tuple[Detection, NDArray[np.float64]]:
    """The person with the landmarks moved that the corrected key points rest on, and key points as `joints` gives them:
    those that are corrected are where the user says and the others stay.

    Raises UserError where a key point lies outside of a picture of `shape` (H, W, ...).
    """
    points = joints(person, shape)
    if not corrections:
        return person, points
    chosen, places = [INDEX[name] for name in corrections], np.array(list(corrections.values()))
    _check_inside(corrections, shape)
    moved = _moved(person, chosen, places)
    points[chosen] = places
    return moved, points


def _moved(person: Detection, chosen: list[int], places: NDArray[np.float64]) -> Detection:
    """The least change of the landmarks that brings the chosen key points to their places, in metres as well."""
    step = np.linalg.pinv(WEIGHTS[chosen]) @ (places - keypoints(person.landmarks)[chosen])
    world = person.world + np.pad(step / pixels_per_metre(person), ((0, 0), (0, 1)))
    visibility = person.visibility.copy()
    visibility[SOURCES[chosen]] = 1.0
    return replace(person, landmarks=person.landmarks + step, world=world, visibility=visibility)


def _check_inside(corrections: Corrections, shape: tuple[int, ...]) -> None:
    for name, (x, y) in corrections.items():
        if not (0 <= x < shape[1] and 0 <= y < shape[0]):
            size = f"{shape[1]} x {shape[0]}"
            raise UserError(f"The key point {name} ({x:g}, {y:g}) is outside of the photo of {size} pixels; move it.")
