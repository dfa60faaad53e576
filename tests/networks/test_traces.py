"""An arm before the body leaves no trace on its back."""

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.camera import CANVAS, Camera
from engine.networks import inference
from engine.networks.layers import LAYERS, Layered
from engine.networks.prior import LIMBS
from engine.networks.traces import without_traces
from engine.types import Canvas, Parts

_SIZE = 256
_ARM = 1
_ROWS = slice(100, 112)
"""Where the arm crosses the trunk."""
_LIMBS = torch.ones(1, LIMBS, 3, _SIZE // 2, _SIZE // 2)


def _person(trace: Tensor) -> tuple[Tensor, Layered, Tensor]:
    """A trunk whose back is round and carries a trace (256, 256), an arm across its front, and the mask."""
    mask = torch.zeros(1, 1, _SIZE, _SIZE)
    mask[..., 40:220, 78:178] = 1
    x = (torch.arange(_SIZE) - 128.0) / 100
    back = (2.3 - x**2)[None].expand(_SIZE, _SIZE) + trace
    depths = torch.stack([torch.full_like(back, 1.8), back])[None]
    shares = torch.zeros(1, 2, LAYERS, _SIZE, _SIZE)
    shares[:, :, Parts.TRUNK] = 1
    shares[:, 0, _ARM, _ROWS] = 5
    return depths, Layered(shares, depths[:, :, None].repeat(1, 1, LAYERS, 1, 1)), mask


def _stairs() -> Tensor:
    """Ridges along both outlines of the arm."""
    trace = torch.zeros(_SIZE, _SIZE)
    for row in (_ROWS.start, _ROWS.stop):
        trace[row - 2 : row] = 0.03
        trace[row : row + 2] = -0.03
    return trace


def test_the_trace_of_an_arm_goes() -> None:
    plain, _, mask = _person(torch.zeros(_SIZE, _SIZE))
    depths, layers, _ = _person(_stairs())
    evened, sheets = without_traces(depths, layers, _LIMBS, mask)
    inner = torch.zeros_like(mask[0, 0], dtype=torch.bool)
    inner[48:212, 86:170] = True
    for back in (evened[0, 1], sheets.depths[0, 1, Parts.TRUNK]):
        assert (back - plain[0, 1])[inner].abs().max() < 0.007  # of 0.03; 4 mm of a person of 1.8 m
    rows = evened[0, 1, :, 128].diff()[95:117]
    assert rows.abs().max() < 0.1 * depths[0, 1, :, 128].diff()[95:117].abs().max()


def test_the_outline_of_the_trunk_stays() -> None:
    depths, layers, mask = _person(torch.zeros(_SIZE, _SIZE))
    evened, _ = without_traces(depths, layers, _LIMBS, mask)
    assert (evened - depths)[:, 1:][mask > 0].abs().max() < 0.003


def test_all_else_stays() -> None:
    depths, layers, mask = _person(_stairs())
    evened, sheets = without_traces(depths, layers, _LIMBS, mask)
    assert torch.equal(evened[:, 0], depths[:, 0])
    far = torch.ones(_SIZE, dtype=torch.bool)
    far[_ROWS.start - 20 : _ROWS.stop + 20] = False
    torch.testing.assert_close(evened[0, 1, far], depths[0, 1, far])
    torch.testing.assert_close(sheets.depths[:, 0], layers.depths[:, 0])
    torch.testing.assert_close(sheets.depths[:, 1, 1:], layers.depths[:, 1, 1:])


def test_without_an_arm_before_it_the_back_stays() -> None:
    depths, layers, mask = _person(_stairs())
    layers.shares[:, 0, _ARM] = 0
    torch.testing.assert_close(without_traces(depths, layers, _LIMBS, mask)[0], depths)


def test_an_arm_of_which_nothing_is_known_leaves_no_trace() -> None:
    depths, layers, mask = _person(_stairs())
    limbs = _LIMBS.clone()
    limbs[:, _ARM - 1, 2] = 0
    torch.testing.assert_close(without_traces(depths, layers, limbs, mask)[0], depths)


def test_depths_in_layers_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    depths, layers, mask = _person(_stairs())
    layers.depths[:, 0, _ARM] = 1.7
    monkeypatch.setattr(inference, "layered", lambda *_: layers)
    monkeypatch.setattr(inference, "sharpened", lambda *_: depths)
    monkeypatch.setattr(inference, "limb_maps", lambda *_: _LIMBS[0].numpy())
    canvas = Canvas(
        np.zeros((CANVAS, CANVAS, 3), np.uint8), np.ones((CANVAS, CANVAS), bool), np.full((31, 2), np.nan),
        np.full(31, np.nan), Camera(),
    )  # fmt: skip
    prior = torch.cat([torch.zeros(1, 3, _SIZE, _SIZE), mask], 1)
    found, *_ = inference._in_layers(
        torch.zeros(1, 3, _SIZE, _SIZE), prior, torch.zeros(1, 6, _SIZE, _SIZE), depths, canvas
    )
    rows = np.s_[0, 1, 95:117, 128]
    assert found[rows].diff().abs().max() < 0.1 * depths[rows].diff().abs().max()


def test_beside_an_arm_that_is_seen_from_behind_too_the_arm_stays() -> None:
    depths, layers, mask = _person(_stairs())
    layers.shares[:, 1, _ARM, _ROWS] = 5
    torch.testing.assert_close(without_traces(depths, layers, _LIMBS, mask)[0], depths)
