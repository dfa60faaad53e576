"""Colours of the side that the camera sees, from the original photo and free of background."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, around, blur, channel_sum, channels, distance, nearest, spread
from engine.surface.clean import Shell
from engine.types import Canvas, Parts, Photo

_BESIDE, _STEP = 8, 24.0
"""Pixels beside a border between parts, and of depth (3 cm) that lie between both, where colours mix."""
_NEARBY = 12.0
"""Pixels from such a place within which its part must have colours to be taken."""
_FAR, _FAR_BLUR = 32.0, 8.0
"""Pixels from known colours from which on not each of them is repeated but their means, and the standard deviation of
these."""
_LIGHT_BLUR, _HUE_BLUR = 1.5, 3.0
"""Photo pixels along the contour in which person and background mix: by the lens, and, for hues, by JPEG's halving."""


def front_colors(shell: Shell, canvas: Canvas, photo: Photo) -> NDArray[np.float32]:
    """(H, W, 3) float32 sRGB in [0, 255] on the shell's grid.

    Pixels along and outside the silhouette repeat inner ones, hues from farther inside.
    """
    known = unmixed(shell, canvas.scale)
    picture = _by_parts(_sample(shell, canvas, photo), shell, known)
    lightness = channel_sum(_from_within(picture, known)) / 3
    hue = _from_within(picture, unmixed(shell, canvas.scale, _HUE_BLUR))
    return np.clip(hue + channels(lightness - channel_sum(hue) / 3), 0, 255)


def _by_parts(picture: Float, shell: Shell, known: Bools) -> Float:
    """The picture with the known colours of each part up to where another one begins that is far before or behind it:
    a pixel there covers a long way into the depth."""
    if shell.parts is None:
        return picture
    label = shell.parts.front
    window = np.ones((2 * _BESIDE + 1,) * 2, np.uint8)
    steep = shell.mask & (cv2.dilate(shell.near, window) - cv2.erode(shell.near, window) > _STEP)
    result = picture.copy()
    for part in np.unique(label[steep & (label < Parts.HAND)]):
        own = shell.mask & (label == part)
        mixed = own & steep & (distance(own | (label >= Parts.HAND) | ~shell.mask) <= _BESIDE)
        inner = own & known & ~mixed
        mixed &= distance(~inner) <= _NEARBY
        if mixed.any():
            area = around(np.argwhere(mixed)[:, ::-1].astype(np.float64), _NEARBY, mixed.shape)
            repeated = _from_within(picture[area], inner[area])
            result[area] = np.where(mixed[area][..., None], repeated, result[area])
    return result


def _from_within(picture: Float, known: Bools) -> Float:
    """The picture with everything but the known pixels repeated from them, far from them their means."""
    if not known.any():
        return picture
    weight = known.astype(np.float32)
    result = spread(picture, known, _FAR_BLUR)
    result[known] = picture[known]
    beside = np.nonzero(~known & (distance(~known) < _FAR))
    along = blur(picture, weight, 2.0)[beside]
    near_core = cv2.GaussianBlur(weight, (0, 0), 2.0)[beside] > 0.05
    result[beside] = np.where(channels(near_core), along, picture.reshape(-1, 3)[nearest(known)[beside]])
    return result


def unmixed(shell: Shell, scale: float, blurred: float = _LIGHT_BLUR) -> Bools:
    """(H, W) pixels that show the person alone. scale: canvas pixels per photo pixel. blurred: see `_LIGHT_BLUR`."""
    depth = distance(shell.mask)
    core = depth > np.clip(2.5 + blurred * scale, 3, 6 * blurred)
    ridge = (depth > 2.5) & (depth >= cv2.dilate(depth, np.ones((7, 7), np.uint8)) - 0.5)
    return shell.mask & (core | ridge)


def _sample(shell: Shell, canvas: Canvas, photo: Photo) -> Float:
    """The photo at the shell's pixel centres, bilinear; low-pass filtered first where the photo is finer."""
    height, width = shell.mask.shape
    scale = canvas.scale
    left, top = ((o + 0.5 - c) / scale - 0.5 for o, c in zip((shell.column, shell.row), canvas.offset, strict=True))
    rows, columns = photo.rgb.shape[:2]
    border = 4 + int(4 / scale)
    x0, y0 = (int(np.clip(v - border, 0, n - 1)) for v, n in ((left, columns), (top, rows)))
    x1 = int(np.clip(left + width / scale + border, x0 + 1, columns))
    y1 = int(np.clip(top + height / scale + border, y0 + 1, rows))
    part = photo.rgb[y0:y1, x0:x1]
    if scale < 0.9:
        part = np.asarray(cv2.GaussianBlur(part, (0, 0), 0.45 * np.sqrt(scale**-2 - 1)), np.uint8)
    matrix = np.array([[1 / scale, 0, left - x0], [0, 1 / scale, top - y0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(
        np.ascontiguousarray(part), matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return warped.astype(np.float32)
