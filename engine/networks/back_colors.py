"""From where in the photo the back takes its colours.

No colour is invented: every place of the back is a mixture of the photo's colours at the same place, in the same row of
pixels (cloth goes around the body) and at some places that stand for a material each (hair, skin, a coat). A network
chooses the shares (`engine.training.back_colors`), so that what it learned of synthetic people shows in where things
are, not in what they look like. Rows are an attention (Vaswani et al., 2017), places a pooling by attention.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from engine.networks.graph import BODY_DEPTH
from engine.networks.unet import UNet, read

WEIGHTS = Path(__file__).with_name("back_colors.safetensors")

_CHANNELS = (32, 48, 64, 96, 128)
_INPUTS = 3 + 4 + 2
_PLACES = 16
"""Places of the photo that stand for a material each."""
_WORDS = 16
"""Length of the features by which pixels of a row find each other."""
_NEVER = -1e4
"""Score of what must not be a source."""
_DECIDED = 2.0
"""Power that makes larger shares larger."""
_LEAST = 1e-6
"""A share that is as good as none."""
_SAME = 5.0
"""Before it learns, the network takes most from the same pixel."""


@dataclass(frozen=True)
class Shares:
    """Of what a back is mixed; own, row and place add up to 1 at every pixel.

    own: (B, 1, H, W) of the same pixel. row: (B, H, W, W) of every pixel of the row. place: (B, K, H, W) of every
    place. where: (B, K, H, W) weights of which a place is the mean; each adds up to 1.
    """

    own: Tensor
    row: Tensor
    place: Tensor
    where: Tensor

    def elsewhere(self, colors: Tensor) -> Tensor:
        """The part of the mixture (B, C, H, W) that is not taken from the same pixel; colors: (B, C, H, W)."""
        places = torch.einsum("bkhw,bchw->bkc", self.where, colors)
        return torch.einsum("bkhw,bkc->bchw", self.place, places) + torch.einsum("bhij,bchj->bchi", self.row, colors)

    def decided(self) -> "Shares":
        """The same with more of what there is most of: between two materials is one or the other, seldom both."""
        row = self.row.sum(3)[:, None]
        parts = torch.cat([self.own, row, self.place], 1) ** _DECIDED
        own, rows, place = (parts / parts.sum(1, keepdim=True)).split([1, 1, self.place.shape[1]], 1)
        return Shares(own, self.row * (rows / row.clamp(min=_LEAST))[:, 0, ..., None], place, self.where)

    def mixed(self, colors: Tensor) -> Tensor:
        """The back's colours (B, C, H, W) from those of the photo."""
        return self.own * colors + self.elsewhere(colors)


class BackColors(UNet):
    """Picture (B, 3, H, W; -1..1, black outside the mask), prior (B, 4, H, W), depths (B, 2, H, W) and what hides the
    back's own surface (B, 1, H, W; bool, none if not given) -> shares.

    The last plane of the prior is the mask; nothing outside it is a source, nor is what hides. H and W must be
    multiples of 16.
    """

    def __init__(self) -> None:
        super().__init__(_INPUTS, _CHANNELS, 2 * _WORDS + 2 * _PLACES + 1, max_pool2d)
        assert self.out.bias is not None
        nn.init.constant_(self.out.bias[-1:], _SAME)

    def forward(  # type: ignore[override]
        self, picture: Tensor, prior: Tensor, depths: Tensor, hiding: Tensor | None = None
    ) -> Shares:
        mask = prior[:, 3:] > 0.5
        seen = torch.cat([picture, prior, (depths - BODY_DEPTH) * mask], 1)
        return _shares(super().forward(seen).float(), mask, torch.zeros_like(mask) if hiding is None else hiding)


def _shares(raw: Tensor, mask: Tensor, hiding: Tensor) -> Shares:
    sources = mask & ~hiding
    asked, offered, where, place, own = raw.split([_WORDS, _WORDS, _PLACES, _PLACES, 1], 1)
    row = torch.einsum("bchi,bchj->bhij", asked, offered) / _WORDS**0.5
    row = row.masked_fill(~sources[:, 0, :, None], _NEVER)
    scores = torch.cat([own.masked_fill(hiding, _NEVER), place], 1).permute(0, 2, 3, 1)
    parts = torch.cat([scores, row], 3).softmax(3)
    near = parts[..., : 1 + _PLACES].permute(0, 3, 1, 2)
    where = where.masked_fill(~sources, _NEVER).flatten(2).softmax(2).unflatten(2, sources.shape[2:])
    return Shares(near[:, :1], parts[..., 1 + _PLACES :], near[:, 1:], where)


@lru_cache(maxsize=1)
def network() -> BackColors:
    """The trained network, on the CPU."""
    return read(BackColors(), WEIGHTS)
