"""Errors of the coarse networks on views of people that took no part in the training."""

import numpy as np
import torch

from engine.networks.graph import TwoK2K, depth_maps
from engine.training.losses import depth_normals, inner, mean_inside
from engine.training.views import Views


@torch.inference_mode()
def coarse_errors(network: TwoK2K, views: Views) -> dict[str, float]:
    """Mean absolute errors in network units inside the person, for the network and for the bare prior.

    middle: of the mean of front and back, without a shift of the whole person. thickness: of back - front.
    normals: of the depth maps' encoded normals.
    """
    network.eval()
    rows = [_errors(network, views, i) for i in range(len(views.complete()))]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def _errors(network: TwoK2K, views: Views, i: int) -> dict[str, float]:
    device = next(network.parameters()).device
    sample = {name: torch.from_numpy(plane)[None].to(device) for name, plane in views.sample(i, False).items()}
    prior, mask = sample["prior"], sample["mask"]
    picture = (sample["picture"] * prior[:, 3:] - 0.5) / 0.5
    depth = depth_maps(network.coarse(picture, prior)[1], prior)
    true = torch.cat([sample["front"], sample["back"]], 1)
    true_middle, middle, guess = true.mean(1, True), depth.mean(1, True), prior[:, :1] + 2
    thickness = (depth[:, 1:] - depth[:, :1]) - (true[:, 1:] - true[:, :1])
    normals = (depth_normals(depth[:, :1]) - depth_normals(true[:, :1])).abs()
    errors = {
        "middle": _unshifted(middle - true_middle, mask),
        "middle of the prior": _unshifted(guess - true_middle, mask),
        "thickness": mean_inside(thickness.abs(), mask),
        "front normals": mean_inside(normals, inner(mask)),
    }
    return {name: float(value) for name, value in errors.items()}


def _unshifted(error: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return mean_inside((error - mean_inside(error, mask)).abs(), mask)
