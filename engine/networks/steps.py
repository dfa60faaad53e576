"""Steps in the depth maps where a limb ends before or behind the rest of the body, from its layers."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d, normalize, one_hot, pad

from engine.camera import CANVAS, UNIT
from engine.networks.behind import with_hidden
from engine.networks.layers import ARM_LAYERS, Layered, known_shares
from engine.networks.photo_borders import Reach, drawn_to
from engine.networks.slopes import without_slopes
from engine.pixels import Bools, Float, distance, nearest, nearest_where, ramp, soft_distance
from engine.skeleton import INDEX
from engine.types import Parts

_SEEN = 0.5
"""Share from which on a pixel shows a layer."""
_BEYOND = 2.0
"""Standard deviation in pixels of what a layer is continued by beyond the places where it is seen."""
_CLOSE = 0.01
"""Share of a layer in the surroundings from which on it is continued."""
_SLOPE, _STEP = 0.14, 0.22
"""Network units (8 and 13 cm of a person of 1.8 m) between two layers up to which the surface goes on from one to the
other, and from which on it ends."""
_BORDERS = Reach(alone=1, nearby=6.0, moved=4, specks=1.25, rounds=2)
"""What of the photo a layer's border is drawn to."""
_OUTLINE = 1.0
"""Standard deviation in pixels of what a limb's outline is smoothed by."""
_ACROSS, _ALONG = 0.5, 0.75
"""Cosines of the angle between a limb's outline and the way to its root up to which the limb can end there, and from
which on it comes out of the body."""
_WIDE, _NARROW = 19, 9
"""Widths in pixels of the bands along a step in which the layers are worth more than the depth without them, and along
a border that is no step in which they are not."""
_BOTH = 2.0
"""Pixels nearer to one of two borders than to the other at which it alone counts."""
_LENGTH = (10.0, 20.0)
"""Number of a step's pixels (two in its width) in a window of `_WIDE` up to which it is left out, and from which on it
is not."""
_MOSTLY = 0.6
"""Share of a place that says what holds in all of it."""
_EVEN = 6.0
"""Standard deviation in pixels of the full-size maps by which outlines are evened along which layers come round."""
_FADES = 6.0
"""Pixels around a place where the layers hold all over in which they fade."""
_BESIDE = (12.0, 28.0)
"""Pixels of the full-size maps from a border between layers up to which, and from which on, the slope between both does
and does not reach."""
_SLIVER = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
"""What fits into every part of the body at full size: a disc of 1 cm of a person of 1.8 m."""
_WIDTH = 11
"""Width in pixels of the window in which a limb is looked at to see how wide it is."""
_ROUND = (4.0, 40.0)
"""Pixels in which a layer comes round at its outline, at least and at most."""
_ROOTS = (("left_shoulder",), ("right_shoulder",)) + (("left_shoulder", "right_shoulder", "left_hip", "right_hip"),) * 2
"""Key points towards whose middle a limb goes on into the body."""


@dataclass(frozen=True)
class Steps:
    """What the layers of one person say beyond one depth per pixel, at 256 pixels and on the processor.

    shares: (2, LAYERS, 256, 256) 0..1. depths: (2, LAYERS, 256, 256), continued beyond the places where a layer is
    seen. weight: (256, 256) 0..1, how much they are worth, in both maps wherever one of them has a step.
    """

    shares: Tensor
    depths: Tensor
    weight: Tensor

    @property
    def smooth(self) -> Tensor:
        """(2, 256, 256) depths that lead from layer to layer as smoothly as 256 pixels must."""
        return (self.shares * self.depths).sum(1)


def find_steps(layers: Layered, picture: Tensor, mask: Tensor, limbs: Tensor, keypoints: NDArray) -> Steps:
    """Where layers of one person are apart.

    picture: (1, 3, 256, 256) -1..1. mask: (1, 1, 256, 256). limbs: (1, LIMBS, 3, 128, 128), see `limb_maps`; those of
    which nothing is known are left out. keypoints: (31, 2) canvas pixels.
    """
    inside = pad(mask[0, 0, 1:-1, 1:-1].cpu(), (1, 1, 1, 1))
    shares = _shares(known_shares(layers, limbs)[0].softmax(1).cpu(), picture[0].cpu(), inside)
    continued = _continued(layers.depths[0].cpu(), (shares > _SEEN).float() * inside)
    labels = shares.argmax(1)
    free = _free(shares, _roots(keypoints, len(inside)).to(inside))
    continued = without_slopes(continued, labels, free, inside)
    border, jumps = _borders_of(free, labels, continued, inside)
    steps = _long(((jumps - _SLOPE) / (_STEP - _SLOPE)).clamp(0, 1))
    continued = with_hidden(_as_deep_as_wide(continued, labels, inside), labels, inside, _STEP)
    # once more, for what is hidden has an outline as well
    continued = _continued(continued, one_hot(labels, shares.shape[1]).amax(0).movedim(-1, 0).float() * inside)
    weight = _band(steps, _WIDE) * (1 - _off(steps, border))
    found = Steps(shares, continued, _whole(weight, labels, inside))
    front, back = found.smooth
    return replace(found, weight=found.weight * (1 - _band((front > back) * inside, _NARROW)))


def _shares(shares: Tensor, picture: Tensor, inside: Tensor) -> Tensor:
    """Shares (2, LAYERS, H, W) with even borders, in front where the picture (3, H, W; -1..1) has them."""
    rgb = np.ascontiguousarray((picture.permute(1, 2, 0).numpy() + 1) / 2, np.float32)
    colors = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab), np.float32)
    front = drawn_to(shares[0].numpy(), colors, inside.numpy() > 0, _BORDERS)
    return torch.stack([torch.from_numpy(front), _blurred(shares[1], _OUTLINE)])


def _roots(keypoints: NDArray, size: int) -> Tensor:
    """(LIMBS, 2) pixels of a picture of `size` x `size`; NaN where no key point of a root is known."""
    groups = [keypoints[[INDEX[name] for name in names]] for names in _ROOTS]
    known = [group[np.isfinite(group).all(1)] for group in groups]
    roots = [group.mean(0) if len(group) else np.full(2, np.nan) for group in known]
    return torch.from_numpy(np.array(roots) * size / CANVAS)


def _free(shares: Tensor, roots: Tensor) -> Tensor:
    """(2, LAYERS, H, W) 0..1 whether a layer with these shares can end at a pixel; the trunk never does by itself: two
    layers are apart if any of them can end. roots: (LIMBS, 2) pixels."""
    limbs = [_can_end(shares[:, 1 + limb], root) for limb, root in enumerate(roots)]
    return torch.stack([torch.zeros_like(shares[:, 0]), *limbs], 1)


def _borders_of(free: Tensor, labels: Tensor, depths: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Borders of limbs (H, W; 0 or 1), and by how much both layers are apart where a limb can end; 0 elsewhere.

    free, depths: (2, LAYERS, H, W). labels: (2, H, W) the layers with the largest shares.
    """
    own = depths.gather(1, labels[:, None])[:, 0]
    border, jumps = torch.zeros_like(mask), torch.zeros_like(mask)
    for axis in (-2, -1):
        for way in (-1, 1):
            other = labels.roll(way, axis)
            apart = (own - depths.gather(1, other[:, None])[:, 0]).abs()
            apart = apart * torch.maximum(*(free.gather(1, label[:, None])[:, 0] for label in (labels, other)))
            both = mask * mask.roll(way, axis)
            border = torch.maximum(border, (labels != other).any(0) * both)
            jumps = torch.maximum(jumps, (apart * (labels != other)).amax(0) * both)
    return border, jumps


def _can_end(share: Tensor, root: Tensor) -> Tensor:
    """(2, H, W) 0..1 whether a limb with this share (2, H, W) can end at a pixel: not on the side of its root, where it
    comes out of the body."""
    if not torch.isfinite(root).all():
        return torch.ones_like(share)
    rows, columns = torch.gradient(_blurred(share, 2 * _OUTLINE), dim=(-2, -1))
    outward = -normalize(torch.stack([columns, rows], -1), dim=-1)
    y, x = torch.meshgrid(*(torch.arange(n) + 0.5 for n in share.shape[-2:]), indexing="ij")
    inward = normalize(root - torch.stack([x, y], -1), dim=-1)
    return ((_ALONG - (outward * inward).sum(-1)) / (_ALONG - _ACROSS)).clamp(0, 1).to(share)


def _as_deep_as_wide(depths: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    """Depths (2, LAYERS, H, W) of which those that no map (labels: 2, H, W) shows are no farther from what one shows of
    the same limb than that limb is wide."""
    depths = depths.clone()
    for limb in range(1, depths.shape[1]):
        for side, sign in ((0, 1), (1, -1)):
            shown = (labels[side] == limb) & (mask > 0)
            alone = shown & (labels[1 - side] != limb)
            if alone.any():
                deepest = _width(shown) * sign
                seen, unseen = depths[side, limb], depths[1 - side, limb]
                deeper = (unseen - seen - deepest) * sign > 0
                depths[1 - side, limb] = torch.where(alone & deeper, seen + deepest, unseen)
    return depths


def _width(places: Tensor) -> Tensor:
    """How wide (H, W) an area is around each of its pixels, in network units of depth."""
    radius = distance(places.numpy())
    widest = cv2.GaussianBlur(cv2.dilate(radius, np.ones((_WIDTH, _WIDTH), np.uint8)), (0, 0), _WIDTH / 6)
    return torch.from_numpy(2 * widest * (CANVAS / len(radius)) / UNIT)


def _off(steps: Tensor, border: Tensor) -> Tensor:
    """(H, W) 0..1 beside borders (H, W) that are no steps (H, W), as far as none is nearer."""
    others = border * (1 - _widest(steps, _NARROW))
    to_step, to_other = (distance((places <= _SEEN).numpy()) for places in (steps, others))
    return _band(others, _NARROW) * torch.from_numpy(ramp(to_step - to_other, -_BOTH, _BOTH))


def _band(places: Tensor, width: int) -> Tensor:
    """(H, W) the largest value within half of `width`, with a soft border."""
    return _blurred(_widest(places, width), width / 6)


def _widest(places: Tensor, width: int) -> Tensor:
    return max_pool2d(places[None, None], width, 1, width // 2)[0, 0]


def _whole(weight: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    """Weights (H, W) that hold all over a place where a limb hides another one, and fade around it, if they hold in
    most of it: where both have the same outline there is no border far and wide.

    labels: (2, H, W) the layers of front and back.
    """
    front, back = labels.numpy()
    limbs = np.where((front != back) & (front > 0) & (back > 0) & (mask.numpy() > 0), front * len(front) + back, 0)
    held, whole = weight.numpy().ravel() > _SEEN, np.zeros(limbs.shape, bool)
    for pair in np.unique(limbs[limbs > 0]):
        _, pieces = cv2.connectedComponents((limbs == pair).astype(np.uint8), connectivity=4)
        share = np.bincount(pieces.ravel(), held) / np.bincount(pieces.ravel())
        whole |= (share > _MOSTLY)[pieces] & (pieces > 0)
    return torch.maximum(weight, torch.from_numpy(1 - ramp(distance(~whole), 0, _FADES)))


def _long(steps: Tensor) -> Tensor:
    """Steps (H, W; 0..1) without short ones, which have fewer than `_LENGTH` pixels in the surroundings wherever along
    them one looks."""
    pixels = avg_pool2d(steps[None, None], _WIDE, 1, _WIDE // 2)[0, 0] * _WIDE**2
    share = ((pixels - _LENGTH[0]) / (_LENGTH[1] - _LENGTH[0])).clamp(0, 1).numpy()
    count, pieces = cv2.connectedComponents((steps.numpy() > 0).astype(np.uint8))
    longest = np.zeros(count, np.float32)
    np.maximum.at(longest, np.asarray(pieces, np.int64).ravel(), share.ravel())
    return steps * torch.from_numpy(longest[pieces])


def with_steps(depths: Tensor, steps: Steps) -> Tensor:
    """Depths (1, 2, 256, 256) that around steps are those of the layers."""
    return depths + steps.weight.to(depths) * (steps.smooth.to(depths) - depths)


def arms_before(steps: Steps) -> NDArray[np.bool_]:
    """(256, 256) where an arm hides what the back shows; outside the person anything."""
    front, back = steps.shares.argmax(1).numpy()
    return np.isin(front, ARM_LAYERS) & (front != back)


def sharpen_steps(depths: Float, steps: Steps, mask: Bools) -> Parts | None:
    """Make the steps of full-size depths (2, S, S) that came from those of `with_steps` as sharp as their pixels are.

    Overwrites them. Gives the parts around the steps, in network depth; None where there is no step. mask: (S, S).
    """
    if not steps.weight.any():
        return None
    area = _area(steps.weight)
    scale = depths.shape[-1] // steps.weight.shape[-1]
    full = tuple(slice(part.start * scale, part.stop * scale) for part in area)
    weight = _enlarged(steps.weight[area], scale)
    layers = np.stack([[_enlarged(layer, scale) for layer in side[:, *area]] for side in steps.depths])
    smooth = [_enlarged(depth[area], scale) for depth in steps.smooth]
    shown = _without_slivers([_shown(side[:, *area], scale) for side in steps.shares], mask[full])
    ends = [(shown[0] == layer) | (shown[1] == layer) for layer in range(len(layers[0]))]
    outlines = np.stack([soft_distance(places, _EVEN) for places in ends])
    labels = np.full(depths.shape, Parts.UNKNOWN, np.uint8)
    inner = np.zeros_like(depths)
    for side in range(2):
        seen = _seen(shown[side], outlines)
        _sharpen(depths[side][full], weight, _surface(layers, seen, side), smooth[side], seen.inside)
        labels[side][full] = np.where(weight > _SEEN, seen.label, Parts.UNKNOWN)
        inner[side][full] = _surface(layers, seen, 1 - side)
    return Parts(*labels, *inner)


def _sharpen(depth: Float, weight: Float, sharp: Float, smooth: Float, inside: Float) -> None:
    """Overwrites a depth (H, W), as far as the weight says, by a sharp one and what it adds itself to the smooth one
    that it came from; inside: distance from the nearest border, beside which it adds nothing but a slope."""
    added = (depth - smooth) * ramp(inside, *_BESIDE)
    depth += weight * (sharp + added - depth)


def _area(weight: Tensor) -> tuple[slice, slice]:
    """Rows and columns in which there is weight (there must be some)."""
    rows, columns = ((weight > 0).any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


@dataclass(frozen=True)
class _Seen:
    """What one map shows at every pixel (H, W): label, the layer; beside, the layer beyond the nearest border; inside,
    the distance from that in pixels; outline, the distance from where the layer ends, that is, where neither map shows
    it."""

    label: NDArray[np.uint8]
    beside: NDArray[np.uint8]
    inside: Float
    outline: Float


def _shown(shares: Tensor, scale: int) -> NDArray[np.uint8]:
    """The layer (H, W) with the largest of the shares (LAYERS, h, w) of one map, enlarged."""
    return np.argmax([_enlarged(share, scale) for share in shares], axis=0).astype(np.uint8)


def _without_slivers(shown: list[NDArray[np.uint8]], mask: Bools) -> list[NDArray[np.uint8]]:
    """The layers (H, W) of front and back; where one hides another only in a strip that is too narrow to be a part of
    the body, both maps show what they show beside it: else a thread would lead from one to the other."""
    front, back = shown
    hiding = ((front != back) & mask).astype(np.uint8)
    slivers = cv2.morphologyEx(hiding, cv2.MORPH_OPEN, _SLIVER) < hiding
    if not slivers.any() or not (mask & ~slivers).any():
        return shown
    place = nearest_where(slivers, mask & ~slivers)
    return [label.ravel()[place] for label in shown]


def _seen(label: NDArray[np.uint8], outlines: Float) -> _Seen:
    """Of the layers that one map shows, and the distances (LAYERS, H, W) from where each layer ends."""
    outline = _chosen(outlines, label)
    window = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(label, window), cv2.dilate(label, window)
    border = low != high
    if not border.any():
        return _Seen(label, label, np.full(label.shape, np.inf, np.float32), outline)
    beyond = np.where(high != label, high, low)
    return _Seen(label, beyond.ravel()[nearest(border)], distance(~border), outline)


def _surface(layers: Float, seen: _Seen, side: int) -> Float:
    """Depth (H, W) of the side (0 = front) of what a map shows, whether that side is seen or not: it comes round at its
    outline, as far as to the layer beside it if that lies beyond, and goes on in it if both are close; beside an arm,
    if they are close on both sides."""
    flats, others = (np.stack([_chosen(sheet, label) for sheet in layers]) for label in (seen.label, seen.beside))
    own, flat, other = _rounded(flats, seen.outline, side), flats[side], others[side]
    nearer = other > flat if side == 0 else other < flat
    first = np.minimum(own, other) if side == 0 else np.maximum(own, other)
    apart = np.abs(others - flats)
    arm = np.isin(seen.label, ARM_LAYERS) | np.isin(seen.beside, ARM_LAYERS)
    ends = ramp(np.where(arm, apart.max(axis=0), apart[side]), _SLOPE, _STEP)
    return np.where(nearer, first, flat + ends * (own - flat))


def _rounded(sheets: Float, outline: Float, side: int) -> Float:
    """Depth (H, W) of a side (0 = front) of a layer with these sheets (2, H, W): it comes round at its outline, as
    far as the layer is thick. outline: (H, W) distance from that in pixels."""
    front, back = sheets
    middle, half = (front + back) / 2, np.maximum(back - front, 0) / 2
    radius = np.clip(half * UNIT, *_ROUND)
    bulge = np.sqrt(1 - np.clip(1 - outline / radius, 0, 1) ** 2)
    return middle + (half if side else -half) * bulge


def _chosen(layers: Float, label: NDArray[np.uint8]) -> Float:
    """Of the values of all layers (LAYERS, H, W) that of one at every pixel (H, W)."""
    return np.take_along_axis(layers, label[None].astype(np.int64), 0)[0]


def _continued(depths: Tensor, seen: Tensor) -> Tensor:
    """Depths (2, LAYERS, H, W) that go on smoothly around the places where a layer is seen (1, else 0)."""
    around = _blurred(seen, _BEYOND)
    beside = _blurred(depths * seen, _BEYOND) / around.clamp(min=_CLOSE)
    return torch.where((around > _CLOSE) & (seen == 0), beside, depths)


def _blurred(values: Tensor, sigma: float) -> Tensor:
    """Gaussian mean of every plane (..., H, W)."""
    planes = values.numpy().reshape(-1, *values.shape[-2:])
    return torch.from_numpy(np.stack([cv2.GaussianBlur(plane, (0, 0), sigma) for plane in planes])).view_as(values)


def _enlarged(values: Tensor, scale: int) -> Float:
    return np.asarray(cv2.resize(values.numpy(), None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.float32)
