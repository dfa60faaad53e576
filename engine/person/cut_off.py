"""Whom the picture's lower border cuts off: the detector then squeezes legs that are not there into what is seen.

That shows in a trunk that is too short for its face. In a square around head and trunk alone the detector finds the
trunk where it is, and the legs below the picture.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.person.detector import Detection, apart, detect_within, torso_length
from engine.person.face import eyes_and_mouth

_BORDER = 0.03
"""Share of the picture's height within which a person reaches its lower border."""
_SHORT = 6.1
"""Lengths of the torso over the distance from eyes to mouth below which it may be squeezed; most have 6 to 9."""
_LONGER = 1.15
"""By how much the torso must be longer in the square."""
_SIDES, _ABOVE = (14.0, 12.0, 10.0), 1.8
"""Sides of the squares, and how far they reach above the face, in distances from eyes to mouth."""
_AS_LONG = 0.92
"""Share of the longest torso with which a wider square, which shows more of the body, is taken."""
_SAME = 1.5
"""Mean distance of the landmarks of the head, in that unit, of what is still the same person."""
_HEAD = np.s_[:11]


def unsqueezed(rgb: NDArray[np.uint8], people: list[Detection]) -> list[Detection]:
    """The people of a picture (HxWx3) with the landmarks of the whole body where it was squeezed into the picture.

    Coarse masks stay. Raises UserError if the model bundle is missing.
    """
    return [_longer(person, rgb) if _may_be_squeezed(person, len(rgb)) else person for person in people]


def _may_be_squeezed(person: Detection, height: int) -> bool:
    reaches = person.extent[1][1] > (1 - _BORDER) * height
    return bool(reaches and torso_length(person.landmarks) < _SHORT * _unit(person))


def _unit(person: Detection) -> float:
    return eyes_and_mouth(person.landmarks)[2]


def _longer(person: Detection, rgb: NDArray[np.uint8]) -> Detection:
    """The person as in the widest square in which they have a torso that is about as long as in any."""
    looks = [look for found in detect_within(rgb, _squares(person)) for look in found if _same(look, person)]
    lengths = [torso_length(look.landmarks) for look in looks]
    if max(lengths, default=0.0) < _LONGER * torso_length(person.landmarks):
        return person
    look = next(look for look, length in zip(looks, lengths, strict=True) if length >= _AS_LONG * max(lengths))
    return replace(
        person, landmarks=look.landmarks, visibility=look.visibility, presence=look.presence, world=look.world
    )


def _squares(person: Detection) -> list[NDArray[np.float64]]:
    middle, _, unit = eyes_and_mouth(person.landmarks)
    return [unit * np.array([-side / 2, -_ABOVE, side]) + [*middle, 0] for side in _SIDES]


def _same(look: Detection, person: Detection) -> bool:
    return apart(look, person, _HEAD) < _SAME * _unit(person)
