"""What limbs hide."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.networks.behind import with_hidden

SIZE, LAYERS, APART = 96, 3, 0.22
TRUNK, ARM, OTHER = 0, 1, 2
COLUMNS = slice(40, 52)


def tilted(across: float, down: float) -> Tensor:
    """A plane about 2 units away; slopes in units per pixel."""
    y, x = torch.meshgrid(torch.arange(SIZE) - SIZE / 2, torch.arange(SIZE) - SIZE / 2, indexing="ij")
    return 2 + across * x + down * y


def arm_before(plane: Tensor, wrong: float) -> tuple[Tensor, Tensor]:
    """Depths and labels of an arm before a trunk whose layer is wrong where the arm hides it."""
    depths = torch.zeros(2, LAYERS, SIZE, SIZE)
    depths[0, TRUNK], depths[1, TRUNK] = plane, plane + 0.4
    depths[0, TRUNK, :, COLUMNS] += wrong
    depths[:, ARM] = torch.tensor([1.2, 1.3])[:, None, None]
    labels = torch.full((2, SIZE, SIZE), TRUNK)
    labels[0, :, COLUMNS] = ARM
    return depths, labels


@given(across=st.floats(-0.005, 0.005), down=st.floats(-0.005, 0.005), wrong=st.floats(-0.3, 0.3))
@settings(max_examples=10, deadline=None)
def test_what_a_limb_hides_goes_on_with_the_slopes_beside_it(across: float, down: float, wrong: float) -> None:
    plane = tilted(across, down)
    depths, labels = arm_before(plane, wrong)
    found = with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART)
    near = found[0, TRUNK, :, COLUMNS] - plane[:, COLUMNS]
    assert near.abs().max() < 0.5 * abs(wrong) + 1e-4
    assert near[:, [0, -1]].abs().max() < 0.06 * abs(wrong) + 1e-4


def test_what_is_seen_stays() -> None:
    depths, labels = arm_before(tilted(0.003, 0.001), 0.2)
    found = with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART)
    seen = torch.ones(SIZE, dtype=torch.bool)
    seen[COLUMNS] = False
    torch.testing.assert_close(found[:, TRUNK][..., seen], depths[:, TRUNK][..., seen])
    torch.testing.assert_close(found[0, ARM], depths[0, ARM])


def test_where_nothing_is_hidden_nothing_changes() -> None:
    depths, labels = arm_before(tilted(0, 0), 0.2)
    labels[:] = TRUNK
    torch.testing.assert_close(with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART), depths)


def test_far_from_what_is_seen_the_layer_is_believed() -> None:
    """The arm covers all but a border on the left."""
    depths, labels = arm_before(tilted(0, 0), 0)
    labels[0, :, 6:] = ARM
    depths[0, TRUNK, :, 6:] += 0.2
    found = with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART)
    torch.testing.assert_close(found[0, TRUNK, :, 60:], depths[0, TRUNK, :, 60:], atol=0.02, rtol=0)
    assert found[0, TRUNK, :, 6].sub(2).abs().max() < 0.02


def test_the_rear_of_a_limb_goes_on_from_where_it_is_seen_from_behind() -> None:
    """The lower half of the arm hangs beside the trunk, which ends there."""
    depths, labels = arm_before(tilted(0, 0), 0)
    mask = torch.zeros(SIZE, SIZE)
    mask[:48], mask[:, COLUMNS] = 1, 1
    labels[1, 48:, COLUMNS] = ARM
    depths[1, ARM, 48:] = 1.5
    found = with_hidden(depths, labels, mask, APART)
    assert found[1, ARM, 45:48, COLUMNS].sub(1.5).abs().max() < 0.05
    torch.testing.assert_close(found[1, ARM, :20, COLUMNS], depths[1, ARM, :20, COLUMNS], atol=0.03, rtol=0)


@pytest.mark.parametrize(("hidden", "beside"), [(TRUNK, OTHER), (OTHER, TRUNK)])
def test_a_hidden_limb_goes_on_in_the_trunk_and_a_hidden_trunk_in_a_limb(hidden: int, beside: int) -> None:
    """On both sides of the arm the other one of both is seen, 0.1 units from what is hidden."""
    depths, labels = arm_before(tilted(0, 0), 0)
    labels[:] = beside
    labels[0, :, COLUMNS], labels[1, :, COLUMNS] = ARM, hidden
    depths[:, TRUNK] = torch.tensor([2.0, 2.3])[:, None, None]
    depths[:, OTHER] = torch.tensor([2.1, 2.4])[:, None, None]
    found = with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART)[0, hidden, 48, COLUMNS]
    assert abs(float(found[-1] - depths[0, beside, 0, 0])) < 0.03


def test_a_trunk_between_two_limbs_joins_them_not() -> None:
    """One column of it, between a hidden limb and another one that is seen."""
    depths, labels = arm_before(tilted(0, 0), 0)
    four = torch.cat([depths, depths[:, 2:]], 1)
    four[:, OTHER], four[:, 3] = torch.tensor([2.0, 2.4])[:, None, None], torch.tensor([2.2, 2.6])[:, None, None]
    four[:, TRUNK] = torch.tensor([2.0, 2.4])[:, None, None]
    labels[:] = 3
    labels[0, :, COLUMNS], labels[1, :, COLUMNS] = ARM, OTHER
    labels[:, :, COLUMNS.stop] = TRUNK
    found = with_hidden(four, labels, torch.ones(SIZE, SIZE), APART)
    torch.testing.assert_close(found[0, OTHER, :, COLUMNS], four[0, OTHER, :, COLUMNS])


def test_no_hidden_side_lies_beyond_the_other_side_of_its_layer() -> None:
    """A trunk 0.02 thick, steep beside the arm."""
    depths, labels = arm_before(tilted(0, 0), 0)
    slope = 0.05 * (torch.arange(SIZE) - COLUMNS.start).clamp(max=0).abs()
    depths[0, TRUNK], depths[1, TRUNK] = 2.0 - slope, 2.02 - slope
    found = with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART)
    assert (found[0, TRUNK] <= found[1, TRUNK]).all()


def test_nothing_goes_on_in_another_limb() -> None:
    depths, labels = arm_before(tilted(0, 0), 0)
    three = torch.cat([depths, depths[:, 2:]], 1)
    three[:, 2], three[:, 3] = torch.tensor([2.0, 2.4])[:, None, None], torch.tensor([2.1, 2.5])[:, None, None]
    labels[1, :, COLUMNS] = 2
    labels[:, :, : COLUMNS.start] = labels[:, :, COLUMNS.stop :] = 3
    found = with_hidden(three, labels, torch.ones(SIZE, SIZE), APART)
    torch.testing.assert_close(found[0, 2, :, COLUMNS], three[0, 2, :, COLUMNS])


def test_what_is_hidden_does_not_go_on_in_what_hides_it() -> None:
    """A part of the trunk in front, close to what it hides, is seen beside it."""
    depths, labels = arm_before(tilted(0, 0), 0)
    labels[0, :, COLUMNS], labels[1, :, COLUMNS] = TRUNK, ARM
    depths[0, TRUNK], depths[0, ARM], depths[1, ARM] = 1.9, 2.0, 2.1
    found = with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART)
    torch.testing.assert_close(found[0, ARM, :, COLUMNS], depths[0, ARM, :, COLUMNS])


def test_a_trunk_far_behind_is_not_what_a_hidden_limb_goes_on_in() -> None:
    depths, labels = arm_before(tilted(0, 0), 0)
    labels[1, :, COLUMNS] = OTHER
    depths[0, TRUNK], depths[0, OTHER], depths[1, OTHER] = 2.0 + 2 * APART, 2.0, 2.2
    found = with_hidden(depths, labels, torch.ones(SIZE, SIZE), APART)
    torch.testing.assert_close(found[0, OTHER, :, COLUMNS], depths[0, OTHER, :, COLUMNS])
