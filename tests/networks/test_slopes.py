"""What is beside an arm is not drawn towards it."""

import numpy as np
import torch
from torch import Tensor

from engine.networks.layers import LAYERS
from engine.networks.slopes import without_slopes

SIZE, BORDER = 64, 40
TRUNK, ARM, LEG = 0, 1, 3
LEVEL, FAR = 2.2, 2.5
"""Depth of the back of the trunk, and of the arm behind it that the camera behind the person sees first."""
BESIDE = np.s_[20:, BORDER - 4 : BORDER]
INSIDE = np.s_[:, : BORDER - 4]


def labels(left: int = TRUNK, right: int = ARM) -> Tensor:
    """(2, SIZE, SIZE) one layer beside another, on both sides."""
    shown = torch.full((2, SIZE, SIZE), left)
    shown[:, :, BORDER:] = right
    return shown


def drawn(left: int = TRUNK, right: int = ARM) -> Tensor:
    """Depths of layers, the left one's back drawn towards the right one's over some pixels beside the border."""
    depths = torch.zeros(2, LAYERS, SIZE, SIZE)
    slope = ((torch.arange(SIZE) - (BORDER - 4)) / 4).clamp(0, 1) * 0.6
    depths[0, left], depths[1, left] = 1.8, LEVEL + (FAR - LEVEL) * slope
    depths[0, right], depths[1, right] = 2.3, FAR
    return depths


def free(value: float = 1.0) -> Tensor:
    return torch.full((2, LAYERS, SIZE, SIZE), value)


MASK = torch.ones(SIZE, SIZE)


def test_the_trunk_is_as_deep_beside_an_arm_as_inside() -> None:
    found = without_slopes(drawn(), labels(), free(), MASK)
    np.testing.assert_allclose(found[1, TRUNK][BESIDE], LEVEL, atol=0.01)
    np.testing.assert_array_equal(found[1, TRUNK][INSIDE], drawn()[1, TRUNK][INSIDE])
    np.testing.assert_allclose(found[0], drawn()[0], atol=1e-5)
    np.testing.assert_array_equal(found[1, ARM], drawn()[1, ARM])


def test_where_an_arm_comes_out_of_the_body_slopes_stay() -> None:
    rooted = free()
    rooted[:, ARM, :3] = 0
    found = without_slopes(drawn(), labels(), rooted, MASK)[1, TRUNK]
    np.testing.assert_allclose(found[:4], drawn()[1, TRUNK, :4], atol=0.005)
    np.testing.assert_allclose(found[BESIDE], LEVEL, atol=0.01)
    assert (found[:20, BORDER - 1].diff() <= 0).all()


def test_a_slope_down_to_what_is_behind_stays() -> None:
    """The trunk comes round towards an arm that is behind it for the camera."""
    depths = drawn()
    depths[0, TRUNK, :, BORDER - 4 :] += 0.3
    np.testing.assert_allclose(without_slopes(depths, labels(), free(), MASK)[0], depths[0], atol=1e-5)


def test_an_arm_is_not_drawn_towards_the_trunk_either() -> None:
    found = without_slopes(drawn(ARM, TRUNK), labels(ARM, TRUNK), free(), MASK)
    np.testing.assert_allclose(found[1, ARM][BESIDE], LEVEL, atol=0.01)


def test_legs_beside_each_other_and_the_trunk_stay_as_they_are() -> None:
    depths = drawn(TRUNK, LEG)
    np.testing.assert_array_equal(without_slopes(depths, labels(TRUNK, LEG), free(), MASK), depths)


def test_a_trunk_without_anything_inside_stays_as_it_is() -> None:
    narrow = labels()
    narrow[:, :, : BORDER - 3] = LEG
    depths = drawn()
    depths[:, LEG] = depths[:, TRUNK]
    found = without_slopes(depths, narrow, free(), MASK)
    np.testing.assert_array_equal(found[1, TRUNK], depths[1, TRUNK])


def test_a_strip_beyond_an_arm_is_not_as_deep_as_the_body_on_this_side() -> None:
    beyond = labels()
    beyond[:, :, BORDER + 12 : BORDER + 15] = TRUNK
    depths = drawn()
    depths[1, TRUNK, :, BORDER + 12 :] = LEVEL - 0.3
    found = without_slopes(depths, beyond, free(), MASK)[1, TRUNK]
    np.testing.assert_array_equal(found[:, BORDER + 12 : BORDER + 15], depths[1, TRUNK, :, BORDER + 12 : BORDER + 15])


def test_along_a_border_nothing_sets_in_suddenly() -> None:
    """The arm gets farther and farther from the trunk."""
    depths = drawn()
    depths[1, ARM] = (LEVEL + 0.15 * torch.arange(SIZE) / SIZE)[:, None]
    found = without_slopes(depths, labels(), free(), MASK)[1, TRUNK, :, BORDER - 1]
    assert found.diff().abs().max() < 0.03


def test_an_arm_that_the_camera_does_not_see_draws_what_it_draws() -> None:
    """Where it is, is a guess; half of it would stand out of the back."""
    shown = labels()
    shown[0] = TRUNK
    np.testing.assert_array_equal(without_slopes(drawn(), shown, free(), MASK), drawn())


def test_nobody() -> None:
    np.testing.assert_array_equal(without_slopes(drawn(), labels(), free(), torch.zeros(SIZE, SIZE)), drawn())
