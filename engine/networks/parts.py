"""The twelve body parts: where they lie in the picture, their crops, and the way of their normals back.

Every part has a canonical pose, centred on a 2048-pixel canvas of its own. A similarity per part, fitted to the
part's joints, maps that canvas to the picture (Han et al., CVPR 2023, section 3.1). Only the central window of the
canvas (height x width) is ever evaluated. Coordinates called ndc run from -1 to 1 over the edges of a picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import conv2d, grid_sample

from engine.camera import CANVAS
from engine.skeleton import INDEX

MIN_SCALE = 1 / 16
"""A part whose joints almost coincide would be shrunk without limit; below this the scale 1 is used instead."""

MAX_PARTIAL_SCALE = 1.5
"""A part with missing joints is never enlarged more than this: two joints alone may well be foreshortened."""

OUTSIDE = np.array([[0, 0, 4], [0, 0, 4]], np.float32)
"""The affine of a part that cannot be placed: it looks beside the picture."""

WINDOW_MARGIN = 8
BLUR_TAPS = 15
BLUR_SIGMA = 5.0


@dataclass(frozen=True)
class Part:
    """joints: indices of key points, each group averaged. targets: (K, 2) canvas pixels from the centre, per group.

    height, width: of the crop in pixels. enlarge: whether the part may be seen enlarged.
    """

    name: str
    network: str
    joints: tuple[tuple[int, ...], ...]
    targets: NDArray[np.float64]
    height: int
    width: int
    enlarge: bool = False


class Region(NamedTuple):
    """A rectangle of picture pixels; bottom and right are not part of it."""

    top: int
    left: int
    bottom: int
    right: int


WHOLE = Region(0, 0, CANVAS, CANVAS)

_TARGETS = {
    "arm_upper": ((0, -192), (0, 64)),
    "arm_lower": ((0, -2048 / 9), (0, 0), (0, 512 / 9)),
    "foot": ((0, 128 / 3), (0, 128 / 3), (0, -128 / 3), (0, -128 / 3)),
}


def _groups(*names: str) -> tuple[tuple[int, ...], ...]:
    return tuple((INDEX[name],) for name in names)


def _part(name: str, network: str, joints: tuple, targets: Sequence, size: tuple[int, int], enlarge: bool) -> Part:
    return Part(name, f"img2normal_{network}", joints, np.array(targets, np.float64), *size, enlarge)


def _arms(side: str) -> list[Part]:
    fingers = tuple(INDEX[f"{side}_finger{k}"] for k in (2, 3, 4, 5))
    upper = _groups(f"{side}_shoulder", f"{side}_elbow")
    lower = (*_groups(f"{side}_elbow", f"{side}_wrist"), fingers)
    return [
        _part(f"{side}_upper_arm", "arm", upper, _TARGETS["arm_upper"], (352, 224), False),
        _part(f"{side}_lower_arm", "arm", lower, _TARGETS["arm_lower"], (352, 224), False),
    ]


def _legs(side: str) -> list[Part]:
    x = -24 if side == "left" else 24
    thigh, shin = _groups(f"{side}_hip", f"{side}_knee"), _groups(f"{side}_knee", f"{side}_ankle")
    return [
        _part(f"{side}_thigh", "leg", thigh, ((x, -160), (x, 96)), (272, 256), False),
        _part(f"{side}_shin", "leg", shin, ((x, -144), (x, 144)), (272, 256), False),
    ]


def _foot(side: str) -> Part:
    joints = _groups(f"{side}_big_toe", f"{side}_small_toe", f"{side}_heel", f"{side}_ankle")
    return _part(f"{side}_foot", "shoe", joints, _TARGETS["foot"], (176, 128), True)


def _head_and_trunk() -> list[Part]:
    ears = ((-256 / 3, 128 / 3), (256 / 3, 128 / 3))
    corners = ((-1024 / 9, -512 / 3), (1024 / 9, -512 / 3), (-256 / 3, 512 / 3), (256 / 3, 512 / 3))
    trunk = _groups("right_shoulder", "left_shoulder", "right_hip", "left_hip")
    return [
        _part("face", "face", _groups("right_ear", "left_ear"), ears, (368, 320), False),
        _part("upper_body", "upper", trunk, corners, (528, 336), True),
    ]


PARTS: tuple[Part, ...] = (
    *_head_and_trunk(), *_arms("left"), *_arms("right"), *_legs("left"), *_legs("right"), _foot("left"), _foot("right")
)  # fmt: skip


def part_affines(keypoints: NDArray[np.float64]) -> NDArray[np.float32]:
    """Key points (31, 2) in picture pixels, NaN = missing -> z (12, 2, 3) float32, canonical ndc -> picture ndc.

    With all joints of a part known these are the published rules. A part with fewer joints is placed by the rest
    (by one alone: upright, at scale 1); a part with none is `OUTSIDE`. A missing ear is replaced by the eye.
    """
    points = np.array(keypoints, np.float64) * (2 / CANVAS) - 1
    for side in ("left", "right"):
        ear = INDEX[f"{side}_ear"]
        if np.isnan(points[ear]).any():
            points[ear] = points[INDEX[f"{side}_eye"]]
    return np.stack([_part_affine(points, part) for part in PARTS])


def is_placed(z: NDArray | Tensor) -> bool:
    """Whether an affine (2, 3) looks at the picture at all (see `OUTSIDE`)."""
    return bool(abs(z[0, 0]) + abs(z[0, 1]) > 0)


def _part_affine(points: NDArray, part: Part) -> NDArray[np.float32]:
    joints = np.array([_mean(points[list(group)]) for group in part.joints])
    known = ~np.isnan(joints).any(1)
    if not known.any():
        return OUTSIDE
    source, target = (_complex(p[known]) for p in (joints, part.targets * (2 / CANVAS)))
    if not part.enlarge:
        target = target * _shrink(source, target)
    scale, shift = _similarity(source, target, complete=bool(known.all()))
    inverse = 1 / scale
    offset = -shift * inverse
    a, b = inverse.real, inverse.imag
    return np.array([[a, -b, offset.real], [b, a, offset.imag]], np.float32)


def _mean(points: NDArray) -> NDArray:
    known = points[~np.isnan(points).any(1)]
    return known.mean(0) if len(known) else np.full(2, np.nan)


def _complex(points: NDArray) -> NDArray:
    return points[:, 0] + 1j * points[:, 1]


def _shrink(source: NDArray, target: NDArray) -> float:
    """The factor that keeps a part shorter than its canonical length at scale 1 (no enlargement)."""
    length, canonical = abs(source[-1] - source[0]), abs(target[-1] - target[0])
    return length / canonical if 0 < length < canonical else 1.0


def _similarity(source: NDArray, target: NDArray, complete: bool) -> tuple[complex, complex]:
    """Least squares scale * source + shift = target over complex numbers (rotation and size in one factor)."""
    p, q = source - source.mean(), target - target.mean()
    spread = (abs(p) ** 2).sum()
    scale = complex((p.conj() * q).sum() / spread) if spread > 0 else 0j
    if abs(scale) < MIN_SCALE:
        scale = 1 + 0j
    if not complete and abs(scale) > MAX_PARTIAL_SCALE:
        scale *= MAX_PARTIAL_SCALE / abs(scale)
    return scale, complex(target.mean() - scale * source.mean())


@cache
def _pixel_centres() -> Tensor:
    """ndc of the canvas's pixel centres, rounded as in torch's affine_grid: (2048,) float32."""
    return torch.linspace(-1, 1, CANVAS) * ((CANVAS - 1) / CANVAS)


def _grid(affine: Tensor, rows: slice, columns: slice) -> Tensor:
    """Where the canvas's pixels come from under affines (B, 2, 3): (B, rows, columns, 2) ndc."""
    centres = _pixel_centres().to(affine.device)
    y, x = torch.meshgrid(centres[rows], centres[columns], indexing="ij")
    pixels = torch.stack([x, y, torch.ones_like(x)], -1).reshape(1, -1, 3)
    return (pixels @ affine.mT).reshape(len(affine), *x.shape, 2)


def _crop_grid(z: Tensor, part: Part) -> Tensor:
    top, left = (CANVAS - part.height) // 2, (CANVAS - part.width) // 2
    return _grid(z, slice(top, top + part.height), slice(left, left + part.width))


def crop(picture: Tensor, z: Tensor, part: Part) -> Tensor:
    """A part's crop: picture (B, C, 2048, 2048), z (B, 2, 3) of that part -> (B, C, height, width).

    Bilinear; 0 outside the picture. Differentiable.
    """
    return grid_sample(picture, _crop_grid(z, part), align_corners=False)


def _coverage(grid: Tensor) -> Tensor:
    """What `grid_sample` gives for a 2048-pixel picture of ones: (B, 1, H, W)."""
    pixel = ((grid + 1) * CANVAS - 1) / 2
    return torch.minimum(pixel + 1, CANVAS - pixel).clamp(0, 1).prod(-1)[:, None]


def _blur(weights: Tensor) -> Tensor:
    offsets = torch.arange(BLUR_TAPS, device=weights.device) - BLUR_TAPS // 2
    kernel = torch.exp(-(offsets**2) / (2 * BLUR_SIGMA**2))
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    half = BLUR_TAPS // 2
    return conv2d(conv2d(weights, kernel, padding=(0, half)), kernel.mT, padding=(half, 0))


def blend_weight(z: Tensor, part: Part) -> Tensor:
    """How much a part's crop counts, fading to its border: z (B, 2, 3) -> (B, 1, height, width) in 0..1."""
    covered = _coverage(_crop_grid(z, part))
    window = torch.zeros_like(covered)
    inside = slice(WINDOW_MARGIN, -WINDOW_MARGIN)
    window[..., inside, inside] = covered[..., inside, inside]
    return _blur(window)


def _inverse(z: Tensor) -> Tensor:
    linear = torch.linalg.inv(z[:, :2])
    return torch.cat([linear, -linear @ z[:, 2:]], 1)


def _box(z: Tensor, part: Part, region: Region) -> Region:
    """The part of `region` that a crop can reach."""
    x, y = part.width / CANVAS, part.height / CANVAS
    corners = z.new_tensor([[-x, -y, 1], [x, -y, 1], [-x, y, 1], [x, y, 1]]) @ z.mT
    pixels = (corners + 1) * (CANVAS / 2)
    left, top = (pixels.amin(0).floor() - 1).int().tolist()
    right, bottom = (pixels.amax(0).ceil() + 1).int().tolist()
    box = max(top, region.top), max(left, region.left), min(bottom, region.bottom), min(right, region.right)
    return Region(*box)


def _sample_back(crops: Tensor, z: Tensor, part: Part, box: Region) -> Tensor:
    """A crop (1, C, height, width) seen from the picture, inside `box`: (1, C, h, w)."""
    z = z.double().cpu()
    affine = _inverse(z) * z.new_tensor([[CANVAS / part.width], [CANVAS / part.height]])
    affine = affine.to(crops.device, torch.float32)[None]
    grid = _grid(affine, slice(box.top, box.bottom), slice(box.left, box.right))
    return grid_sample(crops, grid, align_corners=False)


def blend(weighted: Sequence[Tensor], z: Tensor, region: Region = WHOLE) -> Tensor:
    """Bring the parts of one picture back into it and blend them.

    weighted: per part (1, C + 1, height, width), the last channel being its `blend_weight`. z: (12, 2, 3) on the CPU.
    Gives (1, C, h, w) of the region, 0 where no part reaches. Differentiable.
    """
    height, width = region.bottom - region.top, region.right - region.left
    total = weighted[0].new_zeros(1, weighted[0].shape[1], height, width)
    for crops, affine, part in zip(weighted, z, PARTS, strict=True):
        box = _box(affine, part, region)
        if is_placed(affine) and box.top < box.bottom and box.left < box.right:
            sample = _sample_back(crops, affine, part, box)
            rows = slice(box.top - region.top, box.bottom - region.top)
            columns = slice(box.left - region.left, box.right - region.left)
            total[..., rows, columns] += torch.cat([sample[:, :-1] * sample[:, -1:], sample[:, -1:]], 1)
    weight = total[:, -1:]
    return total[:, :-1] / torch.where(weight > 0, weight, 1)
