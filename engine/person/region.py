"""A turned square of a picture in which a landmark network of MediaPipe's looks; its networks, run by OpenCV."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Region:
    """centre: (2,) pixels. size: side in pixels. angle: radians by which its upper side is turned clockwise."""

    centre: Float64
    size: float
    angle: float

    @staticmethod
    def around(points: Float64, up: Float64, margin: float, shift: float = 0.0) -> "Region":
        """The region whose upper side is where `up` (2,) points, with `margin` times the longer side of the box around
        points (N, 2), moved up by `shift` of the box's height."""
        angle = roll(up)
        turned = points @ _rotation(angle).T
        low, high = turned.min(axis=0), turned.max(axis=0)
        centre = (low + high) / 2 - (0, shift * (high - low)[1])
        return Region(centre @ _rotation(angle), margin * max(1.0, *(high - low)), angle)

    def measure(
        self, rgb: NDArray[np.uint8], network: Any, side: int, landmarks: str, score: str
    ) -> tuple[Float64, float]:
        """What a network whose picture has `side` pixels finds here, by the names of its outputs: landmarks (N, 3;
        pixels of rgb (HxWx3), z scaled like x and y) and how sure it is."""
        part, corner, step = self._part(rgb, max(1, int(self.size / side)))
        scale = side / self.size
        turn = _rotation(self.angle) * scale
        affine = np.concatenate([turn * step, (side / 2 - turn @ (self.centre - corner))[:, None]], axis=1)
        small = cv2.warpAffine(part, affine, (side, side), flags=cv2.INTER_LINEAR)
        network.setInput(np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32) / 255))
        values, sure = network.forward((landmarks, score))
        points = values.reshape(-1, 3).astype(np.float64)
        flat = (points[:, :2] - side / 2) @ np.linalg.inv(turn).T + self.centre
        return np.concatenate([flat, points[:, 2:] / scale], axis=1), float(sure.ravel()[0])

    def _part(self, rgb: NDArray[np.uint8], shrink: int) -> tuple[NDArray[np.uint8], Float64, Float64]:
        """The part of the picture around the region, reduced about `shrink` times, with the picture's coordinates of
        its corner and the size (2,) of its pixels."""
        reach = 0.75 * self.size + shrink
        bounds = np.array(rgb.shape[1::-1])
        low = np.clip(np.floor(self.centre - reach), 0, bounds - 1).astype(int)
        high = np.clip(np.ceil(self.centre + reach), low + 1, bounds).astype(int)
        part = rgb[low[1] : high[1], low[0] : high[0]]
        if shrink > 1:
            width, height = (max(1, round(length / shrink)) for length in high - low)
            part = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return np.ascontiguousarray(part), low.astype(np.float64), (high - low) / part.shape[1::-1]


def roll(up: Float64) -> float:
    """The angle of a region whose upper side is where `up` (2,) points."""
    return float(np.arctan2(up[0], -up[1]))


def _rotation(angle: float) -> Float64:
    """(2, 2), from the picture's axes to those of a region."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s], [-s, c]])


@lru_cache(maxsize=4)
def mediapipe_network(model: Path, name: str) -> Any:
    """The network in a file; raises UserError, which names it, if it is missing."""
    if not model.is_file():
        raise UserError(f"The {name} model is missing; run the set-up (python build.py demo) or install again.")
    return cv2.dnn.readNetFromTFLite(str(model))
