"""Coarse masks made exact: before a uniform background by its colour, else by GrabCut (Rother et al., SIGGRAPH 2004).

All masks and pictures here are of one window; coarse masks are (H, W) float32 probabilities.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import distance

Bool = NDArray[np.bool_]
Float = NDArray[np.float32]
Picture = NDArray[np.uint8]

INWARD, OUTWARD = 24 / 1569, 20 / 1569
"""How far the true border may lie inside and outside of the coarse mask's, as shares of the person's size."""
_SURROUNDINGS = 48 / 1569
"""Strip around the coarse mask that may still hold parts of the person; outside it a background shows itself."""
_RIPPLE = 6 / 1569
"""Standard deviation of the filter that smooths a cut border, as a share of the person's size."""
_CORNERS = 0.3
"""Pixels added to a radius, so that small discs are round."""
_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
_LEAST, _ENOUGH = 100, 100_000
"""Pixels of a background that say something about it, and about as many as are looked at."""
_UNIFORM = 8
"""Largest deviation (8-bit levels, any channel, 99 % of the pixels) of a background that counts as uniform."""


def uniform_background(pixels: Picture, coarse: Float, crowd: Sequence[Float]) -> Float | None:
    """The colour (3,) of a background without any texture, None if there is one. crowd: masks of other people."""
    people = np.maximum.reduce([coarse, *crowd])
    outside = pixels[~_grown(people > 0.3, _SURROUNDINGS * body_size(coarse))]
    if len(outside) < _LEAST:
        return None
    outside = outside[:: max(1, len(outside) // _ENOUGH)]
    colour = np.median(outside, axis=0).astype(np.float32)
    deviation = np.abs(outside - colour).max(axis=1)
    return colour if np.percentile(deviation, 99) <= _UNIFORM else None


def unlike_background(pixels: Picture, coarse: Float, background: Float) -> Bool:
    """Pixels that differ from the uniform background and hang together with the coarse mask.

    Clothes of the background's colour are taken from the coarse mask: its core, and all of it where no difference is
    to be seen around.
    """
    difference = np.abs(pixels - background).max(axis=2)
    visible, body, size = difference > _UNIFORM, coarse > 0.5, body_size(coarse)
    hidden = body & ~_grown(visible, INWARD * size)
    inside = _touching(visible, body) | _shrunk(body, INWARD * size) | hidden
    inside = _shrunk(_grown(inside, 2), 2)
    rim = inside & ~hidden & ~_shrunk(inside, 2)
    mixed = difference < 0.5 * cv2.dilate(difference, _DISC)  # less than half of the body's colour: an edge pixel
    return np.asarray(inside & ~(rim & mixed))


def _touching(visible: Bool, body: Bool) -> Bool:
    """The connected parts of `visible` that `body` meets."""
    _, parts = cv2.connectedComponents(visible.astype(np.uint8), connectivity=8)
    return visible & np.isin(parts, np.unique(parts[visible & body]))


def grab_cut(pixels: Picture, coarse: Float, limbs: Bool) -> Bool:
    """GrabCut in a strip along the coarse mask's border and around hands and feet, `limbs`, which it may lack."""
    inside, size = coarse > 0.5, body_size(coarse)
    labels = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[_shrunk(inside, INWARD * size)] = cv2.GC_FGD
    labels[~_grown(inside, OUTWARD * size) & ~limbs] = cv2.GC_BGD
    if not all((labels == label).any() for label in (cv2.GC_BGD, cv2.GC_FGD)):
        return inside
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(pixels, labels, (0, 0, 0, 0), *models, 1, cv2.GC_INIT_WITH_MASK)
    return without_whiskers(np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)), coarse)


def without_whiskers(cut: Bool, coarse: Float) -> Bool:
    """Without what is thinner than 6 px outside of the coarse mask."""
    return cut & (coarse > 0.5) | _grown(_shrunk(cut, 3), 3)


def tidy(inside: Bool, coarse: Float) -> Bool:
    """Without specks and ripples, and without what parts from the body when the ripples go."""
    return without_specks(smooth_border(without_specks(inside, coarse)), coarse)


def smooth_border(inside: Bool) -> Bool:
    """Without the ripples that GrabCut leaves along a border; fingers, other thin parts and thin gaps stay."""
    sigma = _RIPPLE * body_size(inside.astype(np.float32))
    smooth = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), max(sigma, 0.5)) > 0.5
    broad = _near_broad(inside, sigma) & _near_broad(~inside, sigma)
    return np.where(broad, smooth, inside)


def _near_broad(mask: Bool, sigma: float) -> Bool:
    """Pixels nearer than `sigma` to discs with a radius of 2 sigma that fit into the mask."""
    return distance(distance(mask) <= 2 * sigma) < 3 * sigma


def without_specks(inside: Bool, coarse: Float) -> Bool:
    """Without parts smaller than 1 % of the whole or mostly off the coarse mask, and without holes as small."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA]
    least = 0.01 * inside.sum()
    kept = [i for i in range(1, count) if area[i] >= least and (coarse[parts == i] > 0.5).mean() > 0.3]
    whole = np.isin(parts, kept)
    count, holes, stats, _ = cv2.connectedComponentsWithStats((~whole).astype(np.uint8), connectivity=4)
    small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < 1e-4 * inside.sum()]
    return whole | np.isin(holes, small)


def body_size(coarse: Float) -> float:
    """Longer side of the coarse mask's bounding box in pixels."""
    sides = [np.flatnonzero((coarse > 0.5).any(axis=axis)) for axis in (1, 0)]
    return float(max(np.ptp(side) + 1 if len(side) else 0 for side in sides))


def _grown(mask: Bool, radius: float) -> Bool:
    return ~_shrunk(~mask, radius)


def _shrunk(mask: Bool, radius: float) -> Bool:
    """Without what is nearer than `radius` to the outside; beyond the picture nothing is outside."""
    return distance(mask) > max(1, round(radius)) + _CORNERS
