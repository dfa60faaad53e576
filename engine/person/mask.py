"""The mask of one person at the photo's full size.

A mask file, an alpha channel or a uniform background says where the person is and is used as it is; otherwise the
detector's coarse mask is refined along its border by GrabCut (Rother et al., SIGGRAPH 2004).
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from engine.errors import UserError
from engine.person.detector import Detection
from engine.photo import open_picture
from engine.types import Photo

Bool = NDArray[np.bool_]

_WORKING_SIDE = 1536
"""Longer side in pixels of the window in which masks are computed; a framed body spans 1569 pixels of the canvas."""
_MARGIN = 0.12
"""Border of that window around the person in shares of its longer side."""
_INWARD, _OUTWARD = 24 / 1569, 20 / 1569
"""How far the true border may lie inside and outside of the coarse mask's, as shares of the person's size."""
_SURROUNDINGS = 48 / 1569
"""Strip around the coarse mask that may still hold parts of the person before a uniform background."""
_UNIFORM = 8
"""Largest deviation (8-bit levels, any channel, 99 % of the pixels) of a background that counts as uniform."""

_BONES = (
    (0, 7), (0, 8), (11, 12), (11, 13), (13, 15), (15, 19), (12, 14), (14, 16), (16, 20), (11, 23), (12, 24), (23, 24),
    (23, 25), (25, 27), (27, 31), (24, 26), (26, 28), (28, 32), (0, 11), (0, 12),
)  # fmt: skip


_EXTREMITIES = ((15, 17), (15, 19), (16, 18), (16, 20), (27, 29), (27, 31), (29, 31), (28, 30), (28, 32), (30, 32))
"""Landmark pairs of the hands and feet."""


def person_mask(photo: Photo, person: Detection, others: Sequence[Detection], file: Path | None = None) -> Bool:
    """HxW mask of `person` alone.

    file: a picture of the photo's size, white (or opaque) where the person is; it is used without any change.
    Raises UserError if the file is no picture, has another size or does not cover the person.
    """
    if file is not None:
        return _covering(_from_file(file, photo.rgb.shape[:2]), person, f"The mask {file.name}")
    if photo.alpha is not None and (photo.alpha < 128).any():
        return _covering(_alone(photo.alpha >= 128, person, others), person, "The alpha channel")
    window = _Window.around(person, photo.rgb.shape[:2])
    pixels = window.cut(photo.rgb)
    coarse = window.resample(person)
    crowd = [window.resample(other) for other in others]
    background = _uniform_background(pixels, coarse, crowd)
    if background is None:
        inside = _grab_cut(pixels, coarse, _limbs(window, person, _INWARD * _body_size(coarse)))
    else:
        inside = _unlike(pixels, coarse, background)
    return window.paste(_without_specks(inside & _nearest(window, person, others), coarse))


class _Window:
    """A rectangle of the photo around a person, shrunk by `step` where it is large."""

    def __init__(self, left: int, top: int, right: int, bottom: int, shape: tuple[int, ...]) -> None:
        self.left, self.top, self.right, self.bottom = left, top, right, bottom
        self.photo_shape = shape[:2]
        self.step = max(1.0, max(right - left, bottom - top) / _WORKING_SIDE)
        self.size = tuple(max(1, round(length / self.step)) for length in (right - left, bottom - top))

    @classmethod
    def around(cls, person: Detection, shape: tuple[int, ...]) -> "_Window":
        low, high = _extent(person)
        margin = _MARGIN * max(high - low)
        left, top = np.floor(np.maximum(low - margin, 0)).astype(int)
        right, bottom = np.ceil(np.minimum(high + margin, shape[1::-1])).astype(int)
        return cls(left, top, right, bottom, shape)

    def cut(self, picture: NDArray) -> NDArray:
        region = picture[self.top : self.bottom, self.left : self.right]
        return cv2.resize(region, self.size, interpolation=cv2.INTER_AREA) if self.step > 1 else region.copy()

    def resample(self, person: Detection) -> NDArray[np.float32]:
        """The coarse mask of somebody in this window, 0 outside of what it covers."""
        scale = self.step / person.step
        x, y = (self.left - person.origin[0]) / person.step, (self.top - person.origin[1]) / person.step
        to_coarse = np.array([[scale, 0, x + scale / 2 - 0.5], [0, scale, y + scale / 2 - 0.5]])
        return cv2.warpAffine(person.coarse, to_coarse, self.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)

    def points(self, photo_points: NDArray[np.float64]) -> NDArray[np.float64]:
        return (photo_points - (self.left, self.top)) / self.step

    def paste(self, inside: Bool) -> Bool:
        mask = np.zeros(self.photo_shape, np.bool_)
        size = (self.right - self.left, self.bottom - self.top)
        full = cv2.resize(inside.astype(np.uint8) * 255, size, interpolation=cv2.INTER_LINEAR)
        mask[self.top : self.bottom, self.left : self.right] = full > 127
        return mask


def _extent(person: Detection) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Box (x, y) around the landmarks and the coarse mask in photo pixels."""
    low, high = person.box
    rows, columns = (np.flatnonzero((person.coarse > 0.5).any(axis=axis)) for axis in (1, 0))
    if len(rows) and len(columns):
        corners = np.array([(columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)]) * person.step + person.origin
        low, high = np.minimum(low, corners[0]), np.maximum(high, corners[1])
    return low, high


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
    window = _Window(0, 0, mask.shape[1], mask.shape[0], mask.shape)
    return mask & window.paste(_nearest(window, person, others))


def _nearest(window: _Window, person: Detection, others: Sequence[Detection]) -> Bool:
    """Where nobody else's skeleton is nearer than the person's own, measured in torso lengths of each."""
    mine = _skeleton_distance(window, person)
    nearest = np.ones(mine.shape, np.bool_)
    for other in others:
        nearest &= mine <= _skeleton_distance(window, other)
    return nearest


def _skeleton_distance(window: _Window, person: Detection) -> NDArray[np.float32]:
    lines = np.full(window.size[::-1], 255, np.uint8)
    points = window.points(person.landmarks)
    for a, b in _BONES:
        cv2.line(lines, _pixel(points[a]), _pixel(points[b]), 0, 1)
    if lines.all():
        return np.full(lines.shape, np.inf, np.float32)
    return cv2.distanceTransform(lines, cv2.DIST_L2, 5) / max(_torso_length(points), 1.0)


def _torso_length(points: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(points[[11, 12]].mean(axis=0) - points[[23, 24]].mean(axis=0)))


def _uniform_background(
    pixels: NDArray[np.uint8], coarse: NDArray[np.float32], crowd: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32] | None:
    """The colour (3,) of a background without any texture, None if there is one."""
    people = np.maximum.reduce([coarse, *crowd])
    outside = pixels[cv2.dilate((people > 0.3).astype(np.uint8), _disc(_SURROUNDINGS * _body_size(coarse))) == 0]
    if len(outside) < 100:
        return None
    colour = np.median(outside, axis=0).astype(np.float32)
    deviation = np.abs(outside - colour).max(axis=1)
    return colour if np.percentile(deviation, 99) <= _UNIFORM else None


def _unlike(pixels: NDArray[np.uint8], coarse: NDArray[np.float32], background: NDArray[np.float32]) -> Bool:
    """Pixels near the coarse mask that differ from the uniform background.

    Clothes of the background's colour are taken from the coarse mask: its core, and all of it where no difference is
    to be seen around.
    """
    difference = np.abs(pixels - background).max(axis=2)
    visible = (difference > _UNIFORM).astype(np.uint8)
    body, size = (coarse > 0.5).astype(np.uint8), _body_size(coarse)
    near = cv2.dilate(body, _disc(_SURROUNDINGS * size))
    core = cv2.erode(body, _disc(_INWARD * size))
    hidden = body & ~cv2.dilate(visible, _disc(_INWARD * size))
    inside = cv2.morphologyEx(visible & near | core | hidden, cv2.MORPH_CLOSE, _disc(2)) > 0
    rim = inside & (hidden == 0) & (cv2.erode(inside.astype(np.uint8), _disc(2)) == 0)
    mixed = difference < 0.5 * cv2.dilate(difference, _disc(3))  # less than half of the body's colour: an edge pixel
    return inside & ~(rim & mixed)


def _grab_cut(pixels: NDArray[np.uint8], coarse: NDArray[np.float32], limbs: Bool) -> Bool:
    """GrabCut in a strip along the coarse mask's border and around hands and feet (`limbs`), which that mask may lack;
    3 px openings trim whiskers outside of it."""
    inside = (coarse > 0.5).astype(np.uint8)
    size = _body_size(coarse)
    labels = np.where(inside > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.erode(inside, _disc(_INWARD * size)) > 0] = cv2.GC_FGD
    labels[(cv2.dilate(inside, _disc(_OUTWARD * size)) == 0) & ~limbs] = cv2.GC_BGD
    if not all((labels == label).any() for label in (cv2.GC_BGD, cv2.GC_FGD)):
        return inside > 0
    cv2.setRNGSeed(0)
    cv2.grabCut(pixels, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 1, cv2.GC_INIT_WITH_MASK)
    cut = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    return (cut & inside | cv2.morphologyEx(cut, cv2.MORPH_OPEN, _disc(3))) > 0


def _limbs(window: _Window, person: Detection, radius: float) -> Bool:
    """Surroundings of the visible hands and feet."""
    drawn = np.zeros(window.size[::-1], np.uint8)
    points = window.points(person.landmarks)
    for a, b in _EXTREMITIES:
        if person.visibility[[a, b]].min() > 0.5:
            cv2.line(drawn, _pixel(points[a]), _pixel(points[b]), 255, max(1, round(2 * radius)))
    return drawn > 0


def _without_specks(inside: Bool, coarse: NDArray[np.float32]) -> Bool:
    """Without parts smaller than 1 % of the whole or mostly off the coarse mask, and without holes as small."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA]
    least = 0.01 * inside.sum()
    kept = [i for i in range(1, count) if area[i] >= least and (coarse[parts == i] > 0.5).mean() > 0.3]
    whole = np.isin(parts, kept)
    count, holes, stats, _ = cv2.connectedComponentsWithStats((~whole).astype(np.uint8), connectivity=4)
    small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < 1e-4 * inside.sum()]
    return whole | np.isin(holes, small)


def _body_size(coarse: NDArray[np.float32]) -> float:
    """Longer side of the coarse mask's bounding box in pixels."""
    sides = [np.flatnonzero((coarse > 0.5).any(axis=axis)) for axis in (1, 0)]
    return float(max(np.ptp(side) + 1 if len(side) else 0 for side in sides))


def _disc(radius: float) -> NDArray[np.uint8]:
    whole = max(1, round(radius))
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * whole + 1, 2 * whole + 1))


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    """For drawing; far outside points are brought to where integers suffice."""
    x, y = np.clip(point, -9999, 9999).astype(int)
    return int(x), int(y)
