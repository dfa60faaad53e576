"""From a framed person to front and back depth maps: the whole forward pass, evaluated leanly.

Every stage is a function of its own, so that tests can compare each with the published network's numbers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from torch import Tensor
from torch.nn.functional import interpolate

from engine.camera import CANVAS
from engine.head.depth import with_head
from engine.networks.cloths import cloths
from engine.networks.devices import memory_errors, pick_device
from engine.networks.feet import with_feet
from engine.networks.graph import TwoK2K, depth_maps
from engine.networks.hands import with_hands
from engine.networks.hems import with_hems
from engine.networks.layers import layered
from engine.networks.parts import PARTS, blend, blend_weight, crop, is_placed, part_affines
from engine.networks.prior import limb_maps, prior_maps
from engine.networks.relief import with_relief
from engine.networks.sharpen import sharpened
from engine.networks.steps import Steps, arms_before, find_steps, sharpen_steps, with_steps
from engine.networks.tiles import person_tiles, refine_tile
from engine.networks.traces import without_traces
from engine.pixels import black_outside
from engine.types import Canvas, Maps, Progress

__all__ = ["pick_device", "predict"]

STAGE = "Estimating depth"
COARSE_SHARE, PARTS_SHARE = 0.1, 0.7
"""Fractions of the whole run at which the coarse and the part stage end."""

JITTER = 0.85
"""Fixed factor by which the published network's test pictures are darkened, flattened and greyed."""

MIN_DEPTH = 0.01
"""Smallest depth inside the person (0 means background)."""

Step = Callable[[float], None]
ShowCoarse = Callable[[Maps], object]


def predict(
    network: TwoK2K,
    canvas: Canvas,
    progress: Progress | None = None,
    sparing: bool = False,
    show_coarse: ShowCoarse | None = None,
) -> Maps:
    """Front and back depth of the framed person.

    network: in evaluation mode (as `engine.weights.load` gives it), on the device to compute on. sparing: the same
    with less of the device's memory and in more time. show_coarse: is given, after a small part of the time, the depth
    of every eighth pixel, enlarged. Raises MemoryExhausted when the device's memory is exhausted, and whatever
    `progress` and `show_coarse` raise.
    """
    if network.training:
        raise ValueError("the network must be in evaluation mode")
    device = next(network.parameters()).device
    with torch.inference_mode(), memory_errors(device), _exact_convolutions():
        return _predict(network, canvas, device, _steps(progress), sparing, show_coarse)


def _predict(
    network: TwoK2K, canvas: Canvas, device: torch.device, step: Step, sparing: bool, show_coarse: ShowCoarse | None
) -> Maps:
    picture, prior = _inputs(network, canvas, device)
    small = small_picture(picture)
    normals, raw = network.coarse(small, prior)
    depths, steps, worn = depth_maps(raw, prior), None, None
    if prior is not None:
        depths, steps, worn = _in_layers(small, prior, normals, depths, canvas)
    step(COARSE_SHARE)
    if show_coarse is not None:
        show_coarse(_coarse_maps(network, depths, canvas.mask))
    affines = torch.from_numpy(part_affines(canvas.keypoints))
    parts = part_normals(network, picture, normals, affines, step)
    weighted = [part.cpu() if sparing else part for part in parts]  # where memory is short they wait in the main one
    refined = refined_depths(network, depths, weighted, affines, canvas.mask, step, sparing)
    known, arms = (None, None) if steps is None else (sharpen_steps(refined, steps, canvas.mask), arms_before(steps))
    maps = replace(_within_silhouette(network, refined, canvas.mask), parts=known, arms=arms)
    return maps if worn is None else _with_details(maps, canvas, worn.cpu().numpy(), device)


def _in_layers(
    small: Tensor, prior: Tensor, normals: Tensor, depths: Tensor, canvas: Canvas
) -> tuple[Tensor, Steps, Tensor]:
    """Coarse depths (1, 2, 256, 256) after a second look, with the steps between limbs and what is behind them, and
    what `cloths` says."""
    limbs = torch.from_numpy(limb_maps(canvas.keypoints, canvas.depths))[None].to(depths.device)
    depths = sharpened(small, prior, limbs, normals, depths)
    worn = cloths(small, prior, limbs, normals, depths)
    layers = layered(small, prior, limbs, normals, depths)
    depths, layers = without_traces(depths, layers, limbs, prior[:, 3:])
    steps = find_steps(layers, small, prior[:, 3:], limbs, canvas.keypoints)
    return with_steps(depths, steps), steps, worn


def _with_details(maps: Maps, canvas: Canvas, worn: NDArray[np.float32], device: torch.device) -> Maps:
    """What is too small for the networks of 2K2K with the default weights."""
    dressed = with_hems(with_relief(maps, canvas, device), canvas, worn)
    return with_hands(with_head(with_feet(dressed, canvas), canvas.head), canvas.hands)


def _coarse_maps(network: TwoK2K, depths: Tensor, mask: NDArray[np.bool_]) -> Maps:
    """Coarse depths (1, 2, 256, 256), enlarged."""
    small = depths[0].cpu().numpy()
    enlarged = np.stack([cv2.resize(depth, mask.shape, interpolation=cv2.INTER_LINEAR) for depth in small])
    return _within_silhouette(network, enlarged, mask)


def _inputs(network: TwoK2K, canvas: Canvas, device: torch.device) -> tuple[Tensor, Tensor | None]:
    """The picture (1, 3, 2048, 2048), and the prior (1, 4, 256, 256) of networks that have one."""
    rgb = black_outside(canvas.rgb, canvas.mask)
    prior = torch.from_numpy(prior_maps(canvas))[None].to(device) if network.config.prior else None
    return picture_tensor(rgb if network.config.prior else _jittered(rgb)).to(device), prior


def _within_silhouette(network: TwoK2K, depths: NDArray[np.float32], mask: NDArray[np.bool_]) -> Maps:
    return given_silhouette(depths, mask) if network.config.prior else learned_silhouette(depths, mask)


def picture_tensor(rgb: NDArray[np.uint8]) -> Tensor:
    """Masked picture (H, W, 3) -> network input (1, 3, H, W) in -1..1."""
    return torch.from_numpy(rgb).permute(2, 0, 1)[None].float().div_(255).sub_(0.5).div_(0.5)


def _jittered(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The published network's test-time colours: brightness, contrast, saturation, each at `JITTER`."""
    picture = Image.fromarray(rgb)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = enhance(picture).enhance(JITTER)
    return np.array(picture)


def small_picture(picture: Tensor) -> Tensor:
    """(B, C, 2048, 2048) -> (B, C, 256, 256), without antialiasing (mean of pixels 3 and 4 of every 8)."""
    return interpolate(picture, scale_factor=1 / 8, mode="bilinear", align_corners=False)


def part_inputs(picture: Tensor, normals: Tensor, affines: Tensor) -> Iterator[Tensor]:
    """Per part the crop (1, 6, height, width) of the picture and of the coarse front normals (1, 6, 256, 256)."""
    front = interpolate(normals[:, :3], size=(CANVAS, CANVAS), mode="bilinear", align_corners=False)
    for part, affine in zip(PARTS, affines, strict=True):
        z = affine[None].to(picture.device)
        yield torch.cat([crop(picture, z, part), crop(front, z, part)], 1)


def part_normals(network: TwoK2K, picture: Tensor, normals: Tensor, affines: Tensor, step: Step) -> Iterator[Tensor]:
    """Per part its normals and blend weight (1, 7, height, width); nothing but 0 where it is not placed."""
    inputs = part_inputs(picture, normals, affines)
    for number, (part, affine, crops) in enumerate(zip(PARTS, affines, inputs, strict=True), 1):
        if is_placed(affine):
            weight = blend_weight(affine[None].to(picture.device), part)
            yield torch.cat([getattr(network, part.network)(_ordered(crops)), weight], 1)
        else:
            yield crops.new_zeros(1, 7, part.height, part.width)
        step(COARSE_SHARE + (PARTS_SHARE - COARSE_SHARE) * number / len(PARTS))


def _ordered(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def refined_depths(
    network: TwoK2K,
    depths: Tensor,
    weighted: list[Tensor],
    affines: Tensor,
    mask: NDArray[np.bool_],
    step: Step,
    sparing: bool = False,
) -> NDArray[np.float32]:
    """Coarse depths (1, 2, 256, 256) and `part_normals` -> (2, 2048, 2048), evaluated only in the mask's tiles."""
    refined = depths.new_zeros(2, *mask.shape)
    tiles = list(person_tiles(mask, sparing))
    for number, tile in enumerate(tiles, 1):
        depth = refine_tile(network, depths, lambda region: blend(weighted, affines, region).to(depths.device), tile)
        refined[:, tile.top : tile.bottom, tile.left : tile.right] = depth[0]
        step(PARTS_SHARE + (1 - PARTS_SHARE) * number / len(tiles))
    return refined.cpu().numpy()


def given_silhouette(depths: NDArray[np.float32], mask: NDArray[np.bool_]) -> Maps:
    """The person is where the mask says; maps that cross there (thin rims) meet halfway. Overwrites the depths."""
    front, back = np.maximum(depths, MIN_DEPTH, out=depths)
    crossed = front > back
    front[crossed] = back[crossed] = (front[crossed] + back[crossed]) / 2
    depths *= mask
    return Maps(front, back)


def learned_silhouette(depths: NDArray[np.float32], mask: NDArray[np.bool_]) -> Maps:
    """The person is where the front lies before the back, as published, and inside the mask. Overwrites the depths."""
    front, back = depths
    depths *= mask & (front <= back) & (front > 0)
    return Maps(front, back)


def _steps(progress: Progress | None) -> Step:
    return (lambda fraction: progress(STAGE, fraction)) if progress else (lambda fraction: None)


@contextmanager
def _exact_convolutions() -> Iterator[None]:
    """Full float32 and repeatable results on CUDA."""
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        yield
