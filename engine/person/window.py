"""The part of a photo around one person at the resolution in which masks are computed."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.person.detector import Detection

Bool = NDArray[np.bool_]

_WORKING_SIDE = 1536
"""Longer side of a window in pixels; a framed body spans 1569 pixels of the canvas."""
MARGIN = 0.12


class Window:
    """A rectangle of the photo around a person, shrunk by `step` where it is large."""

    def __init__(self, left: int, top: int, right: int, bottom: int, shape: tuple[int, ...]) -> None:
        self.left, self.top, self.right, self.bottom = left, top, right, bottom
        self.photo_shape = shape[:2]
        self.step = max(1.0, max(right - left, bottom - top) / _WORKING_SIDE)
        self.size = tuple(max(1, round(length / self.step)) for length in (right - left, bottom - top))

    @classmethod
    def around(cls, person: Detection, shape: tuple[int, ...], margin: float = MARGIN) -> "Window":
        """margin: border around the person in shares of the longer side."""
        low, high = person.extent
        border = margin * max(high - low)
        left, top = np.floor(np.maximum(low - border, 0)).astype(int)
        right, bottom = np.ceil(np.minimum(high + border, shape[1::-1])).astype(int)
        return cls(left, top, right, bottom, shape)

    def cut(self, picture: NDArray) -> NDArray:
        """The window of a picture of the photo's size."""
        region = picture[self.top : self.bottom, self.left : self.right]
        return cv2.resize(region, self.size, interpolation=cv2.INTER_AREA) if self.step > 1 else region.copy()

    def resample(self, person: Detection) -> NDArray[np.float32]:
        """The coarse mask of somebody in this window, 0 outside of what it covers."""
        return person.sampled(person.coarse, (self.left, self.top), self.step, self.size)

    def points(self, photo_points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Photo pixels -> window pixels."""
        return (photo_points - (self.left, self.top)) / self.step

    def paste(self, inside: Bool) -> Bool:
        """A mask of the photo's size from one of this window, False elsewhere."""
        mask = np.zeros(self.photo_shape, np.bool_)
        size = (self.right - self.left, self.bottom - self.top)
        full = cv2.resize(inside.astype(np.uint8) * 255, size, interpolation=cv2.INTER_LINEAR)
        mask[self.top : self.bottom, self.left : self.right] = full > 127
        return mask
