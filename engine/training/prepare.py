"""What stages 2 and 3 learn from: crops and predictions made from full-size views with the networks before them."""

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from engine.camera import CANVAS
from engine.networks.graph import TwoK2K, depth_maps
from engine.networks.inference import part_inputs, part_normals, picture_tensor
from engine.networks.parts import PARTS, blend, crop, part_affines
from engine.networks.prior import SIZE
from engine.training.losses import depth_normals, inner
from engine.training.parts import crops_file
from engine.training.views import DEPTH_SCALE, Views, shrunk


@torch.inference_mode()
def write_crops(views: Views, network: TwoK2K, folder: Path) -> None:
    """Crops of the 12 parts of all full-size views for `parts.batches`, made on the network's device."""
    folder.mkdir(parents=True, exist_ok=True)
    count, device = len(views.complete()), _device(network)
    shapes = [(count, 13, part.height, part.width) for part in PARTS]
    files = [open_memmap(crops_file(folder, i), "w+", np.uint8, shape) for i, shape in enumerate(shapes)]
    for i in range(count):
        affines, truth = _affines(views, i), _truth(views, i, device)
        inputs = part_inputs(_picture(views, i, device), _coarse(network, views, i)[0], affines)
        for file, affine, part, given in zip(files, affines, PARTS, inputs, strict=True):
            true = crop(truth, affine[None].to(device), part)
            file[i] = _bytes(torch.cat([(given[:, :3] + 1) / 2, given[:, 3:], true], 1))


@torch.inference_mode()
def write_tiles(views: Views, network: TwoK2K, folder: Path) -> None:
    """Coarse depth and blended part normals of all full-size views for `refine.batches`."""
    folder.mkdir(parents=True, exist_ok=True)
    count, device = len(views.complete()), _device(network)
    depths = open_memmap(folder / "coarse.npy", "w+", np.float32, (count, 2, SIZE, SIZE))
    normals = open_memmap(folder / "normals.npy", "w+", np.uint8, (count, 6, CANVAS, CANVAS))
    for i in range(count):
        coarse, depth = _coarse(network, views, i)
        depths[i] = depth[0].cpu().numpy()
        affines = _affines(views, i)
        weighted = list(part_normals(network, _picture(views, i, device), coarse, affines, lambda fraction: None))
        normals[i] = _bytes(blend(weighted, affines))


def _device(network: TwoK2K) -> torch.device:
    """The evaluated network's device."""
    return next(network.eval().parameters()).device


def _affines(views: Views, i: int) -> Tensor:
    return torch.from_numpy(part_affines(views.keypoints[i].astype(np.float64)))


def _masked(views: Views, i: int) -> NDArray[np.uint8]:
    return views.picture[i] * views.mask[i][..., None]


def _picture(views: Views, i: int, device: torch.device) -> Tensor:
    return picture_tensor(_masked(views, i)).to(device)


def _coarse(network: TwoK2K, views: Views, i: int) -> tuple[Tensor, Tensor]:
    """Normals (1, 6, 256, 256) and front and back depth (1, 2, 256, 256)."""
    device = _device(network)
    small = picture_tensor(shrunk(_masked(views, i))).to(device)
    seen = cv2.resize(views.mask[i].astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    prior = torch.from_numpy(np.concatenate([views.prior[i].astype(np.float32), seen[None]]))[None].to(device)
    normals, raw = network.coarse(small, prior)
    return normals, depth_maps(raw, prior)


def _truth(views: Views, i: int, device: torch.device) -> Tensor:
    """True normals of both sides and the pixels where they are known: (1, 7, 2048, 2048)."""
    depth = torch.from_numpy(views.depth[i].astype(np.float32) / DEPTH_SCALE)[:, None].to(device)
    mask = inner((depth[:1] > 0).float())
    return torch.cat([depth_normals(depth[:1]) * mask, depth_normals(depth[1:]) * mask, mask], 1)


def _bytes(planes: Tensor) -> NDArray[np.uint8]:
    """Planes (1, C, H, W) in 0..1 -> (C, H, W) uint8."""
    return (planes[0] * 255).round().clamp(0, 255).byte().cpu().numpy()
