"""The second look at the coarse depths."""

import pytest
import torch
from torch import Tensor

from engine.networks import sharpen
from engine.networks.prior import LIMBS
from engine.networks.sharpen import Sharpen, sharpened

SIZE = 64


def body(size: int = SIZE) -> dict[str, Tensor]:
    """A slab half a unit thick in the middle of the picture."""
    mask = torch.zeros(1, 1, size, size)
    mask[..., size // 4 : -size // 4, size // 4 : -size // 4] = 1
    prior = torch.cat([torch.zeros(1, 1, size, size), 0.25 * mask, mask, mask], 1)
    picture = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0)) * mask * 2 - 1
    depths = torch.cat([torch.full((1, 1, size, size), 1.75), torch.full((1, 1, size, size), 2.25)], 1)
    limbs = torch.zeros(1, LIMBS, 3, size // 2, size // 2)
    return {
        "picture": picture,
        "prior": prior,
        "limbs": limbs,
        "normals": torch.full((1, 6, size, size), 0.5),
        "depths": depths,
    }


def test_an_untrained_network_changes_nothing() -> None:
    given = body()
    torch.testing.assert_close(Sharpen().eval()(**given), given["depths"])


def test_the_front_stays_before_the_back_whatever_the_network_says() -> None:
    torch.manual_seed(1)
    network = Sharpen().eval()
    torch.nn.init.normal_(network.out.weight, std=10)
    found = network(**body())
    assert found.std() > 0.1
    assert (found[:, 0] < found[:, 1]).all()


def test_inputs_keep_every_pixel() -> None:
    given = body()
    seen = sharpen.inputs(**given)
    assert seen.shape == (1, 45, SIZE // 2, SIZE // 2)
    assert torch.equal(seen[0, :4, 5, 7], given["picture"][0, 0, 10:12, 14:16].flatten())


def test_what_is_coarse_is_believed_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the whole person counts as much as `_BELIEVED`, one of a few pixels as much as `_BELIEVED_FINE`."""
    given = body(256)
    change = torch.full((1, 2, 256, 256), 0.1)
    monkeypatch.setattr(sharpen, "_network", lambda device: lambda *args: args[-1] + change)
    mask = given["prior"][:, 3:].expand(-1, 2, -1, -1) > 0
    coarse = (sharpened(**given) - given["depths"])[mask]
    torch.testing.assert_close(coarse, torch.full_like(coarse, 0.1 * sharpen._BELIEVED), rtol=1e-3, atol=1e-5)
    change = torch.zeros(1, 2, 256, 256)
    change[0, 0, 128, 128] = 0.1
    fine = sharpened(**given) - given["depths"]
    assert float(fine[0, 0, 128, 128]) == pytest.approx(0.1 * sharpen._BELIEVED_FINE, rel=0.02)


def test_the_shipped_weights_make_sense_of_a_body() -> None:
    given = body(256)
    found = sharpened(**given)
    inside = given["prior"][:, 3] > 0
    assert torch.isfinite(found).all()
    assert (found[:, 0] < found[:, 1])[inside].all()
    assert (found - given["depths"]).abs()[:, :, inside[0]].mean() < 0.2
