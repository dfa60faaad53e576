"""How exact the mask of a person is in rooms that make it hard."""

from dataclasses import dataclass
from math import radians

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS
from engine.evaluation.rooms import room_behind
from engine.framing import BODY_SIDE
from engine.person import find_people
from engine.person.segment import body_size
from engine.render.maps import render_maps
from engine.render.mesh import TexturedMesh
from engine.render.shading import random_lighting
from engine.render.view import View
from engine.skeleton import INDEX
from engine.training.photographs import develop
from engine.types import Photo

Bool = NDArray[np.bool_]

SMALLEST, LARGEST = 640, CANVAS
"""Sides of the photos in pixels."""
TURN = 60.0
"""Degrees by which a person is turned at most."""
GROSS = 8.0
"""Canvas pixels (9 mm) from the true contour beyond which a pixel belongs to a lump or a bite."""
_PARTS = {
    "feet": (("ankle", "heel", "big_toe", "small_toe"), 0.06),
    "hands": (("wrist", "finger2", "finger3", "finger4", "finger5"), 0.05),
}
"""Key points, and the radius around them that counts as the part, in body sizes."""


@dataclass(frozen=True)
class MaskRow:
    """How far a mask is from the truth.

    iou: intersection over union. contour: mean distance of the two contours in canvas pixels, both ways. gross: area
    that is wrong farther than `GROSS` from the true contour, in per mille of the person's; feet, hands: what of it lies
    there.
    """

    person: str
    iou: float
    contour: float
    gross: float
    feet: float
    hands: float


def evaluate_mask(name: str, mesh: TexturedMesh, seed: int) -> MaskRow:
    """Photograph a person in a random room and compare the mask that is found with the true one.

    Raises UserError where nobody is found.
    """
    photo, truth = photograph(mesh, np.random.default_rng(seed))
    person = find_people(photo)
    return compare_masks(name, person.mask, truth, person.keypoints)


def photograph(mesh: TexturedMesh, rng: np.random.Generator) -> tuple[Photo, Bool]:
    """A photo of a person who is turned by up to `TURN` degrees, in a random room, light and resolution, and the true
    mask."""
    view = View(radians(rng.uniform(-TURN, TURN)))
    seen = render_maps(mesh, None, view, CANVAS, lighting=random_lighting(rng))
    picture = develop(seen, rng, room_behind(seen, rng))
    side = int(rng.uniform(SMALLEST, LARGEST))
    small, cover = (
        cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in (picture, seen.mask.astype(np.float32))
    )
    return Photo(np.asarray(small, np.uint8)), np.asarray(cover > 0.5)


def compare_masks(name: str, found: Bool, truth: Bool, keypoints: NDArray[np.float64]) -> MaskRow:
    """found, truth: (H, W). keypoints: (31, 2) pixels, NaN = missing."""
    size = body_size(truth.astype(np.float32))
    pixel = BODY_SIDE / size
    wrong = found ^ truth
    gross = wrong & (_from_contour(truth) * pixel > GROSS)
    parts = (gross & _around(keypoints, *_PARTS[part], size, truth.shape) for part in ("feet", "hands"))
    contour = (_from_contour(truth)[_contour(found)].mean() + _from_contour(found)[_contour(truth)].mean()) / 2
    shares = (1000 * float(area.sum() / truth.sum()) for area in (gross, *parts))
    return MaskRow(name, float((found & truth).sum() / (found | truth).sum()), float(contour) * pixel, *shares)


def _contour(mask: Bool) -> Bool:
    """The mask's pixels at its border."""
    return mask & (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)


def _from_contour(mask: Bool) -> NDArray[np.float32]:
    """Pixels from the contour."""
    return np.asarray(cv2.distanceTransform((~_contour(mask)).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _around(
    keypoints: NDArray[np.float64], joints: tuple[str, ...], radius: float, size: float, shape: tuple[int, ...]
) -> Bool:
    drawn = np.zeros(shape, np.uint8)
    for x, y in keypoints[[INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in joints]]:
        if np.isfinite(x + y):
            cv2.circle(drawn, (round(x), round(y)), round(radius * size), (1,), cv2.FILLED)
    return drawn > 0


def mask_table(rows: list[MaskRow]) -> str:
    """One line per person, and the mean."""
    names = ("iou", "contour", "gross", "feet", "hands")
    mean = MaskRow("mean", *(float(np.mean([getattr(row, name) for row in rows])) for name in names))
    width = max(len(row.person) for row in (*rows, mean))
    lines = [
        f"{r.person:{width}}  {r.iou:.4f}  {r.contour:7.2f}  {r.gross:5.2f}  {r.feet:5.2f}  {r.hands:5.2f}"
        for r in (*rows, mean)
    ]
    return "\n".join([f"{'person':{width}}  IoU     contour  gross  feet   hands", *lines])
