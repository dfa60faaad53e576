"""Colours of the side that no camera saw.

Clothing and skin go on around the body: the back takes what the photo shows at the same place, as far as that goes
around (`wrap`), so that hems, belts and patterns keep their height while prints, buttons and open jackets stay in
front. Towards the silhouette the colours run into those of the photo. The back of the head takes the colour of the hair
(or the scalp) above the face.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from engine.skeleton import INDEX
from engine.surface.clean import Bools, Float, Shell, blur, distance, nearest
from engine.surface.segments import ARMS, HEAD, THIGHS, TORSO, UPPER_ARMS, Segments, segment
from engine.surface.wrap import TRUNK, around, continue_around, difference, fill, flatten, pure

_STEP = 4
"""Colours of the back are made on every fourth pixel; finer is only the weave of the cloth."""
_WEAVE = 3.0
"""Coarsest detail of cloth that goes around: standard deviation in pixels."""
_HANGING = 0.15
"""Share of a row from which on a garment seen at its sides is taken to cover the trunk's back there."""
_FLARED = 0.3
"""The same for what hangs beside the thighs: an open coat does, a sleeve, a phone or a shirt's tail does not."""
_SECOND = 0.2
"""Share of a garment from which on a second colour is its pattern."""
_PIECE = 0.1
"""Area of a garment's piece over its largest below which it only looks like it."""
_HIDDEN = 0.4
"""Height over the trunk's length that arms may hide of it."""


def back_colors(shell: Shell, front: Float, before: Bools, keypoints: NDArray[np.float64]) -> Float:
    """(H, W, 3) float32 sRGB of the far sheet.

    front: colours of the near sheet. before: (H, W) pixels where another part stands in front of what the far sheet
    shows. keypoints: (31, 2) crop pixels, NaN = missing.
    """
    height, width = shell.mask.shape[:2]
    small = (-(-width // _STEP), -(-height // _STEP))
    mask = cv2.resize(shell.mask.astype(np.float32), small, interpolation=cv2.INTER_AREA) > 0.5
    if not mask.any():
        return front
    picture = _floats(cv2.resize(front, small, interpolation=cv2.INTER_AREA))
    points = (keypoints + 0.5) / _STEP - 0.5
    thickness = _floats(cv2.resize(shell.far - shell.near, small, interpolation=cv2.INTER_AREA)) / _STEP
    parts = segment(points, thickness)
    known = mask & ~parts.crossed & (cv2.resize(before.astype(np.float32), small, interpolation=cv2.INTER_AREA) < 0.1)
    clothes = _clothes(picture, known, mask, parts)
    colors = _soften(flatten(clothes), mask)
    far = _floats(cv2.resize(shell.far, small, interpolation=cv2.INTER_AREA)) / _STEP
    colors = _paint_head(colors, picture, mask, far, parts, points)
    same = (np.abs(clothes - picture).max(axis=-1) < 1) & (parts.label != HEAD)
    large, worn = (
        _floats(cv2.resize(c, (width, height), interpolation=cv2.INTER_LINEAR))
        for c in (colors, cv2.GaussianBlur(same.astype(np.float32), (0, 0), 1.5))
    )
    return _texture(_meet_silhouette(large, front, shell), front, worn, shell.mask)


def _floats(values: NDArray) -> Float:
    return np.asarray(values, np.float32)


def _clothes(picture: Float, known: Bools, mask: Bools, parts: Segments) -> Float:
    """What the body wears at the back, lit as in front."""
    trunk = parts.label == TORSO
    known = known & ~trunk | _without_arms(picture, known & trunk, parts)
    covered, garment = _outer_garment(picture, mask & ~parts.crossed, mask, parts)
    clothes = continue_around(picture, around(picture, known, mask, parts) | garment, mask, parts)
    return fill(clothes, covered & ~garment, garment) if garment.any() else clothes


def _without_arms(picture: Float, trunk: Bools, parts: Segments) -> Bools:
    """The trunk without pixels that look like an arm: bare arms beside it are often broader than the bone tells.

    Where that leaves little, arms and trunk are of one colour, and all of it counts.
    """
    sources = [trunk]
    for side in (ARMS[:3], ARMS[3:]):
        arm = np.isin(parts.label, side[:2]) & (picture.sum(axis=-1) > 0)
        if arm.any():
            sources.append(trunk & (difference(picture, np.median(picture[arm], axis=0)) > 1))
    others = np.logical_and.reduce(sources)
    return others if others.sum() > 0.4 * trunk.sum() else trunk


def _outer_garment(picture: Float, known: Bools, mask: Bools, parts: Segments) -> tuple[Bools, Bools]:
    """What of trunk and thighs the garment on the shoulders covers at the back, and where it is seen: both (H, W).

    It reaches as far down as some of it hangs at the sides: an open jacket shows the shirt in front, but not behind.
    """
    nothing = np.zeros(mask.shape, bool)
    below = np.abs(parts.down) < 0.12 * parts.size
    top = known & np.isin(parts.label, (TORSO, *UPPER_ARMS)) & below & (distance(mask) < 0.12 * parts.size)
    area = mask & np.isin(parts.label, TRUNK) & (parts.down > -0.12 * parts.size)
    if np.count_nonzero(top) < 20 or not area.any():
        return nothing, nothing
    upper = known & (np.isin(parts.label, (TORSO, *UPPER_ARMS)) | parts.loose)
    around = upper | known & np.isin(parts.label, THIGHS)
    like = _large(upper & _alike(picture, top))
    step = np.clip(np.round(parts.down + parts.size), 0, None).astype(int)
    seen = _seen(like, around, step, _HANGING)
    seen[: int(1.12 * parts.size)] |= seen.any()
    hanging = _without_gaps(seen, parts.size)
    beside = _seen(like & parts.loose, around, step, _FLARED)
    beside[: int(2 * parts.size)] = hanging[: int(2 * parts.size)]
    flared = _without_gaps(beside, parts.size)
    covered = area & np.where(np.isin(parts.label, THIGHS), flared[step], hanging[step])
    return covered, _large(pure(like & seen[step], mask))


def _alike(picture: Float, cloth: Bools) -> Bools:
    """Pixels of the prevailing colour of a cloth, in light or shade, and of the second of its pattern among them."""
    first = difference(picture, np.median(picture[cloth], axis=0)) < 1
    rest = cloth & ~first
    if rest.sum() < _SECOND * cloth.sum():
        return first
    both = first | (difference(picture, np.median(picture[rest], axis=0)) < 1)
    return np.asarray(both & (cv2.blur(first.astype(np.float32), (9, 9)) > _SECOND))


def _large(where: Bools) -> Bools:
    """Without the parts that are small beside the largest; pixels next but one to each other belong together."""
    joined = cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    area = np.where(np.arange(len(stats)) > 0, stats[:, cv2.CC_STAT_AREA], 0)
    return np.asarray((area > _PIECE * area.max())[labels] & where)


def _seen(like: Bools, around: Bools, step: NDArray, least: float) -> Bools:
    """Steps down the body at which more than the share `least` of what is around looks like the garment."""
    count = int(step.max()) + 1
    share = np.bincount(step[like], minlength=count) / np.maximum(np.bincount(step[around], minlength=count), 1)
    return np.asarray(gaussian_filter1d(share, 2.0) > least)


def _without_gaps(seen: Bools, size: float) -> Bools:
    """All steps down to the garment's hem; arms before it may hide a part of its height, but not its beginning."""
    rows = np.flatnonzero(seen)
    if not len(rows):
        return seen
    hem = rows[np.argmax(np.diff(rows, append=3 * len(seen)) > _HIDDEN * size)]
    return np.arange(len(seen)) <= hem


def _soften(colors: Float, mask: Bools) -> Float:
    """Blend parts into one another and extend the colours beyond the mask."""
    extended = colors.reshape(-1, 3)[nearest(mask)]
    return blur(extended, np.ones(mask.shape, np.float32), 1.5)


def _paint_head(
    colors: Float, picture: Float, mask: Bools, far: Float, parts: Segments, points: NDArray[np.float64]
) -> Float:
    """Hair over the back of the head; where its far side looks the way of the face, the near half of the face."""
    facing = _facing(points)
    head = mask & (parts.label == HEAD)
    if facing is None or not head.any():
        return colors
    hair, region = _hair(picture, mask, head, parts, points)
    soft = cv2.GaussianBlur(region.astype(np.float32), (0, 0), 1.5)[..., None]
    behind = colors + soft * (hair - colors)
    share = cv2.GaussianBlur(np.where(head, _towards(far, facing), 0).astype(np.float32), (0, 0), 1.0)[..., None]
    return behind + share * (np.where(mask[..., None], picture, behind) - behind)


def _towards(far: Float, facing: tuple[float, float]) -> Float:
    """0 .. 1: how much the far sheet's normal points the way of the face. far: depth in the unit of the pixels."""
    smooth = cv2.GaussianBlur(far, (0, 0), 2.0)
    dx, dy = (cv2.Sobel(smooth, cv2.CV_32F, i, 1 - i, scale=1 / 8) for i in (1, 0))
    cosine = (-dx * facing[0] - facing[1]) / np.sqrt(1 + dx * dx + dy * dy)
    return np.asarray(np.clip((cosine + 0.05) / 0.3, 0, 1), np.float32)


def _facing(points: NDArray[np.float64]) -> tuple[float, float] | None:
    """Direction of the face (to the right in the picture, towards the camera), a unit vector.

    None where it looks away or cannot be found. The ears are about .65 of the way from nose to shoulders apart.
    """
    ears, shoulders = points[[3, 4]], points[[INDEX["left_shoulder"], INDEX["right_shoulder"]]]
    if not np.isfinite(points[:5]).all() or not np.isfinite(shoulders).all():
        return None
    reach = max(float(np.linalg.norm(points[0] - shoulders.mean(axis=0))), 1.0)
    towards = float(np.clip((ears[0, 0] - ears[1, 0]) / (0.65 * reach), -1, 1))
    if towards < -0.4:
        return None
    side = float(np.sign(points[0, 0] - ears[:, 0].mean()))
    return side * float(np.sqrt(1 - towards * towards)), towards


def _hair(
    picture: Float, mask: Bools, head: Bools, parts: Segments, points: NDArray[np.float64]
) -> tuple[Float, Bools]:
    """Median colour of the hair above the face, and the area that hair covers at the back."""
    rows = np.nonzero(head)[0]
    top, eyes = rows.min(), float(points[1:3, 1].mean())
    crown = head & (np.arange(mask.shape[0])[:, None] < top + max(0.25 * (eyes - top), 2)) & (distance(mask) > 1.5)
    hair = np.median(picture[crown if crown.any() else head], axis=0)
    nape = float(points[3:5, 1].mean()) + 0.18 * float(np.nanmean(points[5:7, 1]) - eyes)
    region = head & (np.arange(mask.shape[0])[:, None] < nape)
    return hair, region | _long_hair(picture, mask, parts, points, hair, nape)


def _long_hair(
    picture: Float, mask: Bools, parts: Segments, points: NDArray[np.float64], hair: Float, nape: float
) -> Bools:
    """Below the nape, row by row: the span between the outermost pixels that look like hair and hang from the head."""
    rows = np.arange(mask.shape[0])[:, None]
    skin = np.median(picture[_disc(mask, points[0], 0.08 * parts.size)], axis=0)
    torso = mask & (parts.label == TORSO) & (rows > points[5:7, 1].mean() + 0.35 * parts.size)
    cloth = np.median(picture[torso], axis=0) if torso.any() else skin
    apart = min(np.linalg.norm(hair - skin), np.linalg.norm(hair - cloth))
    like = mask & (np.linalg.norm(picture - hair, axis=-1) < 0.4 * apart)
    like &= np.abs(np.arange(mask.shape[1])[None] - points[0, 0]) < 0.35 * parts.size
    _, labels = cv2.connectedComponents(like.astype(np.uint8))
    above = np.unique(labels[like & (rows < nape)])
    hanging = like & np.isin(labels, above) & (rows >= nape) & (rows < points[5:7, 1].mean() + 0.6 * parts.size)
    wide = hanging.sum(axis=1, keepdims=True) > 0.08 * parts.size
    left = np.maximum.accumulate(hanging, axis=1)
    right = np.maximum.accumulate(hanging[:, ::-1], axis=1)[:, ::-1]
    unbroken = np.logical_and.accumulate(wide | (rows < nape), axis=0)
    return mask & left & right & unbroken


def _disc(mask: Bools, centre: NDArray[np.float64], radius: float) -> Bools:
    yy, xx = np.mgrid[: mask.shape[0], : mask.shape[1]]
    disc = np.hypot(xx - centre[0], yy - centre[1]) < max(radius, 1.5)
    return disc & mask if (disc & mask).any() else mask


def _meet_silhouette(colors: Float, front: Float, shell: Shell) -> Float:
    """Along the silhouette the photo's colours, fading into those of the back over a sixth of the part's width.

    Ways are measured on the far sheet: where it turns away steeply, few pixels are far.
    """
    depth = distance(shell.mask)
    edge = (shell.mask & (depth < 1.5)).astype(np.float32)
    source = nearest(edge > 0)
    along = blur(front, edge, 3.0).reshape(-1, 3)[source]
    middle = ((shell.near + shell.far) / 2).ravel()[source]
    way = np.hypot(depth, np.maximum(shell.far - middle, 0))
    room = cv2.blur(cv2.dilate(depth, np.ones((61, 61), np.uint8)), (31, 31))
    weight = np.exp(-way / np.clip(0.3 * room, 4, 16))[..., None]
    return np.where(shell.mask[..., None], colors + weight * (along - colors), along)


def _texture(colors: Float, front: Float, worn: Float, mask: Bools) -> Float:
    """Add the weave of the cloth, which is seen in front, or else grain as strong: otherwise it looks like plastic.

    worn: (H, W) 0 to 1, how far the back shows the same cloth as the front. Seams and buttons, which are stronger than
    most of the weave, stay weak.
    """
    fine = front - cv2.GaussianBlur(front, (0, 0), _WEAVE)
    middle, most = np.percentile(np.abs(fine[mask].mean(axis=1)), (50, 80))
    grain = np.random.default_rng(0).standard_normal(mask.shape, np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 1.0) * (2 * np.sqrt(np.pi))
    made = (0.7 * 1.4826 * np.float32(middle) * grain)[..., None]
    return np.clip(colors + made + worn[..., None] * (np.clip(fine, -most, most) - made), 0, 255)
