"""Folds, hems, strands and fingers on the front depth map, read from light and shade in the photo; an even back.

The networks of 2K2K give the body and its clothes as a whole; what is finer than some centimetres comes from a small
network that sees the photo at half the canvas's resolution beside the direction of the surface, and was trained on
made-up patches of relief and on synthetic people (`engine.training.relief`).
"""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from engine.camera import CANVAS, UNIT
from engine.networks.unet import UNet, read
from engine.pixels import Float, blur, channel_sum, distance, nearest, ramp
from engine.types import Canvas, Maps

WEIGHTS = Path(__file__).with_name("relief.safetensors")

STEP = 2
"""Canvas pixels per pixel of the network."""
BASE = 8.0
"""Standard deviation in the network's pixels of the smoothing after which the surface counts as known."""
SCALE = 2.0
"""Pixels of height per unit of the network's output."""
_CHANNELS = (16, 32, 48, 64)
_MULTIPLE = 2 ** (len(_CHANNELS) - 1)
_DARK, _CONTRAST = 8.0, 5.0
"""Brightness (of 255) below which contrasts fade in noise, and the factor that brings usual contrasts to about 1."""
_RIM = 64
"""Canvas pixels that are evaluated around the person."""
_COARSER = 20.0
"""Standard deviation in the network's pixels of what the other networks decide."""
_PLAIN = 2.0
"""Standard deviation in the network's pixels of what of the relief is raised; finer, it is often a print's."""
_RAISED = 0.7
"""By how many times its own height it is raised."""
_SURROUNDINGS = 6.0
"""Standard deviation in the network's pixels of the mean by which it is told how much is found around a place."""
_FOUND = (0.04, 0.12)
"""Mean slopes of found relief between which it becomes one that is there."""
_EVEN = 4.0
"""Standard deviation in the network's pixels of the smoothing of the back."""
_LIKE = 40.0
"""Difference of heights in the network's pixels (9 cm of a person of 1.8 m) from which on two are not one surface."""
_STEEP = 3.0
"""Slope from which on the surface jumps to another part of the body."""
_FEATHER = 10.0
"""Width in the network's pixels of the band beside jumps and the silhouette in which the relief fades out."""
_THINNEST = 0.02
"""Least distance that the relief leaves between the two maps, in network units."""


class Relief(UNet):
    """What `inputs` gives (B, 7, H, W) to heights above the known surface (B, 1, H, W), in pixels.

    H and W must be multiples of 8.
    """

    def __init__(self) -> None:
        super().__init__(7, _CHANNELS, 1, avg_pool2d)

    def forward(self, x: Tensor) -> Tensor:
        return SCALE * super().forward(x)


def with_relief(maps: Maps, canvas: Canvas, device: torch.device) -> Maps:
    """Give the front map the fine relief that the photo shows, computed on the device, and the back, of which it shows
    none, an even surface; overwrites both.

    What is coarser than `_COARSER` remains as it was, and so do the silhouette and the borders of parts that stand
    before others.
    """
    area = person_box(maps.mask)
    front, back, mask = maps.front[area], maps.back[area], maps.mask[area]
    heights, inside = halved(front, mask)
    if not inside.any():
        return maps
    behind, _ = halved(back, mask)
    jumps = maps.parts is not None
    photo = np.asarray(cv2.resize(canvas.rgb[area], inside.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    known = known_surface(heights, inside, jumps)
    relief = _raised(_read(photo, known, inside, device), inside)
    raise_front(front, back, _change(heights, known + relief, inside, mask), mask)
    even = _smoothed(behind, inside, _EVEN, jumps)
    push_back(front, back, -_change(behind, even, inside, mask), mask)
    return maps


def halved(depth: Float, mask: NDArray[np.bool_]) -> tuple[Float, NDArray[np.bool_]]:
    """Heights (H, W) of a map in the network's pixels, 0 outside of the mask, and the mask, both at half the size."""
    size = (mask.shape[1] // STEP, mask.shape[0] // STEP)
    small, weight = (cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in (depth, mask.astype(np.float32)))
    inside = weight > 0.5
    return np.where(inside, small / np.maximum(weight, 0.5), 0) * np.float32(-UNIT / STEP), inside


def _change(heights: Float, wanted: Float, inside: NDArray[np.bool_], mask: NDArray[np.bool_]) -> Float:
    """What of the wanted heights a map gets, without what is coarse and beside jumps: network units towards the camera,
    at the mask's size."""
    change = wanted - heights
    steady = steadiness(heights, inside)
    return at_size(steady * (change - blur(change, steady, _COARSER)), mask)


def at_size(heights: Float, mask: NDArray[np.bool_]) -> Float:
    """Heights in the network's pixels -> network units at the mask's size."""
    return cv2.resize(heights, mask.shape[::-1], interpolation=cv2.INTER_LINEAR) * np.float32(STEP / UNIT)


def raise_front(front: Float, back: Float, heights: Float, where: NDArray[np.bool_]) -> None:
    """Bring a part of the front map nearer by heights (network units), but not through the back map; overwrites it."""
    front[where] = np.minimum(front - heights, np.maximum(back - _THINNEST, front))[where]


def push_back(front: Float, back: Float, heights: Float, where: NDArray[np.bool_]) -> None:
    """Bring a part of the back map farther away by heights (network units), but not through the front map; overwrites
    it."""
    back[where] = np.maximum(back + heights, np.minimum(front + _THINNEST, back))[where]


def person_box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns around the person, as many as the network can halve; none where there is nobody."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return _span(rows), _span(columns)


def _span(taken: NDArray[np.int64]) -> slice:
    unit = STEP * _MULTIPLE
    if not len(taken):
        return slice(0, unit)
    first, last = (taken[0] - _RIM) // unit * unit, -(-(taken[-1] + 1 + _RIM) // unit) * unit
    return slice(max(int(first), 0), min(int(last), CANVAS))


def _read(photo: NDArray[np.uint8], known: Float, inside: NDArray[np.bool_], device: torch.device) -> Float:
    """The relief (H, W) that the photo shows on the known surface, in pixels."""
    seen = inputs(np.where(inside[..., None], photo, np.uint8(0)), known)
    with torch.inference_mode():
        relief = _network(str(device))(seen.to(device, memory_format=torch.channels_last))[0, 0].cpu().numpy()
    return np.asarray(relief, np.float32)


def _raised(relief: Float, inside: NDArray[np.bool_]) -> Float:
    """The relief, higher where much of it is found.

    A network says the mean of all that might be. On people it has not seen its slopes are right there (correlation .4
    to .7), but half or a third of the true ones; where it finds next to nothing, nothing is right (.2).
    """
    plain = np.asarray(cv2.GaussianBlur(relief, (0, 0), _PLAIN), np.float32)
    rows, columns = np.gradient(plain)
    slope = np.sqrt(blur(rows**2 + columns**2, inside.astype(np.float32), _SURROUNDINGS))
    return relief + _RAISED * ramp(slope, *_FOUND) * plain


def steadiness(heights: Float, inside: NDArray[np.bool_]) -> Float:
    """1 on even surface, falling to 0 at the silhouette and where the surface jumps."""
    away = distance(smooth_places(heights, inside))
    return np.asarray((away / _FEATHER).clip(0, 1), np.float32)


def smooth_places(heights: Float, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels of the mask on which the surface does not jump to another part of the body."""
    rows, columns = np.gradient(np.where(mask, heights, 1e6))
    return mask & (np.hypot(rows, columns) < _STEEP)


def known_surface(heights: Float, mask: NDArray[np.bool_], jumps: bool = False) -> Float:
    """The smoothed surface, continued outside of the mask; jumps: whether it has any, see `_smoothed`."""
    return np.asarray(_smoothed(np.where(mask, heights, 0), mask, BASE, jumps).ravel()[nearest(mask)])


def _smoothed(heights: Float, mask: NDArray[np.bool_], sigma: float, jumps: bool) -> Float:
    """Gaussian mean (H, W) of the heights in the mask; where there are jumps, only of those at a like height, or what
    is behind one would rise towards what is before it.

    It is the bilateral filter, linear between levels (Durand and Dorsey, Fast Bilateral Filtering, 2002).
    """
    if not jumps:
        return blur(heights, mask.astype(np.float32), sigma)
    mean = np.zeros_like(heights)
    for level in np.arange(heights[mask].min(), heights[mask].max() + _LIKE, _LIKE):
        share = np.where(mask, np.maximum(1 - np.abs(heights - level) / _LIKE, 0), 0).astype(np.float32)
        mean += share * blur(heights, share, sigma)
    return mean


@lru_cache(maxsize=1)
def _network(device: str) -> Relief:
    return read(Relief(), WEIGHTS).to(device)


def inputs(picture: NDArray[np.uint8], base: Float) -> Tensor:
    """What the network sees of a picture (H, W, 3; sRGB) whose known surface has these heights (H, W; pixels, towards
    the camera): colours, contrast and normals (x right, y down, z towards the camera), (1, 7, H, W), about -1..1."""
    rows, columns = np.gradient(base)
    normals = np.stack([-columns, -rows, np.ones_like(base)])
    normals /= np.linalg.norm(normals, axis=0)
    colors = picture.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
    planes = [colors, _contrast(picture)[None], normals.astype(np.float32)]
    return torch.from_numpy(np.concatenate(planes))[None]


def _contrast(picture: NDArray[np.uint8]) -> Float:
    """How much brighter than its surroundings a pixel is (logarithm): light multiplies the colour of a material."""
    brightness = np.log(channel_sum(picture.astype(np.float32)) / 3 + _DARK)
    return ((brightness - cv2.GaussianBlur(brightness, (0, 0), BASE)) * _CONTRAST).clip(-2, 2)
