"""The person in a photo: key points, depths and mask of the chosen one."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.person.detector import Detection, detect
from engine.person.face import find_face
from engine.person.joints import VISIBLE, inside, joints, pixels_per_metre
from engine.person.mask import person_mask
from engine.skeleton import INDEX
from engine.types import Person, Photo

_FEET = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("ankle", "heel", "big_toe")]
_BODY = (11, 12, 23, 24)


def find_people(photo: Photo, index: int = 0, mask: Path | None = None) -> Person:
    """Find everybody in a photo and measure the chosen person.

    index: 0 = the largest person, 1 = the next ... mask: a picture of the photo's size, white where the person is.
    Warnings tell of feet or a face outside of the picture and of other people.

    Raises UserError if there is nobody, only a head, nobody with this index, no model, or a mask that does not fit.
    """
    rgb = _opaque(photo)
    found = detect(rgb)
    shape = photo.rgb.shape
    people = [person for person in found if _shows_body(person, shape)]
    _check_choice(found, people, index)
    chosen = people[index]
    others = [person for person in found if person is not chosen]
    points, depths = joints(chosen, shape, photo.focal_length)
    return Person(
        keypoints=points,
        depths=depths,
        mask=person_mask(photo, chosen, others, mask),
        index=index,
        count=len(people),
        warnings=_warnings(points, index, len(people)),
        pixels_per_metre=pixels_per_metre(chosen),
        face=find_face(rgb, chosen.landmarks),
    )


def _opaque(photo: Photo) -> NDArray[np.uint8]:
    """The photo over grey where it is transparent: what transparent pixels hide must not be found."""
    return photo.rgb if photo.alpha is None else np.where(photo.alpha[:, :, None] < 128, np.uint8(128), photo.rgb)


def _shows_body(person: Detection, shape: tuple[int, ...]) -> bool:
    """Whether shoulders and hips are in the picture (one of each will do)."""
    seen = inside(person.landmarks, shape) & (person.visibility > VISIBLE)
    return bool(seen[[11, 12]].any() and seen[[23, 24]].any())


def _check_choice(found: list[Detection], people: list[Detection], index: int) -> None:
    if not found:
        raise UserError("No person was found in the picture; choose one that shows a person from head to feet.")
    if not people:
        raise UserError("The picture shows only a head; choose one that shows the person from head to feet.")
    if not 0 <= index < len(people):
        number = "only one person was" if len(people) == 1 else f"only {len(people)} people were"
        raise UserError(f"There is no person {index}: {number} found; choose a number from 0 to {len(people) - 1}.")


def _warnings(points: NDArray[np.float64], index: int, count: int) -> tuple[str, ...]:
    warnings = []
    if np.isnan(points[_FEET]).any():
        warnings.append("The feet are not in the picture; the legs end where the picture ends.")
    if np.isnan(points[INDEX["nose"]]).any():
        warnings.append("The face is not in the picture; the body ends where the picture ends.")
    if count > 1 and index == 0:
        warnings.append(f"{count} people were found; the largest was taken.")
    return tuple(warnings)
