"""The body in layers, and the steps between them."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.camera import CANVAS, UNIT
from engine.networks.layers import LAYERS, Layered, Layers, layered
from engine.networks.prior import LIMBS
from engine.networks.steps import Steps, find_steps, sharpen_steps, with_steps
from engine.skeleton import INDEX
from engine.types import Parts

SIZE = 256
FRONT, BACK, ARM = 1.75, 2.25, 1.4
LEFT_ARM = 1
ROWS, COLUMNS = slice(100, 112), slice(90, 160)
"""Where the left arm is seen before the trunk."""


def body() -> dict[str, Tensor]:
    """A slab half a unit thick in the middle of the picture, whose key points say that an arm is before it."""
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4] = 1
    picture = torch.rand(1, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0)) * mask * 2 - 1
    limbs = torch.zeros(1, LIMBS, 3, SIZE // 2, SIZE // 2)
    limbs[:, LEFT_ARM - 1] = torch.tensor([ARM + 0.05 - 2, 0.05, 1.0])[None, :, None, None]
    return {
        "picture": picture,
        "prior": torch.cat([torch.zeros(1, 1, SIZE, SIZE), 0.25 * mask, mask, mask], 1),
        "limbs": limbs,
        "normals": torch.full((1, 6, SIZE, SIZE), 0.5),
        "depths": torch.tensor([FRONT, BACK])[None, :, None, None].repeat(1, 1, SIZE, SIZE),
    }


def arm_before(certain: float = 20.0) -> Layered:
    """The left arm is before the trunk in `ROWS` and `COLUMNS`; the other layers say nothing."""
    shares = torch.zeros(1, 2, LAYERS, SIZE, SIZE)
    shares[:, :, 0] = certain
    shares[:, 0, LEFT_ARM, ROWS, COLUMNS] = 2 * certain
    depths = torch.zeros(1, 2, LAYERS, SIZE, SIZE)
    depths[:, 0, 0], depths[:, 1, 0] = FRONT, BACK
    depths[:, 0, LEFT_ARM], depths[:, 1, LEFT_ARM] = ARM, ARM + 0.1
    return Layered(shares, depths)


def steps_of(given: dict[str, Tensor], layers: Layered, shoulder: tuple[float, float] | None = None) -> Steps:
    """shoulder: where the left one is, in pixels of 256; None = unknown, as all others are."""
    keypoints = np.full((31, 2), np.nan)
    if shoulder is not None:
        keypoints[INDEX["left_shoulder"]] = np.array(shoulder) * CANVAS / SIZE
    return find_steps(layers, given["prior"][:, 3:], given["limbs"], keypoints)


def test_an_untrained_network_knows_what_it_is_given() -> None:
    given = body()
    found = Layers().eval()(**given)
    torch.testing.assert_close(found.depths[:, :, 0], given["depths"])
    torch.testing.assert_close(found.depths[:, :, LEFT_ARM].mean(1), torch.full((1, SIZE, SIZE), ARM + 0.05))
    assert not found.shares.any()


def test_every_layer_has_its_front_before_its_back() -> None:
    torch.manual_seed(1)
    network = Layers().eval()
    torch.nn.init.normal_(network.out.weight, std=10)
    found = network(**body()).depths
    assert found.std() > 0.1
    assert (found[:, 0] < found[:, 1]).all()


def test_an_arm_before_the_trunk_gets_its_own_depth() -> None:
    given = body()
    steps = steps_of(given, arm_before())
    found = with_steps(given["depths"], steps)[0]
    torch.testing.assert_close(found[0, 103:109, 95:155], torch.full((6, 60), ARM), atol=0.01, rtol=0)
    torch.testing.assert_close(found[0, :85], given["depths"][0, 0, :85], atol=1e-3, rtol=0)
    torch.testing.assert_close(found[1], given["depths"][0, 1], atol=1e-3, rtol=0)


def test_full_size_maps_have_sharp_steps() -> None:
    """Enlarging leads from the arm to the trunk over a dozen pixels; a jump has nothing between."""
    given = body()
    steps = steps_of(given, arm_before())
    ramps = interpolate(with_steps(given["depths"], steps), scale_factor=8, mode="bilinear")[0].numpy()

    def between(depths: np.ndarray) -> int:
        row = depths[0, 8 * 106, 640:1400]
        return int(((row > ARM + 0.08) & (row < FRONT - 0.05)).sum())

    assert between(ramps) > 8
    sharpen_steps(ramps, steps)
    assert between(ramps) == 0


def test_what_is_behind_a_limb_is_known() -> None:
    """The rear of the arm is as far behind its front as the arm is wide at most, and comes round at its outline."""
    given = body()
    layers = arm_before()
    layers.depths[:, 1, LEFT_ARM] = ARM + 0.6
    steps = steps_of(given, layers)
    parts = sharpen_steps(np.repeat(np.array([FRONT, BACK], np.float32), CANVAS**2).reshape(2, CANVAS, CANVAS), steps)
    assert parts is not None
    middle = 8 * 106, 8 * 120
    edge = middle[0], int((parts.front[middle[0]] == LEFT_ARM).argmax()) + 3
    assert parts.front[middle] == LEFT_ARM
    assert parts.back[middle] == 0
    assert parts.hidden[middle] == pytest.approx(FRONT, abs=0.01)
    assert parts.behind[middle] - ARM == pytest.approx(12 * 8 / UNIT, rel=0.15)
    assert parts.behind[edge] - ARM < 0.8 * (parts.behind[middle] - ARM)
    assert parts.front[8 * 60, 8 * 120] == Parts.UNKNOWN


@pytest.mark.parametrize(("shoulder", "ends"), [((60.0, 106.0), True), ((200.0, 106.0), False)])
def test_a_limb_does_not_end_where_it_comes_out_of_the_body(shoulder: tuple[float, float], ends: bool) -> None:
    """The arm's right end is a step, unless the shoulder is on that side."""
    given = body()
    weight = steps_of(given, arm_before(), shoulder).weight
    right = float(weight[102:110, 158:163].mean())
    assert right > 0.9 if ends else right < 0.6
    assert weight[100, 120] > 0.9


def test_layers_that_say_nothing_new_change_nothing() -> None:
    given = body()
    alike = arm_before()
    alike.depths[:, 0] = FRONT + 0.01
    steps = steps_of(given, alike)
    torch.testing.assert_close(with_steps(given["depths"], steps), given["depths"])
    assert sharpen_steps(np.zeros((2, CANVAS, CANVAS), np.float32), steps) is None


def test_limbs_without_key_points_are_left_out() -> None:
    given = body()
    nothing = torch.zeros_like(given["limbs"])
    found = with_steps(given["depths"], steps_of(given | {"limbs": nothing}, arm_before()))
    torch.testing.assert_close(found, given["depths"])


@pytest.mark.parametrize("lost", [False, True])
def test_the_shipped_weights_make_sense_of_a_body(lost: bool) -> None:
    given = body()
    if lost:
        given["limbs"].zero_()
    mask = given["prior"][:, 3:]
    found = with_steps(given["depths"], steps_of(given, layered(**given)))
    inside = mask[:, 0] > 0
    assert torch.isfinite(found).all()
    assert (found[:, 0] < found[:, 1])[inside].all()
    assert (found - given["depths"]).abs()[:, :, inside[0]].mean() < 0.3
