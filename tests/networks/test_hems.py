"""Edges of clothes on both depth maps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.camera import CANVAS, UNIT, Camera
from engine.networks import hems
from engine.networks.cloths import Cloth
from engine.networks.hems import with_hems
from engine.networks.prior import SIZE
from engine.networks.relief import STEP
from engine.types import Canvas, Maps

TOP, BOTTOM, LEFT, RIGHT = 400, 1600, 600, 1400
EDGE = 1000
"""Canvas row at which one cloth ends and the other begins."""
INSIDE = np.zeros((CANVAS, CANVAS), bool)
INSIDE[TOP:BOTTOM, LEFT:RIGHT] = True
ACROSS = np.s_[TOP + 100 : BOTTOM - 100, 1000]
"""A column of the slab away from its ends."""


def slab() -> Maps:
    return Maps(np.where(INSIDE, 1.75, 0).astype(np.float32), np.where(INSIDE, 2.25, 0).astype(np.float32))


def canvas(row: int = EDGE) -> Canvas:
    """A photo that is bright above a row and dark below."""
    rgb = np.full((CANVAS, CANVAS, 3), 60, np.uint8)
    rgb[:row] = 180
    nowhere = np.full((31, 2), np.nan)
    return Canvas(rgb, INSIDE, nowhere, nowhere[:, 0], Camera())


def worn(above: Cloth, below: Cloth, row: int = EDGE) -> np.ndarray:
    """Certain shares of two clothes, one above the other."""
    shares = np.zeros((2, len(Cloth), SIZE, SIZE), np.float32)
    middle = row * SIZE // CANVAS
    shares[:, above, :middle] = shares[:, below, middle:] = 1
    return shares


def heights(above: Cloth, below: Cloth) -> tuple[np.ndarray, np.ndarray]:
    """By how many pixels of the relief front and back move outwards along `ACROSS`."""
    maps, before = slab(), slab()
    with_hems(maps, canvas(), worn(above, below))
    front, back = before.front - maps.front, maps.back - before.back
    return front[ACROSS] * (UNIT / STEP), back[ACROSS] * (UNIT / STEP)


@pytest.mark.parametrize(
    ("above", "below", "sign"),
    [
        (Cloth.TOP, Cloth.BOTTOM, 1),
        (Cloth.TUCKED, Cloth.BOTTOM, -1),
        (Cloth.BARE, Cloth.TOP, -1),
        (Cloth.BOTTOM, Cloth.SHOE, 1),
        (Cloth.BOTTOM, Cloth.BOOT, -1),
    ],
)
def test_what_lies_over_the_other_has_an_edge(above: Cloth, below: Cloth, sign: int) -> None:
    edge = EDGE - TOP - 100
    for height in heights(above, below):
        upper, lower = height[edge - 6 : edge - 2], height[edge + 2 : edge + 6]
        assert (sign * upper > 0.6 * hems._EDGE).all()
        assert (sign * lower < -0.6 * hems._EDGE).all()
        np.testing.assert_allclose(height[: edge - 120], 0, atol=0.02)
        np.testing.assert_allclose(height[edge + 120 :], 0, atol=0.02)


@pytest.mark.parametrize(
    ("above", "below"), [(Cloth.HAIR, Cloth.COAT), (Cloth.TOP, Cloth.CARRIED), (Cloth.TOP, Cloth.TOP)]
)
def test_hair_and_what_is_carried_have_none(above: Cloth, below: Cloth) -> None:
    for height in heights(above, below):
        np.testing.assert_allclose(height, 0, atol=1e-4)


def test_the_edge_in_front_is_where_the_photo_has_it() -> None:
    """The network's border lies 2 of its pixels away; of the back there is no photo."""
    maps, before = slab(), slab()
    with_hems(maps, canvas(EDGE + 16), worn(Cloth.TOP, Cloth.BOTTOM))
    front, back = before.front - maps.front, maps.back - before.back
    assert abs(int(np.argmin(np.diff(front[ACROSS]))) - (EDGE + 16 - TOP - 100)) <= 3
    assert abs(int(np.argmin(np.diff(back[ACROSS]))) - (EDGE - TOP - 100)) <= 3


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 2**31))
def test_only_the_inside_changes_and_the_front_stays_before_the_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    maps, before = slab(), slab()
    thin = slice(LEFT, LEFT + 200)
    maps.back[TOP:BOTTOM, thin] = maps.front[TOP:BOTTOM, thin] + 1e-4
    cells = rng.integers(0, len(Cloth), (2, 16, 16)).repeat(16, axis=1).repeat(16, axis=2)
    with_hems(maps, canvas(), np.eye(len(Cloth), dtype=np.float32)[cells].transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(maps.mask, before.mask)
    np.testing.assert_array_equal(maps.back[~INSIDE], 0)
    assert (maps.front <= maps.back).all()
    np.testing.assert_allclose(maps.front[INSIDE], before.front[INSIDE], atol=3 * hems._EDGE * STEP / UNIT)
    rim = INSIDE.copy()
    rim[TOP + 2 : BOTTOM - 2, LEFT + 2 : RIGHT - 2] = False
    np.testing.assert_allclose(maps.front[rim], before.front[rim], atol=1e-3)


@pytest.mark.parametrize(("one", "other"), [(Cloth.TUCKED, Cloth.TOP), (Cloth.TOP, Cloth.COAT)])
def test_a_guess_has_no_edge(one: Cloth, other: Cloth) -> None:
    """One shirt of which the network thinks above this, below that, and of neither is sure."""
    shares = 0.55 * worn(one, other) + 0.45 * worn(other, one)
    maps, before = slab(), slab()
    found = with_hems(maps, canvas(), shares.astype(np.float32)).cloths
    np.testing.assert_allclose(maps.front, before.front, atol=1e-5)
    np.testing.assert_allclose(maps.back, before.back, atol=1e-5)
    assert found is not None
    assert (found == Maps.UNSURE).all()


def test_a_jacket_over_trousers_has_an_edge_whether_coat_or_top() -> None:
    """And nothing of the edge between both is seen on the trousers."""
    shares = 0.4 * worn(Cloth.TOP, Cloth.BOTTOM) + 0.6 * worn(Cloth.COAT, Cloth.BOTTOM)
    maps, before = slab(), slab()
    with_hems(maps, canvas(), shares.astype(np.float32))
    edge, height = EDGE - TOP - 100, (maps.back - before.back)[ACROSS] * (UNIT / STEP)
    assert height[edge - 8 : edge].max() > 0.7 * hems._EDGE
    assert height[edge : edge + 8].min() < -0.7 * hems._EDGE
    assert (np.abs(height) < 1.1 * hems._EDGE).all()


def test_what_does_not_touch_has_no_edge() -> None:
    """A hand beside trousers, with a gap between."""
    gap = np.s_[EDGE - 12 : EDGE + 12, :]
    maps, before = slab(), slab()
    maps.front[gap] = maps.back[gap] = before.front[gap] = before.back[gap] = 0
    with_hems(maps, canvas(), worn(Cloth.BARE, Cloth.BOTTOM))
    np.testing.assert_array_equal(maps.front, before.front)
    np.testing.assert_array_equal(maps.back, before.back)


def test_a_narrow_cloth_between_others_is_kept() -> None:
    """Light skin between trousers and shoes, narrower than what is sure."""
    shares = worn(Cloth.BOTTOM, Cloth.SHOE)
    skin = slice(EDGE * SIZE // CANVAS - 1, EDGE * SIZE // CANVAS + 1)
    shares[:, :, skin], shares[:, Cloth.BARE, skin] = 0, 1
    photo = canvas()
    photo.rgb[EDGE - 8 : EDGE + 8] = (230, 200, 180)
    found = with_hems(slab(), photo, shares).cloths
    assert found is not None
    assert (found[0, EDGE // STEP - 3 : EDGE // STEP + 3, 500] == Cloth.BARE).all()


def test_what_is_seen_is_told() -> None:
    found = with_hems(slab(), canvas(), worn(Cloth.TOP, Cloth.BOTTOM)).cloths
    assert found is not None
    edge, near = EDGE // STEP, 20
    assert (found[:, TOP // STEP : edge - near, LEFT // STEP : RIGHT // STEP] == Cloth.TOP).all()
    assert (found[:, edge + near : BOTTOM // STEP, LEFT // STEP : RIGHT // STEP] == Cloth.BOTTOM).all()
    assert (found[:, ~INSIDE[::STEP, ::STEP]] == Maps.UNSURE).all()


def test_a_back_behind_an_arm_is_not_taken_for_its_skin() -> None:
    """Of one half of the slab the front is told to be an arm that hides the back."""
    arms = np.zeros((SIZE, SIZE), bool)
    arms[:, : SIZE // 2] = True
    found = with_hems(replace(slab(), arms=arms), canvas(), worn(Cloth.BARE, Cloth.TOP)).cloths
    assert found is not None
    edge, near, middle = EDGE // STEP, 20, CANVAS // STEP // 2
    above, left, right = np.s_[TOP // STEP : edge - near], np.s_[LEFT // STEP : middle - near], np.s_[middle + near :]
    assert (found[1, above, left] == Maps.UNSURE).all()
    assert (found[1, above, right][:, : RIGHT // STEP - middle - near] == Cloth.BARE).all()
    assert (found[0, above, left] == Cloth.BARE).all()
    assert (found[1, edge + near : BOTTOM // STEP, left] == Cloth.TOP).all()


def test_nobody() -> None:
    empty = np.zeros((CANVAS, CANVAS), np.float32)
    assert not with_hems(Maps(empty, empty.copy()), canvas(), worn(Cloth.TOP, Cloth.BOTTOM)).mask.any()
