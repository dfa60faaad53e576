"""The colours of the back, from the places in the photo that the network chooses."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.camera import CANVAS, Camera
from engine.networks.back_colors import Shares
from engine.networks.cloths import Cloth
from engine.surface import back
from engine.surface.back import (
    _at_places,
    _between_places,
    _cloths_at,
    _covering,
    _going_on,
    _planes,
    _shown,
    _texture,
    _without_stains,
)
from engine.surface.clean import Shell
from engine.types import Canvas, Maps

SHAPE = (160, 120)
SIDE = 128


def shell(row: int = 600, column: int = 700) -> Shell:
    """A slab that fills the crop but for a margin."""
    mask = np.zeros(SHAPE, bool)
    mask[4:-4, 4:-4] = True
    near = np.full(SHAPE, 1000, np.float32)
    return Shell(near, near + 60, mask, row, column)


@settings(max_examples=20, deadline=None)
@given(row=st.integers(0, 1800), column=st.integers(0, 1800))
def test_places_and_pixels_mean_the_same_points_of_the_canvas(row: int, column: int) -> None:
    """Coordinates survive the way to the network's places, and a plane over these the way back."""
    body = shell(row, column)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
    canvas = np.stack([x + column, y + row], axis=-1)
    places = _at_places(canvas, body)
    first, apart = 11.5, 16  # pixels 8k + 3 and 8k + 4 for every second k
    at = first + apart * np.mgrid[:SIDE, :SIDE][::-1].transpose(1, 2, 0)
    inside = ((at >= (column, row)) & (at <= (column + SHAPE[1] - 1, row + SHAPE[0] - 1))).all(axis=-1)
    np.testing.assert_allclose(places[inside], at[inside], atol=0.1)
    large = _between_places(_planes(at.astype(np.float32)), body)
    within = ((canvas >= first) & (canvas <= first + apart * (SIDE - 1))).all(axis=-1)
    np.testing.assert_allclose(large[within], canvas[within], atol=0.6)


def test_what_is_chosen_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The left half stays as in front, the right half comes from the one place that is green."""
    body = shell()
    front = np.full((*SHAPE, 3), (200, 30, 30), np.float32)
    front[:40] = (30, 160, 40)
    own = torch.zeros(1, 1, SIDE, SIDE)
    own[..., : (body.column + SHAPE[1] // 2) // 16] = 1
    where = torch.zeros(1, 1, SIDE, SIDE)
    where[..., (body.row + 20) // 16, (body.column + 60) // 16] = 1
    shares = Shares(own, torch.zeros(1, SIDE, SIDE, SIDE), 1 - own, where)
    monkeypatch.setattr(back, "chosen_shares", lambda shell, canvas: shares)
    nowhere = np.full((31, 2), np.nan)
    canvas = Canvas(np.zeros((CANVAS, CANVAS, 3), np.uint8), np.ones((CANVAS, CANVAS), bool), nowhere, nowhere[:, 0],
                    Camera())  # fmt: skip
    made = back.back_colors(body, front, canvas)
    np.testing.assert_allclose(made[80:150, 8:35].mean(axis=(0, 1)), (200, 30, 30), atol=8)
    np.testing.assert_allclose(made[80:150, 85:112].mean(axis=(0, 1)), (30, 160, 40), atol=8)


@pytest.mark.parametrize(
    ("printed", "chosen", "stays"),
    [
        ((120, 120, 120), (20, 20, 20), False),  # a stain on plain cloth
        ((200, 30, 30), (120, 120, 120), True),  # plain cloth behind a print
        ((120, 120, 120), (125, 115, 120), True),
    ],
)
@pytest.mark.parametrize(("corner", "size"), [((20, 20), 3), ((10, 20), 4)])
def test_small_islands_are_no_stains(
    printed: tuple[int, ...], chosen: tuple[int, ...], stays: bool, corner: tuple[int, int], size: int
) -> None:
    place = np.s_[corner[0] : corner[0] + size, corner[1] : corner[1] + size]
    inside = np.zeros((SIDE, SIDE), bool)
    inside[10:60, 10:60] = True
    photo = np.full((SIDE, SIDE, 3), 120, np.float32)
    photo[place] = printed
    own, elsewhere = torch.ones(1, 1, SIDE, SIDE), torch.zeros(1, 3, SIDE, SIDE)
    own[0, 0][place] = 0
    elsewhere[0][:, *place] = torch.tensor(chosen, dtype=torch.float32)[:, None, None]
    share, others = _without_stains(own, elsewhere, photo, inside)
    assert torch.equal(share, own if stays else torch.ones_like(own))
    assert torch.equal(others, elsewhere if stays else torch.zeros_like(elsewhere))


def test_a_stain_among_good_places_of_other_origin_goes() -> None:
    """A strip along the rim comes from elsewhere and looks as the photo does, but for some dark places in it."""
    inside = np.zeros((SIDE, SIDE), bool)
    inside[10:60, 10:60] = True
    photo = np.full((SIDE, SIDE, 3), 180, np.float32)
    own, elsewhere = torch.ones(1, 1, SIDE, SIDE), torch.zeros(1, 3, SIDE, SIDE)
    own[..., 10:60, 10:12] = 0
    elsewhere[..., 10:60, 10:12] = 180
    elsewhere[..., 30:33, 10:12] = 40
    share, others = _without_stains(own, elsewhere, photo, inside)
    made = share[0, 0].numpy()[..., None] * photo + others[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(made[inside], 180)
    assert (share[0, 0, 30:33, 10:12] == 1).all()
    assert share.sum() == own.sum() + 6


def test_what_is_chosen_beside_the_person_stays_out_of_its_sides() -> None:
    inside = np.zeros((SIDE, SIDE), bool)
    inside[10:60, 10:60] = True
    planes = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    found = _going_on(planes, inside)
    assert torch.equal(found[..., 10:60, 10:60], planes[..., 10:60, 10:60])
    assert torch.equal(found[..., 30, 60:], planes[..., 30, 59:60].expand(-1, -1, SIDE - 60))
    assert torch.equal(_going_on(planes, np.zeros_like(inside)), planes)


def test_a_place_on_the_rim_is_asked_only_where_there_is_none_inside() -> None:
    """A wide part whose rim covers 0.4 of some places, and a narrow one that covers no place by half."""
    share = np.zeros((6, 8), np.float32)
    share[:, 1], share[:, 2:4], share[:, 6], share[:, 7] = 0.4, 1, 0.3, 0.1
    shown = _shown(share)
    assert shown[:, [2, 3, 6]].all()
    assert not shown[:, [0, 1, 4, 5, 7]].any()


def test_large_areas_keep_what_is_chosen_for_them() -> None:
    own, elsewhere = torch.ones(1, 1, SIDE, SIDE), torch.zeros(1, 3, SIDE, SIDE)
    own[..., 20:30, 20:30] = 0
    photo = np.full((SIDE, SIDE, 3), 120, np.float32)
    share, others = _without_stains(own, elsewhere, photo, np.ones((SIDE, SIDE), bool))
    assert torch.equal(share, own)
    assert torch.equal(others, elsewhere)


@pytest.mark.parametrize("worn", [0, 1])
def test_the_weave_goes_around_with_its_cloth(worn: int) -> None:
    """Stripes of one pixel: the back has them where it shows the front's cloth, else noise as strong."""
    front = np.full((*SHAPE, 3), 100, np.float32)
    front[:, ::2] = 110
    made = _texture(np.full_like(front, 80), front, np.full(SHAPE, worn, np.float32), np.ones(SHAPE, bool))
    inner, stripes = made[20:-20, 20:-20, 0] - 80, front[20:-20, 20:-20, 0] - 105
    assert abs(np.corrcoef(inner.ravel(), stripes.ravel())[0, 1] - worn) < 0.1
    assert 2 < inner.std() < 6


def test_what_is_seen_before_another_cloth_is_no_source_of_the_back() -> None:
    """A hand before trousers, but no coat that is seen nowhere else, and a tucked shirt is the same as a loose one."""
    front = np.full((SIDE, SIDE), Maps.UNSURE, np.uint8)
    front[20:60, 20:60], front[60:110, 20:60], front[70:80, 20:30] = Cloth.TOP, Cloth.BOTTOM, Cloth.BARE
    behind = front.copy()
    behind[70:80, 20:30], behind[20:60, 20:40], behind[20:60, 40:60] = Cloth.BOTTOM, Cloth.TUCKED, Cloth.COAT
    covering = _covering(front, behind)
    assert covering[70:80, 20:30].all()
    assert covering.sum() == 100


def test_cloths_are_looked_up_where_the_shell_stands() -> None:
    rows, columns = np.mgrid[: CANVAS // 2, : CANVAS // 2]
    found = _cloths_at((rows // 8 % 2 * 2 + columns // 8 % 2).astype(np.uint8), shell(602, 700), (30, 40))
    row, column = 602 + 4 * 10 + 2, 700 + 4 * 20 + 2
    assert found.shape == (40, 30)
    assert found[10, 20] == row // 16 % 2 * 2 + column // 16 % 2
