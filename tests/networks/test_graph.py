"""The graph's names, sizes and depth decoding."""

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.networks.graph import GraphConfig, TwoK2K, depth_maps, enlarged

SHAPES = Path(__file__).parents[1] / "data" / "state_dict_shapes.json"


def test_published_names_and_shapes() -> None:
    with torch.device("meta"):
        state = TwoK2K().state_dict()
    assert {name: list(tensor.shape) for name, tensor in state.items()} == json.loads(SHAPES.read_text())


@pytest.mark.parametrize("config", [GraphConfig(), GraphConfig(0.25, True), GraphConfig(19 / 64), GraphConfig(1 / 16)])
def test_configuration_is_read_from_the_tensors(config: GraphConfig) -> None:
    with torch.device("meta"):
        assert GraphConfig.of(TwoK2K(config).state_dict()) == config


@pytest.mark.parametrize("width", [0, -1, 1 / 32, 0.3, 8])
def test_impossible_width(width: float) -> None:
    with pytest.raises(UserError):
        GraphConfig(width)


def test_foreign_tensors() -> None:
    with pytest.raises(UserError):
        GraphConfig.of({"weight": torch.zeros(3)})


def test_coarse_stage_and_refinement_fit_together() -> None:
    network = TwoK2K(GraphConfig(1 / 16, prior=True)).eval()
    prior = torch.zeros(2, 4, 32, 32)
    normals, raw = network.coarse(torch.zeros(2, 3, 32, 32), prior)
    assert normals.shape == (2, 6, 32, 32)
    depths = depth_maps(raw, prior)
    assert network.refined(depths, torch.zeros(2, 6, 256, 256)).shape == (2, 2, 256, 256)


def test_without_prior_the_mask_decides() -> None:
    raw = torch.tensor([1.0, 2.0, 0.5, 7.0, -1.0, -0.5]).view(2, 3, 1, 1)
    depths = depth_maps(raw).flatten(1).tolist()
    assert depths == [[1.0, 2.0], [6.0, 0.0]]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-30, 30), min_size=3, max_size=3), st.floats(-1, 1))
def test_with_prior_the_front_is_before_the_back(raw: list[float], middle: float) -> None:
    prior = torch.tensor([middle, 0, 1, 1]).view(1, 4, 1, 1).expand(1, 4, 2, 2)
    depths = depth_maps(torch.tensor(raw).view(1, 3, 1, 1).expand(1, 3, 2, 2), prior)
    for front, back in depths.flatten(2)[0].T.tolist():
        assert front <= back
        assert (front + back) / 2 == pytest.approx(2 + middle + raw[0], abs=1e-4)


def test_the_prior_is_that_of_the_pixels_that_the_networks_see() -> None:
    prior = torch.zeros(1, 4, 8, 8)
    prior[0, 0, ::2] = 5.0
    raw = torch.zeros(1, 3, 8, 8)
    assert depth_maps(raw, prior).sum(1).eq(4.0).all()
    prior[0, 0, 1::2, 1::2] = 0.25
    torch.testing.assert_close(depth_maps(raw, prior).mean(1), torch.full((1, 8, 8), 2.25))


def test_refinement_of_a_prior_network_adds_to_the_coarse_depth() -> None:
    network = TwoK2K(GraphConfig(1 / 16, prior=True)).eval()
    for parameter in network.refine.merge3_2.parameters():
        torch.nn.init.zeros_(parameter)
    depths = torch.rand(1, 2, 8, 8)
    torch.testing.assert_close(network.refined(depths, torch.rand(1, 6, 64, 64)), enlarged(depths))
