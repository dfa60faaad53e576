"""Tiled refinement equals the refinement of the whole picture."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.networks.graph import GraphConfig, TwoK2K
from engine.networks.parts import Region
from engine.networks.tiles import CELL, person_tiles, refine_tile

SIZE = 256


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 1023)] * 4), max_size=6), st.booleans())
def test_tiles_cover_the_mask_once(boxes: list[tuple[int, int, int, int]], sparing: bool) -> None:
    mask = np.zeros((1024, 1024), bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = True
    count = np.zeros(mask.shape, int)
    for top, left, bottom, right in person_tiles(mask, sparing):
        count[top:bottom, left:right] += 1
        assert top < bottom
        assert left < right
        assert not {top % CELL, left % CELL, bottom % CELL, right % CELL} - {0}
    assert count.max() <= 1
    assert count[mask].all()


def test_a_wide_mask_is_split() -> None:
    mask = np.ones((128, 2048), bool)
    assert all(tile.right - tile.left <= 600 for tile in person_tiles(mask))
    assert all(tile.right - tile.left <= 150 for tile in person_tiles(mask, sparing=True))


@pytest.mark.parametrize("prior", [False, True])
@pytest.mark.parametrize(
    "tile", [Region(64, 96, 128, 160), Region(0, 0, 64, 64), Region(160, 192, 256, 256), Region(0, 32, 256, 64)]
)
@torch.no_grad()
def test_tile_equals_the_whole(prior: bool, tile: Region) -> None:
    torch.manual_seed(0)
    network = TwoK2K(GraphConfig(1 / 8, prior)).eval()
    depths, normals = 2 + torch.randn(1, 2, SIZE // 8, SIZE // 8), torch.rand(1, 6, SIZE, SIZE)
    whole = network.refined(depths, normals)
    top, left, bottom, right = tile

    def normals_of(region: Region) -> torch.Tensor:
        return normals[..., region.top : region.bottom, region.left : region.right]

    part = refine_tile(network, depths, normals_of, tile)
    torch.testing.assert_close(part, whole[..., top:bottom, left:right], atol=1e-5, rtol=1e-5)
