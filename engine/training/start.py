"""Where the training starts: every head says "as the prior has it", and no ReLU is dead."""

import torch
from torch import nn

from engine.networks.graph import GraphConfig, TwoK2K
from engine.networks.subnetworks import NormalNet

TYPICAL_HALF_THICKNESS = -0.7
"""Raw thickness channel whose softplus stands for half of a typical limb."""


def new_network(width: float, seed: int) -> TwoK2K:
    """An untrained network with the prior as input."""
    torch.manual_seed(seed)
    network = TwoK2K(GraphConfig(width, prior=True))
    for module in network.children():
        if isinstance(module, NormalNet):
            nn.init.constant_(_bias(module.Conv_1x1.conv[0]), 0.5)
    _flat(network.ImgNorm_to_Dep.Conv_1x1, (0.0, TYPICAL_HALF_THICKNESS, 0.0))
    _flat(network.refine.merge3_2, (0.0, 0.0, 0.0))
    return network


def _flat(head: nn.Conv2d, values: tuple[float, ...]) -> None:
    """Let a head say the same everywhere."""
    nn.init.zeros_(head.weight)
    with torch.no_grad():
        _bias(head).copy_(torch.tensor(values))


def _bias(layer: nn.Module) -> torch.Tensor:
    assert isinstance(layer, nn.Conv2d)
    assert layer.bias is not None
    return layer.bias
