"""Draws what was found over a photo, readable on any colour: each stroke is light within a dark border."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.skeleton import BONES

Picture = NDArray[np.uint8]
Color = tuple[int, int, int]

DARK, CHOSEN, OTHER = (20, 20, 20), (255, 170, 0), (235, 235, 235)
SIDES: dict[str, Color] = {"left": (80, 200, 255), "right": (255, 110, 160), "middle": (255, 255, 255)}
"""Colours of the bones; "left" is the person's left."""

_DIMMED = 0.5
"""Brightness outside the mask."""
_STROKE, _BORDER = 3, 6
"""Pixels of a picture that is about 512 large and shown at half that size or less."""
_TAG = 40
"""Side of the square behind a number, in pixels."""
_FONT, _SIZE = cv2.FONT_HERSHEY_SIMPLEX, 1.2


def draw(
    picture: Picture, mask: NDArray[np.bool_], points: NDArray[np.float64], boxes: NDArray[np.float64], chosen: int
) -> Picture:
    """A copy of `picture` (H, W, 3) with the chosen person's mask (H, W) and skeleton, and everybody's numbered frame.

    points: key points (31, 2) in pixels, NaN = missing. boxes: (N, 4) left, top, right, bottom in pixels.
    """
    drawn = np.where(mask[:, :, None], picture, picture * _DIMMED).astype(np.uint8)
    outline, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    for color, width in ((DARK, _BORDER), (CHOSEN, _STROKE)):
        cv2.drawContours(drawn, outline, -1, color, width, cv2.LINE_AA)
    _skeleton(drawn, points)
    for index, box in sorted(enumerate(boxes), key=lambda item: item[0] == chosen):
        _frame(drawn, box, str(index + 1), CHOSEN if index == chosen else OTHER)
    return drawn


def _skeleton(drawn: Picture, points: NDArray[np.float64]) -> None:
    known = np.isfinite(points).all(axis=1)
    bones = [(a, b, SIDES[side]) for side, pairs in BONES.items() for a, b in pairs if known[a] and known[b]]
    for dark in (True, False):
        for a, b, color in bones:
            ends = _pixel(points[a]), _pixel(points[b])
            cv2.line(drawn, *ends, DARK if dark else color, _BORDER if dark else _STROKE, cv2.LINE_AA)
    for point in points[known]:
        cv2.circle(drawn, _pixel(point), _STROKE + 1, DARK, cv2.FILLED, cv2.LINE_AA)
        cv2.circle(drawn, _pixel(point), _STROKE, SIDES["middle"], cv2.FILLED, cv2.LINE_AA)


def _frame(drawn: Picture, box: NDArray[np.float64], number: str, color: Color) -> None:
    """A rectangle with its number in the upper left corner."""
    height, width = drawn.shape[:2]
    low, high = _pixel(box[:2]), _pixel(np.minimum(box[2:], (width - 1, height - 1)))
    cv2.rectangle(drawn, low, high, DARK, _BORDER)
    cv2.rectangle(drawn, low, high, color, _STROKE)
    (across, up), _ = cv2.getTextSize(number, _FONT, _SIZE, 3)
    x, y = min(low[0], width - _TAG), min(low[1], height - _TAG)
    cv2.rectangle(drawn, (x, y), (x + max(_TAG, across + 8), y + _TAG), color, cv2.FILLED)
    cv2.putText(drawn, number, (x + (_TAG - min(across, _TAG - 8)) // 2, y + (_TAG + up) // 2), _FONT, _SIZE, DARK, 3,
                cv2.LINE_AA)  # fmt: skip


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.clip(point, -9999, 9999).astype(int)
    return int(x), int(y)
