"""What limbs hide: it goes on smoothly from where it is seen, and far from there it is what its layer says."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, identity, vstack
from scipy.sparse.linalg import spsolve
from torch import Tensor

from engine.pixels import Bools
from engine.types import Parts

_BELIEVED = 3e-3
"""Weight of what a layer says of its hidden side beside that of smoothness: some five pixels (4 cm of a person of 1.8
m) from what is seen it counts as much."""

Float64 = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class _Sheet:
    """One side of the parts in the back, as (H, W). number: of the pixel. depth: what the layers say. part: which part
    it is. cover: which one is seen; where it is another, the sheet is hidden. inside: pixels of the person."""

    number: Labels
    depth: Float64
    part: Labels
    cover: Labels
    inside: Bools

    @property
    def hidden(self) -> Bools:
        return self.inside & (self.part != self.cover)

    def turned(self) -> "_Sheet":
        """With rows as columns."""
        return _Sheet(self.number.T, self.depth.T, self.part.T, self.cover.T, self.inside.T)


def with_hidden(depths: Tensor, labels: Tensor, mask: Tensor, apart: float) -> Tensor:
    """Depths (2, LAYERS, H, W) of which those that the part in front or that in the back hides go on from what is seen.

    labels: (2, H, W) the layers that front and back show. mask: (H, W). apart: network units between two layers beside
    each other from which on they are not one surface.
    """
    result, shown, inside = depths.numpy().copy(), labels.numpy(), mask.numpy() > 0
    number = np.arange(inside.size).reshape(inside.shape)
    for side in range(2 if (inside & (shown[0] != shown[1])).any() else 0):
        part = shown[1 - side]
        depth = np.take_along_axis(result[side], part[None], 0)[0].astype(np.float64)
        sheet = _Sheet(number, depth, part, shown[side], inside)
        rows, columns = np.nonzero(sheet.hidden)
        layer = part[rows, columns]
        within = np.minimum if side == 0 else np.maximum
        result[side][layer, rows, columns] = within(_smooth(sheet, apart), result[1 - side][layer, rows, columns])
    return torch.from_numpy(result)


def _bends(sheet: _Sheet, apart: float) -> csr_matrix:
    """Second differences (M, N) along the rows, where the surface goes on over three pixels and is somewhere hidden.

    A limb goes on in the trunk, but not in another limb, nor what is hidden in what hides it.
    """
    depth, part, cover, hidden, number = sheet.depth, sheet.part, sheet.cover, sheet.hidden, sheet.number
    a, b = np.s_[:, :-1], np.s_[:, 1:]
    rooted = ((part[a] == Parts.TRUNK) | (part[b] == Parts.TRUNK)) & (np.abs(depth[a] - depth[b]) < apart)
    beneath = (hidden[a] != hidden[b]) & (cover[a] == cover[b])
    linked = ((part[a] == part[b]) | (rooted & ~beneath)) & sheet.inside[a] & sheet.inside[b]
    first, last = part[:, :-2], part[:, 2:]
    limbs = (first != last) & (first != Parts.TRUNK) & (last != Parts.TRUNK)
    three = linked[:, :-1] & linked[:, 1:] & ~limbs & (hidden[:, :-2] | hidden[:, 1:-1] | hidden[:, 2:])
    columns = np.stack([number[:, :-2][three], number[:, 1:-1][three], number[:, 2:][three]], 1)
    weights = np.broadcast_to([1.0, -2.0, 1.0], columns.shape)
    starts = np.arange(0, columns.size + 1, 3)
    return csr_matrix((weights.ravel(), columns.ravel(), starts), (len(columns), number.size))


def _smooth(sheet: _Sheet, apart: float) -> Float64:
    """The hidden depths (K,): a thin plate through what is seen (least squares of the second differences), drawn
    towards what the layers say."""
    bends = csr_matrix(vstack([_bends(sheet, apart), _bends(sheet.turned(), apart)]))
    unknown, depth = sheet.hidden.ravel(), sheet.depth.ravel()
    inner = bends[:, unknown]
    outer = bends[:, ~unknown] @ depth[~unknown]
    system = inner.T @ inner + _BELIEVED * identity(int(unknown.sum()))
    return np.asarray(spsolve(csc_matrix(system), _BELIEVED * depth[unknown] - inner.T @ outer))
