"""A lean network computes what the trained one does."""

import copy

import torch
from torch import nn

from engine.networks.graph import GraphConfig, TwoK2K
from engine.networks.lean import make_lean


def trained_network() -> TwoK2K:
    """As after some training: batch-norm statistics that matter."""
    torch.manual_seed(0)
    network = TwoK2K(GraphConfig(1 / 16)).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.normal_(module.weight, 1, 0.2)
            nn.init.normal_(module.bias, 0, 0.2)
    return network


@torch.no_grad()
def test_lean_network_gives_the_same_numbers() -> None:
    network = trained_network()
    lean = make_lean(copy.deepcopy(network))
    picture, normals = torch.randn(1, 3, 48, 64), torch.rand(1, 6, 64, 96)
    for expected, found in zip(network.coarse(picture), lean.coarse(picture), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(
        lean.refined(torch.ones(1, 2, 8, 12), normals), network.refined(torch.ones(1, 2, 8, 12), normals)
    )


@torch.no_grad()
def test_lean_network_stays_as_it_is() -> None:
    lean = make_lean(trained_network())
    before = {name: tensor.clone() for name, tensor in lean.state_dict().items()}
    after = make_lean(lean).state_dict()
    assert not any(isinstance(module, nn.BatchNorm2d | nn.Upsample) for module in lean.modules())
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
