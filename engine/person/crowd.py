"""Everybody in a photo, and whom of them the user has chosen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.person.cut_off import unsqueezed
from engine.person.detector import TORSO, Detection, detect
from engine.person.joints import VISIBLE, below, inside
from engine.types import Photo


@dataclass(frozen=True)
class Crowd:
    """found: everybody in the photo. people: those of whom enough is seen for a reconstruction; the largest first."""

    found: list[Detection]
    people: list[Detection]

    def choose(self, index: int) -> tuple[Detection, list[Detection]]:
        """The person with this index among `people`, and everybody else. Raises UserError where there is none."""
        if not self.found:
            raise UserError("No person was found in the picture; choose one that shows a person from head to feet.")
        if not self.people:
            raise UserError(
                "The picture shows only a head; choose one that shows the person from head to feet, or to the waist."
            )
        if not 0 <= index < len(self.people):
            number = "one person was" if len(self.people) == 1 else f"{len(self.people)} people were"
            raise UserError(f"Only {number} found in the picture; choose a smaller number for the person.")
        chosen = self.people[index]
        return chosen, [person for person in self.found if person is not chosen]


def look(photo: Photo, pause: Callable[[], object] = bool) -> Crowd:
    """Find everybody in a photo.

    pause: called every now and then; what it raises ends the search. Raises UserError if the pose model is missing.
    """
    rgb = opaque(photo)
    found = unsqueezed(rgb, detect(rgb, pause))
    return Crowd(found, [person for person in found if _shows_body(person, photo.rgb.shape)])


def opaque(photo: Photo) -> NDArray[np.uint8]:
    """The photo over grey where it is transparent: what transparent pixels hide must not be found."""
    return photo.rgb if photo.alpha is None else np.where(photo.alpha[:, :, None] < 128, np.uint8(128), photo.rgb)


def _shows_body(person: Detection, shape: tuple[int, ...]) -> bool:
    """Whether shoulders and hips are in the picture (one of each will do), or at least half of a trunk that its lower
    border cuts off."""
    within = inside(person.landmarks, shape)
    shoulders, hips = ((within & (person.visibility > VISIBLE))[part].any() for part in (TORSO[:2], TORSO[2:]))
    middle = person.landmarks[TORSO].mean(axis=0, keepdims=True)
    cut_off = below(person.landmarks[TORSO[2:]], shape).all() and inside(middle, shape)[0]
    return bool(shoulders and (hips or cut_off))
