"""From a framed person to depth maps."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from test_parts import standing_person
from torch import Tensor

from engine.camera import CANVAS, Camera
from engine.errors import Cancelled
from engine.networks import inference
from engine.networks.graph import GraphConfig, TwoK2K
from engine.networks.inference import (
    given_silhouette,
    learned_silhouette,
    picture_tensor,
    predict,
    small_picture,
)
from engine.networks.layers import LAYERS, Layered
from engine.networks.lean import make_lean
from engine.types import Canvas, Maps, Parts


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """A coloured rectangle where a standing person would be."""
    rgb = np.random.default_rng(0).integers(0, 256, (CANVAS, CANVAS, 3), np.uint8)
    mask = np.zeros((CANVAS, CANVAS), bool)
    mask[200:900, 800:1250] = True
    return Canvas(rgb, mask, standing_person(), np.zeros(31), Camera())


def network(prior: bool) -> TwoK2K:
    torch.manual_seed(0)
    return make_lean(TwoK2K(GraphConfig(1 / 16, prior)))


def check(maps: Maps) -> None:
    """The contract of `Maps`."""
    assert maps.front.dtype == maps.back.dtype == np.float32
    np.testing.assert_array_equal(maps.mask, maps.back > 0)
    assert (maps.front <= maps.back).all()


def random_depths() -> NDArray[np.float32]:
    return np.random.default_rng(1).uniform(-1, 3, (2, 64, 64)).astype(np.float32)


def test_given_silhouette_is_kept() -> None:
    mask = np.random.default_rng(2).random((64, 64)) > 0.3
    maps = given_silhouette(random_depths(), mask)
    check(maps)
    np.testing.assert_array_equal(maps.mask, mask)


def test_learned_silhouette_is_where_the_front_lies_before_the_back() -> None:
    depths, mask = random_depths(), np.random.default_rng(2).random((64, 64)) > 0.3
    maps = learned_silhouette(depths.copy(), mask)
    check(maps)
    np.testing.assert_array_equal(maps.mask, mask & (depths[0] > 0) & (depths[0] <= depths[1]))
    np.testing.assert_array_equal(maps.front[maps.mask], depths[0][maps.mask])


@pytest.mark.parametrize("prior", [False, True])
def test_maps_of_a_person(canvas: Canvas, prior: bool) -> None:
    maps = predict(network(prior), canvas)
    check(maps)
    assert not maps.mask[~canvas.mask].any()
    assert maps.mask[canvas.mask].all() or not prior


def test_layers_make_steps_and_tell_the_parts(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """The left arm is said to be half a unit before the trunk across the middle of the body."""
    net, nearer = network(True), 0.5
    plain = predict(net, canvas)

    def arm_before(picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor) -> Layered:
        shares = torch.zeros(1, 2, LAYERS, *depths.shape[2:])
        shares[:, :, 0] = 20
        shares[:, 0, 1, 60:75, 108:148] = 40
        layers = depths[:, :, None].repeat(1, 1, LAYERS, 1, 1)
        layers[:, :, 1] = depths[:, :1] - nearer + torch.tensor([0, 0.1])[None, :, None, None]
        return Layered(shares, layers)

    monkeypatch.setattr(inference, "layered", arm_before)
    maps = predict(net, canvas)
    row, column = 540, 1024
    assert plain.front[row, column] - maps.front[row, column] == pytest.approx(nearer, abs=0.1)
    assert maps.back[row, column] == pytest.approx(plain.back[row, column], abs=0.1)
    assert maps.parts is not None
    assert (maps.parts.front[row, column], maps.parts.back[row, column]) == (1, Parts.TRUNK)
    assert maps.cloths is not None
    assert set(np.unique(maps.cloths[:, ~maps.mask[::2, ::2]])) == {Maps.UNSURE}
    assert maps.arms is not None
    assert maps.arms[row // 8, column // 8]


def test_background_has_no_influence(canvas: Canvas) -> None:
    net = network(True)
    clean = replace(canvas, rgb=np.where(canvas.mask[..., None], canvas.rgb, np.uint8(0)))
    np.testing.assert_array_equal(predict(net, canvas).front, predict(net, clean).front)


def test_missing_joints(canvas: Canvas) -> None:
    nothing = replace(canvas, keypoints=np.full((31, 2), np.nan), depths=np.full(31, np.nan))
    np.testing.assert_array_equal(predict(network(True), nothing).mask, canvas.mask)


def test_empty_mask(canvas: Canvas) -> None:
    assert not predict(network(True), replace(canvas, mask=np.zeros_like(canvas.mask))).mask.any()


def test_progress_rises_to_the_end(canvas: Canvas) -> None:
    seen: list[float] = []
    predict(network(True), canvas, lambda stage, fraction: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) > 14


def test_cancelling(canvas: Canvas) -> None:
    def cancel(stage: str, fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        predict(network(True), canvas, cancel)


def test_training_mode_is_refused(canvas: Canvas) -> None:
    with pytest.raises(ValueError, match="evaluation"):
        predict(TwoK2K(GraphConfig(1 / 16)), canvas)


def coarse_and_fine(net: TwoK2K, canvas: Canvas) -> tuple[Maps, Maps]:
    seen: list[Maps] = []
    fine = predict(net, canvas, show_coarse=seen.append)
    (coarse,) = seen
    return coarse, fine


def test_coarse_maps_are_roughly_the_fine_ones(canvas: Canvas) -> None:
    coarse, fine = coarse_and_fine(network(True), canvas)
    check(coarse)
    np.testing.assert_array_equal(coarse.mask, fine.mask)
    assert np.abs(coarse.front - fine.front)[fine.mask].mean() < 0.1


def test_coarse_maps_of_the_published_kind_stay_within_the_mask(canvas: Canvas) -> None:
    coarse, _ = coarse_and_fine(network(False), canvas)
    check(coarse)
    assert not (coarse.mask & ~canvas.mask).any()


def test_small_picture_takes_the_middle_pixels() -> None:
    picture = picture_tensor(np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3))
    torch.testing.assert_close(small_picture(picture)[0, :, 1, 0], picture[0, :, 11:13, 3:5].mean((1, 2)))
    assert picture[0, 2, 0, 0] == pytest.approx(2 / 127.5 - 1)
