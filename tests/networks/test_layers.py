"""The body in layers, and the steps between them."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.camera import CANVAS, UNIT
from engine.networks.layers import LAYERS, Layered, Layers, layered
from engine.networks.prior import LIMBS
from engine.networks.steps import Steps, _long, _off, _whole, arms_before, find_steps, sharpen_steps, with_steps
from engine.skeleton import INDEX
from engine.types import Parts

SIZE = 256
FRONT, BACK, ARM = 1.75, 2.25, 1.4
LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG = 1, 2, 3, 4
ROWS, COLUMNS = slice(100, 112), slice(90, 160)
"""Where the left arm is seen before the trunk."""
MASK = np.zeros((CANVAS, CANVAS), bool)
MASK[CANVAS // 4 : -CANVAS // 4, CANVAS // 4 : -CANVAS // 4] = True


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


def steps_of(given: dict[str, Tensor], layers: Layered, **places: tuple[float, float]) -> Steps:
    """places: of key points by their names, in pixels of 256; all others are unknown."""
    keypoints = np.full((31, 2), np.nan)
    for name, place in places.items():
        keypoints[INDEX[name]] = np.array(place) * CANVAS / SIZE
    return find_steps(layers, given["picture"], given["prior"][:, 3:], given["limbs"], keypoints)


def with_limbs(given: dict[str, Tensor], *limbs: int) -> dict[str, Tensor]:
    """The same with further limbs of which something is known."""
    maps = given["limbs"].clone()
    maps[:, [limb - 1 for limb in limbs], 2] = 1
    return given | {"limbs": maps}


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
    sharpen_steps(ramps, steps, MASK)
    assert between(ramps) == 0


def test_what_is_behind_a_limb_is_known() -> None:
    """The rear of the arm is as far behind its front as the arm is wide at most, and comes round at its outline."""
    given = body()
    layers = arm_before()
    layers.depths[:, 1, LEFT_ARM] = ARM + 0.6
    steps = steps_of(given, layers)
    depths = np.repeat(np.array([FRONT, BACK], np.float32), CANVAS**2).reshape(2, CANVAS, CANVAS)
    parts = sharpen_steps(depths, steps, MASK)
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
    weight = steps_of(given, arm_before(), left_shoulder=shoulder).weight
    right = float(weight[102:110, 158:163].mean())
    assert right > 0.9 if ends else right < 0.6
    assert weight[100, 120] > 0.9


def test_layers_that_say_nothing_new_change_nothing() -> None:
    given = body()
    alike = arm_before()
    alike.depths[:, 0] = FRONT + 0.01
    steps = steps_of(given, alike)
    torch.testing.assert_close(with_steps(given["depths"], steps), given["depths"])
    assert sharpen_steps(np.zeros((2, CANVAS, CANVAS), np.float32), steps, MASK) is None


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


@pytest.mark.parametrize("lost", ["", "right_shoulder", "left_hip"])
def test_a_thigh_comes_out_of_the_hip_whatever_key_points_are_known(lost: str) -> None:
    given, layers = with_limbs(body(), LEFT_LEG), arm_before()
    layers.shares[:, 0, LEFT_ARM, ROWS, COLUMNS] = 0
    layers.shares[:, 0, LEFT_LEG, 130:, 100:124] = 40
    layers.depths[:, 0, LEFT_LEG], layers.depths[:, 1, LEFT_LEG] = ARM, ARM + 0.2
    trunk = {"left_shoulder": (90.0, 70.0), "right_shoulder": (134.0, 70.0), "left_hip": (100.0, 126.0)}
    trunk["right_hip"] = (124.0, 126.0)
    known = {name: place for name, place in trunk.items() if name != lost}
    assert steps_of(given, layers, **known).weight[130, 110:114].max() < 0.3
    assert steps_of(given, layers, **known).weight[160:170, 100].min() > 0.9, "its side is a step"


def crossed(upper: int, lower: int) -> Layered:
    """One arm before the other, which is before the trunk."""
    layers = arm_before()
    layers.shares[:, 0, LEFT_ARM, ROWS, COLUMNS] = 0
    layers.shares[:, 0, lower, 90:150, 112:144] = 40
    layers.shares[:, 0, upper, 114:128, 80:176] = 80
    layers.depths[:, 0, lower], layers.depths[:, 1, lower] = FRONT, FRONT + 0.1
    layers.depths[:, 0, upper], layers.depths[:, 1, upper] = ARM, ARM + 0.1
    return layers


@pytest.mark.parametrize("arms", [(LEFT_ARM, RIGHT_ARM), (RIGHT_ARM, LEFT_ARM)])
def test_whichever_arm_is_before_the_other_ends_there(arms: tuple[int, int]) -> None:
    """The one behind comes from above: where it goes on below the other is no place where it comes out of the body."""
    front, behind = (("left_shoulder", "right_shoulder")[arm - LEFT_ARM] for arm in arms)
    shoulders = {front: (40.0, 121.0), behind: (128.0, 40.0)}
    weight = steps_of(with_limbs(body(), RIGHT_ARM), crossed(*arms), **shoulders).weight
    assert weight[114, 120:136].min() > 0.9
    assert weight[128, 120:136].min() > 0.9


def test_a_leg_hides_the_other_all_the_way_though_both_have_one_outline_for_a_while() -> None:
    """Seen from the side: the far leg shows on the back map only, but for a rim of the near one, which is missing in
    some rows."""
    given = with_limbs(body(), LEFT_LEG, RIGHT_LEG)
    given["prior"][:, 3, 100:, :112] = given["prior"][:, 3, 100:, 144:] = 0
    layers = arm_before()
    layers.shares[:, 0, LEFT_ARM] = 0
    layers.shares[:, 0, LEFT_LEG, 100:], layers.shares[:, 1, LEFT_LEG, 100:] = 80, 40
    layers.shares[:, 1, RIGHT_LEG, 100:, 116:140] = 80
    layers.shares[:, 1, RIGHT_LEG, 130:156] = 80
    layers.depths[:, 0, LEFT_LEG], layers.depths[:, 1, LEFT_LEG] = ARM, ARM + 0.1
    layers.depths[:, 0, RIGHT_LEG], layers.depths[:, 1, RIGHT_LEG] = BACK + 0.3, BACK + 0.4
    steps = steps_of(given, layers)
    assert (steps.weight[105:185, 118:138] == 1).all()
    assert steps.weight[60, 128] == 0


def test_short_steps_are_left_out() -> None:
    layers = arm_before()
    layers.shares[:, 0, LEFT_ARM] = 0
    layers.shares[:, 0, LEFT_ARM, 104:106, 120:123] = 40
    assert not steps_of(body(), layers).weight.any()


def test_a_layer_goes_on_beyond_its_outline_as_it_is_inside() -> None:
    """What the network says of it there has never been judged."""
    layers = arm_before()
    wild = torch.full_like(layers.depths[:, :, LEFT_ARM], 5.0)
    wild[:, 0, ROWS, COLUMNS], wild[:, 1, ROWS, COLUMNS] = ARM, ARM + 0.1
    layers.depths[:, :, LEFT_ARM] = wild
    steps = steps_of(body(), layers)
    torch.testing.assert_close(steps.depths[0, LEFT_ARM, 97:100, 100:150], torch.full((3, 50), ARM), atol=0.02, rtol=0)


def test_an_arm_behind_the_trunk_is_no_deeper_than_wide_either() -> None:
    layers = arm_before()
    layers.shares[:, 0, LEFT_ARM] = 0
    layers.shares[:, 1, LEFT_ARM, ROWS, COLUMNS] = 40
    layers.depths[:, 0, LEFT_ARM], layers.depths[:, 1, LEFT_ARM] = BACK - 0.5, BACK + 0.4
    steps = steps_of(body(), layers)
    wide = 12 * 8 / UNIT
    assert float(BACK + 0.4 - steps.depths[0, LEFT_ARM, 106, 125]) == pytest.approx(wide, rel=0.15)


def test_layers_in_the_wrong_order_change_nothing() -> None:
    given, layers = body(), arm_before()
    layers.depths[:, 0, LEFT_ARM], layers.depths[:, 1, LEFT_ARM] = BACK + 0.4, BACK + 0.5
    found = with_steps(given["depths"], steps_of(given, layers))[0]
    assert (found[0] < found[1]).all()


def test_what_full_size_maps_show_beside_the_steps_stays() -> None:
    given = body()
    steps = steps_of(given, arm_before())
    plain = interpolate(with_steps(given["depths"], steps), scale_factor=8, mode="bilinear")[0].numpy()
    relief = plain.copy()
    relief[0, 8 * 106, 8 * 125] -= 0.02
    sharpen_steps(plain, steps, MASK)
    sharpen_steps(relief, steps, MASK)
    assert plain[0, 8 * 106, 8 * 125] - relief[0, 8 * 106, 8 * 125] == pytest.approx(0.02, abs=1e-4)


def test_an_arm_before_the_trunk_comes_round_at_its_outline() -> None:
    steps = steps_of(body(), arm_before())
    depths = interpolate(with_steps(body()["depths"], steps), scale_factor=8, mode="bilinear")[0].numpy()
    parts = sharpen_steps(depths, steps, MASK)
    assert parts is not None
    column = depths[0, :, 8 * 125]
    first = int(np.argmax(parts.front[:, 8 * 125] == LEFT_ARM))
    assert column[first] - column[8 * 106] > 0.02
    assert column[first + 30] - column[8 * 106] < 0.005


def test_layers_hold_all_over_a_place_where_a_limb_hides_another_and_fade_around_it() -> None:
    labels = torch.zeros(2, 64, 64, dtype=torch.long)
    labels[0, 10:50, 30:33], labels[1, 10:50, 30:33] = LEFT_LEG, RIGHT_LEG
    weight = torch.zeros(64, 64)
    weight[18:50, 30:33] = 0.6
    found = _whole(weight, labels, torch.ones(64, 64))
    assert found[10:50, 30:33].min() == 1
    assert found[30, :31].diff().min() >= 0
    assert found[30].diff().abs().max() < 0.3
    assert found[30, 20] < 0.05
    weight[:40] = 0
    torch.testing.assert_close(_whole(weight, labels, torch.ones(64, 64)), weight)


def test_a_strip_that_is_no_part_of_the_body_leads_nowhere() -> None:
    """Of an arm that reaches beyond the silhouette a few pixels of the trunk's rim would remain behind it."""
    steps = steps_of(body(), arm_before())
    depths = interpolate(with_steps(body()["depths"], steps), scale_factor=8, mode="bilinear")[0].numpy()
    arm = sharpen_steps(depths.copy(), steps, MASK)
    assert arm is not None
    rows = np.flatnonzero((arm.front != arm.back)[:, 8 * 125])
    narrow = MASK.copy()
    narrow[: rows[-1] - 4, 8 * 100 : 8 * 150] = False
    parts = sharpen_steps(depths.copy(), steps, narrow)
    assert parts is not None
    window = np.s_[rows[-1] - 3 : rows[-1] + 1, 8 * 110 : 8 * 140]
    assert (arm.front != arm.back)[window].all()
    assert (parts.front == parts.back)[window].all()
    assert (parts.front != parts.back)[rows[-1] - 30, 8 * 90]


def test_a_mask_that_fills_the_picture_has_no_steps_at_its_border() -> None:
    given, layers = body(), arm_before()
    given["prior"][:, 3] = 1
    layers.shares[:, 0, LEFT_ARM] = 0
    layers.shares[:, 0, LEFT_ARM, :12, COLUMNS] = 40
    assert steps_of(given, layers).weight[-8:].max() == 0


def test_where_an_arm_hides_the_back_is_known() -> None:
    layers = arm_before()
    layers.shares[:, 0, LEFT_LEG, 150:170, COLUMNS] = 40
    arms = arms_before(steps_of(with_limbs(body(), LEFT_LEG), layers))
    assert arms[103:109, 95:155].all()
    arms[97:115, 87:163] = False
    assert not arms.any()


def test_the_hidden_side_of_a_limb_goes_on_beyond_its_outline_too() -> None:
    layers = arm_before()
    layers.shares[:, 0, LEFT_ARM] = 0
    layers.shares[:, 1, LEFT_ARM, ROWS, COLUMNS] = 40
    layers.depths[:, 0, LEFT_ARM], layers.depths[:, 1, LEFT_ARM] = 5.0, BACK + 0.4
    layers.depths[:, 0, LEFT_ARM, ROWS, COLUMNS] = BACK + 0.3
    beyond = steps_of(body(), layers).depths[0, LEFT_ARM, 97:100, 100:150]
    torch.testing.assert_close(beyond, torch.full((3, 50), BACK + 0.3), atol=0.03, rtol=0)


def test_in_front_a_layer_ends_where_the_photo_has_its_outline() -> None:
    """The photo shows the arm four pixels lower than the network says."""
    given = body()
    given["picture"] = torch.full((1, 3, SIZE, SIZE), -0.5)
    given["picture"][:, :, ROWS.start + 4 : ROWS.stop + 4, COLUMNS] = 0.5
    layers = arm_before(1.5)
    shown = steps_of(given, layers).shares[0].argmax(0)[:, 125]
    np.testing.assert_array_equal(np.flatnonzero(shown == LEFT_ARM), np.arange(ROWS.start + 4, ROWS.stop + 4))


def arm_beside(back: float) -> Layered:
    """The left arm is behind the trunk's edge, so that both maps show it beside the trunk. back: of the arm."""
    layers = arm_before()
    layers.shares[:, :, LEFT_ARM] = 0
    layers.shares[:, :, LEFT_ARM, 70:180, 110:130] = 40
    layers.depths[:, 0, LEFT_ARM], layers.depths[:, 1, LEFT_ARM] = BACK + 0.02, back
    return layers


def test_a_part_comes_round_on_both_sides_where_one_of_them_is_a_step() -> None:
    """The backs of trunk and arm are close, their fronts far apart: the trunk does not go on in the arm."""
    steps = steps_of(body(), arm_beside(BACK + 0.1))
    depths = interpolate(with_steps(body()["depths"], steps), scale_factor=8, mode="bilinear")[0].numpy()
    parts = sharpen_steps(depths, steps, MASK)
    assert parts is not None
    row = 8 * 125
    last = int(np.argmax(parts.back[row] == LEFT_ARM)) - 1
    assert depths[1, row, last] < BACK - 0.1
    assert depths[1, row, last - 60] == pytest.approx(BACK, abs=0.01)


def test_a_step_is_one_to_its_end_but_what_is_beside_it_is_none_for_that() -> None:
    """Where a step ends, its surroundings have half of its pixels."""
    steps = torch.zeros(64, 64)
    steps[20:44, 30] = 1
    steps[46, 36] = 1
    found = _long(steps)
    assert found[20:44, 30].min() > 0.85
    assert found[46, 36] == 0


def test_borders_that_are_no_steps_do_not_count_where_a_step_is_nearer() -> None:
    steps, border = torch.zeros(64, 64), torch.zeros(64, 64)
    steps[:, 31:33] = border[:, 31:33] = 1
    border[40:42, :24] = 1
    found = _off(steps, border)
    assert found[41, 5] > 0.9
    assert found[41, 28] < 0.05
