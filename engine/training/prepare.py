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
    """Crops of the 12 parts of all full-size views for `parts.batches`."""
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    shapes = [(len(views), 13, part.height, part.width) for part in PARTS]
    files = [open_memmap(crops_file(folder, i), "w+", np.uint8, shape) for i, shape in enumerate(shapes)]
    for i in range(len(views)):
        affines, truth = _affines(views, i), _truth(views, i)
        inputs = part_inputs(_picture(views, i), _coarse(network, views, i)[0], affines)
        for file, affine, part, given in zip(files, affines, PARTS, inputs, strict=True):
            shown = torch.cat([(given[:, :3] + 1) / 2, given[:, 3:], crop(truth, affine[None], part)], 1)
            file[i] = _bytes(shown)


@torch.inference_mode()
def write_tiles(views: Views, network: TwoK2K, folder: Path) -> None:
    """Coarse depth and blended part normals of all full-size views for `refine.batches`."""
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    n = len(views)
    depths = open_memmap(folder / "coarse.npy", "w+", np.float32, (n, 2, SIZE, SIZE))
    normals = open_memmap(folder / "normals.npy", "w+", np.uint8, (n, 6, CANVAS, CANVAS))
    for i in range(n):
        coarse, depth = _coarse(network, views, i)
        depths[i] = depth[0].numpy()
        affines = _affines(views, i)
        weighted = list(part_normals(network, _picture(views, i), coarse, affines, lambda fraction: None))
        normals[i] = _bytes(blend(weighted, affines))


def _affines(views: Views, i: int) -> Tensor:
    return torch.from_numpy(part_affines(views.keypoints[i].astype(np.float64)))


def _masked(views: Views, i: int) -> NDArray[np.uint8]:
    return views.picture[i] * views.mask[i][..., None]


def _picture(views: Views, i: int) -> Tensor:
    return picture_tensor(_masked(views, i))


def _coarse(network: TwoK2K, views: Views, i: int) -> tuple[Tensor, Tensor]:
    """Normals (1, 6, 256, 256) and front and back depth (1, 2, 256, 256)."""
    small = picture_tensor(shrunk(_masked(views, i)))
    seen = cv2.resize(views.mask[i].astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    prior = torch.from_numpy(np.concatenate([views.prior[i].astype(np.float32), seen[None]]))[None]
    normals, raw = network.coarse(small, prior)
    return normals, depth_maps(raw, prior)


def _truth(views: Views, i: int) -> Tensor:
    """True normals of both sides and the pixels where they are known: (1, 7, 2048, 2048)."""
    depth = torch.from_numpy(views.depth[i].astype(np.float32) / DEPTH_SCALE)[:, None]
    mask = inner((depth[:1] > 0).float())
    return torch.cat([depth_normals(depth[:1]) * mask, depth_normals(depth[1:]) * mask, mask], 1)


def _bytes(planes: Tensor) -> NDArray[np.uint8]:
    """Planes (1, C, H, W) in 0..1 -> (C, H, W) uint8."""
    return (planes[0] * 255).round().clamp(0, 255).byte().numpy()
