"""The person in a photo: key points, depths and mask of the chosen one."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.corrections import Corrections
from engine.person.corrections import put_right
from engine.person.crowd import look, opaque
from engine.person.face import find_face
from engine.person.hands import find_hands
from engine.person.joints import joint_depths, pixels_per_metre, with_hips
from engine.person.mask import person_mask
from engine.skeleton import INDEX
from engine.types import Person, Photo

_FEET = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("ankle", "heel", "big_toe")]


def find_people(photo: Photo, index: int = 0, mask: Path | None = None, keypoints: Corrections | None = None) -> Person:
    """Find everybody in a photo and measure the chosen person.

    index: 0 = the largest person, 1 = the next ... mask: a picture of the photo's size, white where the person is.
    keypoints: where the user says that key points are. Warnings tell of feet or a face outside of the picture and of
    other people.

    Raises UserError if there is nobody, only a head, nobody with this index, no model, or a mask or key points that do
    not fit.
    """
    crowd = look(photo)
    detected, others = crowd.choose(index)
    chosen, points = put_right(detected, keypoints or {}, photo.rgb.shape)
    points = with_hips(points, detected, photo.rgb.shape)
    rgb = opaque(photo)
    count = len(crowd.people)
    scale = pixels_per_metre(chosen)
    return Person(
        keypoints=points,
        depths=joint_depths(chosen, points, rgb, photo.focal_length(scale)),
        mask=person_mask(photo, chosen, others, mask),
        index=index,
        count=count,
        warnings=(*missing_parts(points), *_largest_taken(index, count)),
        pixels_per_metre=scale,
        face=find_face(rgb, chosen.landmarks),
        hands=find_hands(rgb, chosen.landmarks),
    )


def missing_parts(points: NDArray[np.float64]) -> tuple[str, ...]:
    """A sentence for each end of the body whose key points (31, 2) are NaN."""
    warnings = []
    if np.isnan(points[_FEET]).any():
        warnings.append("The feet are not in the picture; the legs end where the picture ends.")
    if np.isnan(points[INDEX["nose"]]).any():
        warnings.append("The face is not in the picture; the body ends where the picture ends.")
    return tuple(warnings)


def _largest_taken(index: int, count: int) -> tuple[str, ...]:
    return (f"{count} people were found; the largest was taken.",) if count > 1 and index == 0 else ()
