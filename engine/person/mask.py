"""The mask of one person at the photo's full size.

A mask file, an alpha channel or a uniform background says where the person is and is used as it is; otherwise the
detector's coarse mask, with closer looks, is refined along its border by the colours of the whole picture, and by those
nearby.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from engine.errors import UserError
from engine.person.closer import look_closer
from engine.person.detector import Detection, torso_length
from engine.person.refine import refine
from engine.person.segment import tidy, uniform_background, unlike_background, without_specks, without_whiskers
from engine.person.window import Window
from engine.photo import open_picture
from engine.types import Photo

Bool = NDArray[np.bool_]

_BONES = (
    (0, 7), (0, 8), (11, 12), (11, 13), (13, 15), (15, 19), (12, 14), (14, 16), (16, 20), (11, 23), (12, 24), (23, 24),
    (23, 25), (25, 27), (27, 31), (24, 26), (26, 28), (28, 32), (0, 11), (0, 12),
)  # fmt: skip


_EXTREMITIES = ((15, 17, 19, 21), (16, 18, 20, 22), (27, 29, 31), (28, 30, 32))
"""Landmarks of the hands and feet."""


def person_mask(photo: Photo, person: Detection, others: Sequence[Detection], file: Path | None = None) -> Bool:
    """HxW mask of `person` alone.

    file: a picture of the photo's size, white (or opaque) where the person is; it is used without any change.
    Raises UserError if the file is no picture, has another size or does not cover the person, and if the model is
    missing.
    """
    if file is not None:
        return _covering(_from_file(file, photo.rgb.shape[:2]), person, f"The mask {file.name}")
    if photo.alpha is not None and (photo.alpha < 128).any():
        return _covering(_alone(photo.alpha >= 128, person, others), person, "The alpha channel")
    window = Window.around(person, photo.rgb.shape[:2])
    pixels = window.cut(photo.rgb)
    coarse = window.resample(person)
    crowd = [window.resample(other) for other in others]
    background = uniform_background(pixels, coarse, crowd)
    if background is not None:
        return _before_uniform(photo, person, others, background)
    coarse = window.resample(look_closer(photo.rgb, person))
    inside = without_whiskers(refine(pixels, coarse, _from_limbs(window, person)), coarse)
    return window.paste(tidy(inside & _nearest(window, person, others), coarse))


def _before_uniform(
    photo: Photo, person: Detection, others: Sequence[Detection], background: NDArray[np.float32]
) -> Bool:
    """Everything unlike the background that hangs together with the person, in wider surroundings."""
    window = Window.around(person, photo.rgb.shape[:2], margin=0.4)
    coarse = window.resample(person)
    inside = unlike_background(window.cut(photo.rgb), coarse, background) & _nearest(window, person, others)
    return window.paste(without_specks(inside, coarse))


def _from_file(file: Path, shape: tuple[int, ...]) -> Bool:
    with open_picture(file) as image:
        image = ImageOps.exif_transpose(image)
        if image.size != (shape[1], shape[0]):
            sizes = f"{image.width} x {image.height} pixels and the photo {shape[1]} x {shape[0]}"
            raise UserError(f"The mask {file.name} has {sizes}; give a mask of the photo's size.")
        return _levels(image) >= 128


def _levels(image: Image.Image) -> NDArray[np.uint8]:
    """The mask's values: its alpha channel where it has a transparent part, else its brightness."""
    if image.has_transparency_data:
        alpha = np.asarray(image.convert("RGBA").getchannel("A"))
        if alpha.min() < 128:
            return alpha
    if image.mode.startswith("I"):
        return (np.clip(np.asarray(image), 0, 65535) >> 8).astype(np.uint8)
    return np.asarray(image.convert("L"))


def _covering(mask: Bool, person: Detection, what: str) -> Bool:
    inside = [mask[int(y), int(x)] for x, y in person.landmarks if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]]
    if np.mean(inside or [False]) < 0.3:
        raise UserError(f"{what} does not cover the chosen person; give one that is white or opaque where they are.")
    return mask


def _alone(mask: Bool, person: Detection, others: Sequence[Detection]) -> Bool:
    if not others:
        return mask
    window = Window(0, 0, mask.shape[1], mask.shape[0], mask.shape)
    return mask & window.paste(_nearest(window, person, others))


def _nearest(window: Window, person: Detection, others: Sequence[Detection]) -> Bool:
    """Where nobody else's skeleton is nearer than the person's own, measured in torso lengths of each."""
    mine = _skeleton_distance(window, person)
    nearest = np.ones(mine.shape, np.bool_)
    for other in others:
        nearest &= mine <= _skeleton_distance(window, other)
    return nearest


def _skeleton_distance(window: Window, person: Detection) -> NDArray[np.float32]:
    lines = np.full(window.size[::-1], 255, np.uint8)
    points = window.points(person.landmarks)
    for a, b in _BONES:
        cv2.line(lines, _pixel(points[a]), _pixel(points[b]), (0,), 1)
    if lines.all():
        return np.full(lines.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(lines, cv2.DIST_L2, 5), np.float32) / max(torso_length(points), 1.0)


def _from_limbs(window: Window, person: Detection) -> NDArray[np.float32]:
    """Pixels from the areas between the landmarks of each visible hand and foot."""
    drawn = np.full(window.size[::-1], 255, np.uint8)
    points = window.points(person.landmarks)
    for landmarks in _EXTREMITIES:
        if person.visibility[list(landmarks)].min() > 0.5:
            hull = cv2.convexHull(np.array([_pixel(points[i]) for i in landmarks], np.int32))
            cv2.fillConvexPoly(drawn, hull, (0,))
            cv2.polylines(drawn, [hull], True, (0,))
    if drawn.all():
        return np.full(drawn.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(drawn, cv2.DIST_L2, 5), np.float32)


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    """For drawing; far outside points are brought to where integers suffice."""
    x, y = np.clip(point, -9999, 9999).astype(int)
    return int(x), int(y)
