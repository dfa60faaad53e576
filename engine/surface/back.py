"""Colours of the side that no camera saw.

A network chooses from where in the photo each place of the back takes its colour (`engine.networks.back_colors`):
clothing and skin go on around the body, prints, necklines and faces stay in front. Light and shade are smoothed away,
and the weave of the cloth comes back.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.camera import CANVAS, UNIT
from engine.networks.back_colors import Shares, network
from engine.networks.cloths import Cloth
from engine.networks.prior import SIZE, prior_maps
from engine.pixels import Bools, Float, black_outside, lengths, nearest
from engine.surface.borders import narrowed, parted
from engine.surface.clean import Shell
from engine.surface.light import flatten_coarse, tones
from engine.types import Canvas, Maps

_PLACES = 128
"""Places of the back for which the network chooses, along a side of the canvas."""
_APART = CANVAS // _PLACES
_FIRST = 11.5
"""Canvas pixel of the first one."""
_IN_CLOTHS = slice(5, None, 8)
"""Pixels of `Maps.cloths` next to the places."""
_OFTEN = 0.02
"""Share of the person's front that a cloth must have to be taken from elsewhere."""
_ALIKE = np.arange(Maps.UNSURE + 1, dtype=np.uint8)
_ALIKE[[Cloth.TUCKED, Cloth.BOOT]] = Cloth.TOP, Cloth.SHOE
"""One code for clothes that differ only by what they lie over."""
_ISLAND, _STAIN = 16, 0.2
"""Most places of an island (48 cm2 of a person of 1.8 m), and how much more (in `tones`) than the photo a place in it
differs from the back around it if it is a stain."""
_SHOWN = (0.2, 0.5)
"""Shares of the person from which on a place shows it: at least, and where there are such places around."""
_BESIDE = np.ones((5, 5), np.uint8)
"""The surroundings of a place."""
_WEAVE = 3.0
"""Coarsest detail of cloth that goes around: standard deviation in pixels."""


def back_colors(shell: Shell, front: Float, canvas: Canvas) -> Float:
    """(H, W, 3) float32 sRGB of the far sheet; front: colours of the near sheet."""
    shares = chosen_shares(shell, canvas)
    photo = _means_at_places(front, shell)
    inside = _at_places(_floats(shell.mask), shell) > 0.5
    chosen = _without_stains(shares.own, shares.elsewhere(_planes(photo)), photo, inside)
    asked = _shown(_means_at_places(_floats(shell.mask), shell))
    own, others = (_between_places(_going_on(planes, asked), shell) for planes in chosen)
    return _texture(_without_light(own * front + others, shell), front, own[..., 0], shell.mask)


def _without_stains(own: Tensor, elsewhere: Tensor, photo: Float, inside: Bools) -> tuple[Tensor, Tensor]:
    """The share of the same place of the photo (1, 1, H, W), and what comes from elsewhere (1, 3, H, W), without what
    in small islands of the latter looks less like the back around them than the photo does.

    photo: (H, W, 3). inside: (H, W) places of the person.
    """
    share, others = own[0, 0].numpy().copy(), elsewhere[0].permute(1, 2, 0).numpy().copy()
    made = share[..., None] * photo + others
    chosen, seen = tones(made), tones(photo)
    other = inside & (share < 0.5) & (lengths(chosen - seen) > _STAIN)
    _, islands, stats, _ = cv2.connectedComponentsWithStats(other.astype(np.uint8), connectivity=4)
    for number in np.flatnonzero(stats[:, cv2.CC_STAT_AREA] <= _ISLAND):
        island = islands == number
        around = (cv2.dilate(island.astype(np.uint8), _BESIDE) > 0) & inside & ~island
        if around.any():
            back = tones(np.median(made[around], axis=0))
            kept, instead = (np.linalg.norm(colors[island] - back, axis=-1) for colors in (chosen, seen))
            stain = tuple(axis[instead + _STAIN < kept] for axis in np.nonzero(island))
            share[stain], others[stain] = 1, 0
    return torch.from_numpy(share)[None, None], _planes(others)


def _shown(share: Float) -> Bools:
    """Places (H, W) that show the person, of which they have that share; of narrow parts those that show most."""
    most = cv2.dilate(share, np.ones((3, 3), np.uint8))
    return np.asarray(share >= np.clip(most, *_SHOWN))


def _going_on(planes: Tensor, asked: Bools) -> Tensor:
    """Planes (1, C, H, W) that are what they are at the nearest place that shows something of the person (H, W): what
    is said beside it would run into its sides."""
    return planes.flatten(2)[..., torch.from_numpy(nearest(asked)).long()] if asked.any() else planes


def chosen_shares(shell: Shell, canvas: Canvas) -> Shares:
    """From where in the photo each of 128 x 128 places of the back takes its colour."""
    seen = black_outside(canvas.rgb, canvas.mask)
    picture = _floats(cv2.resize(seen, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)) / np.float32(127.5) - 1
    depths = _at_places(np.stack([shell.near, shell.far], axis=-1) / np.float32(UNIT), shell)
    prior = torch.from_numpy(prior_maps(canvas))[None]
    hiding = np.zeros((_PLACES, _PLACES), bool)
    if shell.arms is not None:
        hiding |= _arms_at_places(shell.arms)
    if shell.cloths is not None:
        hiding |= _covering(*shell.cloths[:, _IN_CLOTHS, :][..., _IN_CLOTHS])
    hidden = torch.from_numpy(hiding)[None, None]
    with torch.inference_mode():
        chosen = network()(_planes(picture[1::2, 1::2]), prior[..., 1::2, 1::2], _planes(depths), hidden)
    return chosen.decided()


def _covering(front: NDArray[np.uint8], back: NDArray[np.uint8]) -> Bools:
    """Where in front something else is seen than behind, which is seen in front elsewhere: a hand before trousers, a
    shirt between the sides of a coat."""
    front, back = (_ALIKE[codes] for codes in (front, back))
    often = np.bincount(front.ravel(), minlength=Maps.UNSURE + 1) > _OFTEN * (front != Maps.UNSURE).sum()
    return (front != back) & (front != Maps.UNSURE) & (back != Maps.UNSURE) & often[back]


def _arms_at_places(arms: Bools) -> Bools:
    """Arms (256, 256) before the body, with their rims, at 128 x 128 places."""
    return cv2.dilate(arms.astype(np.uint8), np.ones((3, 3), np.uint8))[1::2, 1::2] > 0


def _planes(values: Float) -> Tensor:
    """(H, W, C) -> (1, C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)))[None]


def _at_places(values: Float, shell: Shell) -> Float:
    """(H, W, C) on the shell's grid -> (128, 128, C)."""
    matrix = np.array([[_APART, 0, _FIRST - shell.column], [0, _APART, _FIRST - shell.row]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _floats(cv2.warpAffine(values, matrix, (_PLACES, _PLACES), flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _means_at_places(values: Float, shell: Shell) -> Float:
    """The same, of all that is nearer to a place than to others."""
    return _at_places(_floats(cv2.blur(values, (_APART + 1, _APART + 1))), shell)


def _between_places(planes: Tensor, shell: Shell) -> Float:
    """(1, C, 128, 128) -> (H, W, C) on the shell's grid."""
    values = np.ascontiguousarray(planes[0].permute(1, 2, 0).numpy())
    matrix = np.array([[1, 0, shell.column - _FIRST], [0, 1, shell.row - _FIRST]]) / _APART
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    large = cv2.warpAffine(values, matrix, shell.mask.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return _floats(large.reshape(*shell.mask.shape, -1))


def _floats(values: NDArray) -> Float:
    return np.asarray(values, np.float32)


def _without_light(colors: Float, shell: Shell) -> Float:
    """Light and shade are smoothed away, borders between materials narrowed, and the colours go on beyond the mask."""
    flat = flatten_coarse(colors)
    size = (flat.shape[1], flat.shape[0])
    inside = cv2.resize(shell.mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    if not inside.any():
        return colors
    extended = flat.reshape(-1, 3)[nearest(inside)]
    narrow = narrowed(_floats(cv2.GaussianBlur(extended, (0, 0), 1.5)))
    if shell.cloths is not None:
        narrow = parted(narrow, _cloths_at(shell.cloths[1], shell, size))
    return _floats(cv2.resize(narrow, shell.mask.shape[::-1]))


def _cloths_at(cloths: NDArray[np.uint8], shell: Shell, size: tuple[int, int]) -> NDArray[np.uint8]:
    """One of `Maps.cloths` on the shell's grid, made smaller to a size (width, height)."""
    step, (width, height) = CANVAS // len(cloths), size
    columns = (shell.column + (np.arange(width) + 0.5) * shell.mask.shape[1] / width) / step
    rows = (shell.row + (np.arange(height) + 0.5) * shell.mask.shape[0] / height) / step
    last = len(cloths) - 1
    return cloths[np.ix_(rows.astype(int).clip(0, last), columns.astype(int).clip(0, last))]


def _texture(colors: Float, front: Float, worn: Float, mask: Bools) -> Float:
    """Add the weave of the cloth, which is seen in front, or else grain as strong: otherwise it looks like plastic.

    worn: (H, W) 0 to 1, how far the back shows the same cloth as the front. Seams and buttons, which are stronger than
    most of the weave, stay weak.
    """
    at = np.nonzero(mask)
    fine = front[at] - cv2.GaussianBlur(front, (0, 0), _WEAVE)[at]
    middle, most = np.percentile(np.abs(fine @ np.full(3, 1 / 3, np.float32)), (50, 80))
    grain = np.random.default_rng(0).standard_normal(mask.shape, np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 1.0) * (2 * np.sqrt(np.pi))
    made = (0.7 * 1.4826 * np.float32(middle) * grain[at])[:, None]
    result = colors.copy()
    result[at] = np.clip(colors[at] + made + worn[at][:, None] * (np.clip(fine, -most, most) - made), 0, 255)
    return result
