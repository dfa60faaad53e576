"""Frames a person of a photo on the network's canvas, the way people stood there in training.

In training the body's bounding box is centred and its longer side spans 2/2.8 camera units at distance 1
(`reference` of the method: max |coordinate| = 1/2.8), which is 1569 of the canvas's 2048 pixels.
"""

from dataclasses import dataclass, replace
from math import atan, atan2, tan

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.camera import CANVAS, NETWORK_FOCAL, Camera
from engine.head import find_head, find_head_behind
from engine.networks.prior import centred_depths
from engine.skeleton import INDEX
from engine.types import Canvas, Head, Person, Photo

BODY_SIDE = 2 / 2.8 * NETWORK_FOCAL
"""Longer side of the body's bounding box in canvas pixels."""

# Shares of the body's height, measured along the body (Winter, Biomechanics and Motor Control of Human Movement).
_TORSO = 0.29
_SHOULDERS_TO_TOP = 0.18
_HIPS_TO_SOLES = 0.53
_KNEES_TO_SOLES = 0.285
_TOUCH = 0.01
"""A mask nearer than this share of the photo's height to its upper or lower border is taken as cut there."""


@dataclass(frozen=True)
class _Box:
    """Smallest and largest x, y in photo pixels (pixel-edge coordinates)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def including(self, point: NDArray[np.float64]) -> "_Box":
        return _Box(np.minimum(self.low, point), np.maximum(self.high, point))


def frame(photo: Photo, person: Person) -> Canvas:
    """Crop the person from the full-resolution photo onto the 2048 x 2048 canvas.

    The box around the mask and the key points is centred, its longer side spans `BODY_SIDE` pixels. Where the frame
    cuts off the feet or the head, the box is extended by what body proportions say is missing. Outside of the photo
    `rgb` repeats the photo's border and `mask` is False.

    `depths` are in camera units (the detector's metres times its pixels per metre, at the canvas's scale, perspective
    neglected), along the view axis, relative to the mean of shoulders and hips, the point that stands for the body's
    centre at distance 1.
    The camera has the photo's focal length; its pitch says how far the ray to the canvas's centre points below the
    photo's optical axis, which is taken as level and through the photo's centre.
    """
    box = body_box(person)
    scale = float(BODY_SIDE / max(*(box.high - box.low), 1e-6))
    centre = (box.low + box.high) / 2
    offset = CANVAS / 2 - scale * centre
    camera = _camera(photo.focal_length(person.pixels_per_metre), photo, scale, centre)
    keypoints = person.keypoints * scale + offset
    level = person.depths * person.pixels_per_metre * scale / NETWORK_FOCAL
    rgb, mask = _resample(photo.rgb, scale, offset), _resample_mask(person.mask, scale, offset)
    canvas = Canvas(
        rgb=rgb,
        mask=mask,
        keypoints=keypoints,
        depths=view_depths(keypoints, level, camera.pitch),
        camera=camera,
        scale=scale,
        offset=(float(offset[0]), float(offset[1])),
        hands=tuple(hand * scale + [*offset, 0] for hand in person.hands),
    )
    return replace(canvas, head=_head(canvas, person))


def _head(canvas: Canvas, person: Person) -> Head | None:
    """The head of a framed person, by the face or, where there is none, as it is seen from behind."""
    face = None if person.face is None else person.face * canvas.scale + [*canvas.offset, 0]
    head = find_head(canvas.rgb, canvas.mask, face)
    if head is not None:
        return head
    points, metre = canvas.keypoints, person.pixels_per_metre * canvas.scale
    rise = atan((CANVAS / 2 - points[INDEX["nose"], 1]) / NETWORK_FOCAL) - canvas.camera.pitch
    return find_head_behind(canvas.rgb, canvas.mask, points, canvas.depths * NETWORK_FOCAL, metre, rise)


def view_depths(keypoints: NDArray[np.float64], level: NDArray[np.float64], pitch: float) -> NDArray[np.float64]:
    """Depths (31,) in camera units along the axis of a camera that looks down by `pitch` radians, centred.

    keypoints: (31, 2) canvas pixels. level: (31,) camera units in the direction in which a level camera looks.
    """
    return centred_depths(level + tan(pitch) * keypoints[:, 1] / NETWORK_FOCAL)


def body_box(person: Person) -> _Box:
    """The box around mask and key points, extended to where missing feet and head are to be expected."""
    box = _visible_box(person)
    shoulders, hips, knees = (_middle(person, joint) for joint in ("shoulder", "hip", "knee"))
    torso = hips - shoulders
    if not np.isfinite(torso).all() or not torso.any():
        return box
    height = person.mask.shape[0]
    if box.high[1] > (1 - _TOUCH) * height and np.isnan(_middle(person, "heel")).any():
        start, share = (hips, _HIPS_TO_SOLES) if np.isnan(knees).any() else (knees, _KNEES_TO_SOLES)
        box = box.including(start + np.array([0, share / _TORSO * np.linalg.norm(torso)]))
    if box.low[1] < _TOUCH * height and np.isnan(_middle(person, "eye")).any():
        box = box.including(shoulders - torso * (_SHOULDERS_TO_TOP / _TORSO))
    return box


def _visible_box(person: Person) -> _Box:
    points = person.keypoints[np.isfinite(person.keypoints).all(axis=1)]
    rows, columns = (np.flatnonzero(person.mask.any(axis=axis)) for axis in (1, 0))
    if len(rows):
        points = np.concatenate([points, [(columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)]])
    if not len(points):
        points = np.array([(0, 0), person.mask.shape[::-1]])
    return _Box(points.min(axis=0), points.max(axis=0))


def _middle(person: Person, joint: str) -> NDArray[np.float64]:
    """Mean of the left and right key point, of the known one if one is missing, NaN if both are."""
    pair = person.keypoints[[INDEX[f"left_{joint}"], INDEX[f"right_{joint}"]]]
    known = pair[np.isfinite(pair).all(axis=1)]
    return known.mean(axis=0) if len(known) else np.full(2, np.nan)


def _camera(focal: float, photo: Photo, scale: float, centre: NDArray[np.float64]) -> Camera:
    return Camera(focal * scale, atan2(centre[1] - len(photo.rgb) / 2, focal))


def _resample(rgb: NDArray[np.uint8], scale: float, offset: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cubic; when shrinking, the kernel widens with the step, so that every source pixel counts."""
    region, box = _region(rgb, scale, offset, cv2.BORDER_REPLICATE)
    return np.array(Image.fromarray(region).resize((CANVAS, CANVAS), Image.Resampling.BICUBIC, box=box))


def _resample_mask(mask: NDArray[np.bool_], scale: float, offset: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where at least half of the canvas pixel is inside; when enlarging, stairs of the photo's pixels are smoothed."""
    region, box = _region(mask.view(np.uint8), scale, offset, cv2.BORDER_CONSTANT)
    image = Image.fromarray(region * np.uint8(255))
    cover = np.asarray(image.resize((CANVAS, CANVAS), Image.Resampling.BILINEAR, box=box))
    if scale > 1:
        cover = cv2.GaussianBlur(cover, (0, 0), 0.7 * scale)
    return cover > 127


def _region(
    picture: NDArray[np.uint8], scale: float, offset: NDArray[np.float64], border: int
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    """The part of a picture that the canvas shows (with a rim for the kernel), extended where it leaves the picture,
    and the canvas's exact box (left, top, right, bottom) inside that part."""
    rim = 4
    low, high = -offset / scale, (CANVAS - offset) / scale
    left, top = np.floor(low).astype(int) - rim
    right, bottom = np.ceil(high).astype(int) + rim
    height, width = picture.shape[:2]
    inside = picture[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    above, below, before, after = (int(max(n, 0)) for n in (-top, bottom - height, -left, right - width))
    region = cv2.copyMakeBorder(inside, above, below, before, after, border, value=(0,))
    (x0, y0), (x1, y1) = low - (left, top), high - (left, top)
    return np.asarray(region, np.uint8), (float(x0), float(y0), float(x1), float(y1))
