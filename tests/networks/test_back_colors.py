"""From where in the photo the back takes its colours."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.networks.back_colors import BackColors, Shares, network

SIZE = 32


def chosen(seed: int = 0, spread: float = 1.0) -> tuple[Shares, Tensor]:
    """What a network with random last weights chooses for a random picture with a mask; and the mask."""
    torch.manual_seed(seed)
    module = BackColors().eval()
    torch.nn.init.normal_(module.out.weight, std=spread)
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 4:-4, 8:-8] = 1
    prior = torch.cat([torch.rand(1, 3, SIZE, SIZE), mask], 1)
    with torch.inference_mode():
        return module(torch.rand(1, 3, SIZE, SIZE) * 2 - 1, prior, 2 + torch.rand(1, 2, SIZE, SIZE) / 4), mask > 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99), spread=st.sampled_from([0.1, 1.0, 10.0]))
def test_shares_add_up(seed: int, spread: float) -> None:
    shares, _ = chosen(seed, spread)
    total = shares.own[:, 0] + shares.place.sum(1) + shares.row.sum(3)
    torch.testing.assert_close(total, torch.ones_like(total))
    torch.testing.assert_close(shares.where.sum((2, 3)), torch.ones(shares.where.shape[:2]))


def sources(shares: Shares) -> Tensor:
    """(B, K + 2, H, W): of the same pixel, of the row, of every place."""
    return torch.cat([shares.own, shares.row.sum(3)[:, None], shares.place], 1)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99), spread=st.sampled_from([0.1, 1.0, 10.0]))
def test_the_decided_take_most_from_where_they_took_most(seed: int, spread: float) -> None:
    shares, _ = chosen(seed, spread)
    before, after = sources(shares), sources(shares.decided())
    torch.testing.assert_close(after.sum(1), torch.ones_like(after.sum(1)))
    torch.testing.assert_close(after.argmax(1), before.argmax(1))
    assert (after.amax(1) > before.amax(1) - 1e-5).all()
    assert after.amax(1).mean() > before.amax(1).mean()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99))
def test_every_colour_is_the_photos(seed: int) -> None:
    """The person is red and green before blue: so is the back, without any blue."""
    shares, mask = chosen(seed)
    colors = torch.zeros(1, 3, SIZE, SIZE)
    colors[:, 2:] = (~mask).float()
    colors[:, :2] = mask * torch.rand(1, 2, SIZE, SIZE)
    made = shares.mixed(colors)
    inside = mask.expand_as(made)
    assert made[:, 2:][mask].abs().max() < 1e-6
    assert made[inside].min() >= 0
    assert made[inside].max() <= colors[inside].max() + 1e-6


def test_a_row_gives_its_own_colours_alone() -> None:
    """Where nothing comes from the same pixel or a place, a row of one colour keeps it."""
    shares, mask = chosen()
    only = shares.row / shares.row.sum(3, keepdim=True)
    rows = torch.arange(SIZE, dtype=torch.float32)[:, None].expand(1, 1, SIZE, SIZE)
    nothing = torch.zeros_like
    made = Shares(nothing(shares.own), only, nothing(shares.place), shares.where).mixed(rows)
    torch.testing.assert_close(made[mask], rows[mask])


def test_before_it_learns_the_back_is_mostly_the_front() -> None:
    torch.manual_seed(0)
    prior = torch.ones(1, 4, SIZE, SIZE)
    with torch.inference_mode():
        shares = BackColors().eval()(torch.zeros(1, 3, SIZE, SIZE), prior, torch.full((1, 2, SIZE, SIZE), 2.0))
    assert shares.own.min() > 0.4


def test_the_shipped_weights_find_sources_within_the_mask() -> None:
    prior = torch.zeros(1, 4, 128, 128)
    prior[..., 20:110, 50:80] = 1
    picture = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        shares = network()(picture * prior[:, 3:], prior, torch.full((1, 2, 128, 128), 2.0))
    assert shares.where[:, :, prior[0, 3] == 0].abs().max() == pytest.approx(0, abs=1e-6)
    assert torch.isfinite(shares.mixed(picture)).all()


def test_what_hides_the_back_is_no_source() -> None:
    """An arm of another colour before the body."""
    prior = torch.zeros(1, 4, 128, 128)
    prior[..., 20:110, 50:80] = 1
    picture = torch.zeros(1, 3, 128, 128)
    hiding = torch.zeros(1, 1, 128, 128, dtype=torch.bool)
    hiding[..., 60:70, 55:75] = True
    with torch.inference_mode():
        shares = network()(picture, prior, torch.full((1, 2, 128, 128), 2.0), hiding)
        plain = network()(picture, prior, torch.full((1, 2, 128, 128), 2.0))
    inside = prior[:, 3:] > 0.5
    assert shares.mixed(hiding.float())[inside].max() < 1e-6
    torch.testing.assert_close(shares.mixed(inside.float())[inside], torch.ones(int(inside.sum())))
    assert plain.mixed(hiding.float())[hiding].min() > 0.1
