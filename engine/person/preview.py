"""A quick look at what would be reconstructed: the people of a photo, drawn over it; and their masks to be painted.

The people are found as for a reconstruction, so that numbers mean the same; masks are made on a reduced copy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.corrections import Corrections
from engine.person import missing_parts
from engine.person.corrections import put_right
from engine.person.crowd import look, opaque
from engine.person.detector import Detection
from engine.person.joints import joints
from engine.person.mask import person_mask
from engine.person.overlay import draw
from engine.types import Photo

Box = tuple[float, float, float, float]

SIDE = 512
"""Longest side in pixels of the picture that is drawn."""

LARGE_SIDE = 2048
"""The same of a picture on which key points are put right."""

_INSIDE, _OUTSIDE = (155, 255), (0, 100)
"""Grey levels of a mask through which the photo is seen: well above and below the 128 that a mask is read by."""


@dataclass(frozen=True)
class Preview:
    """picture: (H, W, 3) uint8 of at most `SIDE` pixels. boxes: left, top, right, bottom in photo pixels by person.

    person: index of the one that is highlighted, whose keypoints (31, 2) are in photo pixels, NaN = missing.
    warnings: of parts that the photo does not show.
    """

    picture: NDArray[np.uint8]
    boxes: tuple[Box, ...]
    person: int
    keypoints: NDArray[np.float64]
    warnings: tuple[str, ...]


def preview(
    photo: Photo,
    index: int = 0,
    mask: Path | None = None,
    keypoints: Corrections | None = None,
    pause: Callable[[], object] = bool,
) -> Preview:
    """Find everybody and draw what is found of the person `index`, or of the last one where there are fewer.

    mask, keypoints: as for `find_people`. pause: see `look`. Raises UserError if nobody can be reconstructed, or the
    mask or the key points do not fit.
    """
    crowd = look(photo, pause)
    index = min(index, max(len(crowd.people) - 1, 0))
    chosen, others = crowd.choose(index)
    chosen, points = put_right(chosen, keypoints or {}, photo.rgb.shape)
    boxes = tuple(_box(person, photo.rgb.shape) for person in crowd.people)
    pause()
    factor = min(1.0, SIDE / max(photo.rgb.shape[:2]))
    small = _reduced(photo, factor)
    inside = _small_mask(photo, small, chosen, others, mask, factor)
    drawn = draw(opaque(small), inside, points * factor, np.array(boxes) * factor, index)
    return Preview(drawn, boxes, index, points, missing_parts(points))


def key_points_picture(
    photo: Photo, index: int = 0, pause: Callable[[], object] = bool
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A picture (H, W, 3) of at most `LARGE_SIDE` pixels, and a person's key points (31, 2) in photo pixels, NaN =
    missing. Raises UserError as `find_people` does."""
    chosen, _ = look(photo, pause).choose(index)
    picture = opaque(_reduced(photo, min(1.0, LARGE_SIDE / max(photo.rgb.shape[:2]))))
    return picture, joints(chosen, photo.rgb.shape)


def paintable_mask(
    photo: Photo, index: int = 0, mask: Path | None = None, pause: Callable[[], object] = bool
) -> NDArray[np.uint8]:
    """The mask of a person as HxW grey levels of the photo's size, through which the photo is seen.

    It is light inside and dark outside; painted over in white and black it remains a mask. Raises UserError as
    `find_people` does.
    """
    chosen, others = look(photo, pause).choose(index)
    pause()
    return see_through(photo.rgb, person_mask(photo, chosen, others, mask))


def see_through(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Grey levels (H, W) that show a photo and are at least 128 exactly where the mask is True."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) / np.float32(255)
    light, dark = (low + (high - low) * grey for low, high in (_INSIDE, _OUTSIDE))
    return np.where(mask, light, dark).astype(np.uint8)


def _box(person: Detection, shape: tuple[int, ...]) -> Box:
    low, high = person.extent
    (left, top), (right, bottom) = np.maximum(low, 0), np.minimum(high, shape[1::-1])
    return float(left), float(top), float(right), float(bottom)


def _reduced(photo: Photo, factor: float) -> Photo:
    if factor == 1:
        return photo
    height, width = photo.rgb.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    rgb = cv2.resize(photo.rgb, size, interpolation=cv2.INTER_AREA)
    alpha = None if photo.alpha is None else cv2.resize(photo.alpha, size, interpolation=cv2.INTER_AREA)
    return Photo(np.asarray(rgb, np.uint8), None if alpha is None else np.asarray(alpha, np.uint8))


def _small_mask(
    photo: Photo, small: Photo, chosen: Detection, others: Sequence[Detection], file: Path | None, factor: float
) -> NDArray[np.bool_]:
    """The mask on the reduced photo; a file is read at its full size."""
    if file is None:
        return person_mask(small, chosen.reduced(factor), [other.reduced(factor) for other in others])
    mask = person_mask(photo, chosen, others, file).astype(np.uint8) * 255
    return cv2.resize(mask, small.rgb.shape[1::-1], interpolation=cv2.INTER_AREA) >= 128
