"""What any method must beat: people made from the silhouette alone, their thickness fitted to the truth."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, encode, ray_lengths
from engine.evaluation.figures import HEIGHT
from engine.evaluation.surface import Surface
from engine.evaluation.views import SIZE, common_frame, view
from engine.types import Maps


@dataclass(frozen=True)
class Thickness:
    """inflation: k in half thickness = k * sqrt(distance to the contour), sqrt(metres). card: metres, half.

    Both for a person of 180 cm, least squares over the pixels of the true person's front view.
    """

    inflation: float
    card: float


def fit_thickness(truth: Surface) -> Thickness:
    """Fit both baselines to a true person (metres, 180 cm high, z up, facing -y)."""
    frame = common_frame(truth)
    front, back = view(truth, 0, frame), view(truth, 180, frame)
    half = -(front.depth + back.depth[:, ::-1]) / 2
    root = np.sqrt(_contour_distance(front.mask) * frame.side / SIZE)
    inside = front.mask & back.mask[:, ::-1]
    return Thickness(float((half * root)[inside].sum() / (root**2)[inside].sum()), float(half[inside].mean()))


def inflated_silhouette(mask: NDArray[np.bool_], inflation: float) -> Maps:
    """A mask on the canvas (2048x2048) blown up: front and back = -+ inflation * sqrt(distance to the contour)."""
    metres = _metres_per_pixel(mask)
    return _maps(mask, inflation * np.sqrt(_contour_distance(mask) * metres) / metres)


def flat_card(mask: NDArray[np.bool_], half: float) -> Maps:
    """A mask on the canvas (2048x2048) as a card of even thickness, `half` metres to either side."""
    return _maps(mask, np.full(mask.shape, half / _metres_per_pixel(mask)))


def _maps(mask: NDArray[np.bool_], half: NDArray[np.float64]) -> Maps:
    """`half`: half the thickness in canvas pixels, around the plane through the body's centre."""
    front, back = (encode(ray_lengths() * (1 + sign * half / NETWORK_FOCAL)) for sign in (-1, 1))
    return Maps(np.where(mask, front, 0).astype(np.float32), np.where(mask, back, 0).astype(np.float32))


def _contour_distance(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance in pixels from each pixel's centre to the mask's contour."""
    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.maximum(distance[1:-1, 1:-1].astype(np.float64) - 0.5, 0)


def _metres_per_pixel(mask: NDArray[np.bool_]) -> float:
    rows = np.flatnonzero(mask.any(axis=1))
    return HEIGHT / (rows[-1] + 1 - rows[0]) if len(rows) else HEIGHT / CANVAS
