"""The border of a mask put where colours change, as far as the coarse mask and the skeleton make that likely.

Four things are weighed at every pixel near the border, as logarithms of odds: where the coarse mask ends, where hands
and feet are, a first cut by the colours of the whole picture, and the colours of person and surroundings nearby. What
is far enough from the person is the model for the surroundings: a floor or a skirting board goes on there, a coat does
not. A random walker evens out the sum. Slits that the coarse mask has filled, but is less sure of than of what is
around, such as between the knees, are looked at as well.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.person.local_colors import color_evidence
from engine.person.random_walker import random_walk
from engine.person.segment import body_size, grab_cut
from engine.pixels import signed_distance

Bool = NDArray[np.bool_]
Float = NDArray[np.float32]

_ROUNDS = 2
"""The second looks on both sides of the first one's border. More find larger missing parts, and take in more."""
_INWARD, _OUTWARD = 24.0, 20.0
"""How far the border may move in a round."""
_SLOPE, _CERTAIN = 6.0, 2.0
"""Distance from the coarse mask's border that changes its odds by a factor of e, and the most it can say."""
_FIRST_CUT = 1.2
_COLORS = 4.0
"""What the first cut says, and the most that colours nearby can say."""
_LIMB, _LIMB_SLOPE, _BESIDE = 1.0, 16.0, -1.5
"""What is said inside hands and feet, the distance from them that takes 1 from it, and the least that it becomes."""
_LIMB_REACH = 48.0
"""Distance from hands and feet at which the person may be where the coarse mask does not show them."""
_DOUBT = 1.0
"""The most that is said for the person in a slit of the coarse mask's odds."""
_SLIT, _DIP, _BESIDE_DIP = 30.0, 0.1, 6.0
"""Half the width of such a slit, how much less the odds are, and how far around it the background may be seen."""
_NEARBY = 100.0
_CORE = 12.0
_BEYOND = (20.0, 50.0, 150.0)
"""Pixels count as the person from 0 to `_CORE` inside of the border on, as surroundings where they are as far outside
of it: from none to all, up to the last."""
_EVEN = 20.0
"""Distance over which areas of one colour are evened out."""
_BODY = 1569.0
"""All lengths above are for a body of as many pixels."""
_LARGEST = 1000.0
"""Size in pixels of the copy of the person in which the border is looked for."""


def refine(pixels: NDArray[np.uint8], coarse: Float, limbs: Float) -> Bool:
    """The mask (H, W) of a person, empty with nobody in the coarse mask.

    pixels: (H, W, 3) sRGB. coarse: (H, W) probability. limbs: (H, W) pixels from the hands and feet, 0 inside of them.
    """
    size = body_size(coarse)
    if size < 1:
        return coarse > 0.5
    scale = min(1.0, _LARGEST / size)
    height, width = coarse.shape
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture, mask = (cv2.resize(part, small, interpolation=cv2.INTER_AREA) for part in (pixels, coarse))
    near = cv2.resize(limbs, small, interpolation=cv2.INTER_NEAREST) * np.float32(scale)
    found = _likelihood(picture, mask, near, scale * size)
    return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5)


def _likelihood(pixels: NDArray, coarse: NDArray, limbs: NDArray, size: float) -> Float:
    """Probability (H, W) of being inside; see `refine`. size: of the person in pixels."""
    unit = size / _BODY
    first = grab_cut(pixels, coarse, limbs < _LIMB_REACH * unit)
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    colors = np.asarray(cv2.GaussianBlur(lab, (0, 0), 0.7), np.float32)
    inside, away = coarse > 0.5, signed_distance(coarse > 0.5) / unit
    extremities = (limbs < _LIMB_REACH * unit) & ~inside
    free = _strip(away) | extremities
    expected = _expected(away, limbs / unit) + _FIRST_CUT * free * np.where(first, 1, -1)
    doubtful = _doubtful(coarse, unit)
    expected = np.where(doubtful, np.minimum(expected, _DOUBT), expected)
    weight = _weight(away) * ~extremities
    for _ in range(_ROUNDS):
        unknown = _strip(away) | extremities | doubtful
        evidence = color_evidence(colors, inside, weight, unknown, _NEARBY * unit).clip(-_COLORS, _COLORS)
        guess = inside.astype(np.float32)
        guess[unknown] = 1 / (1 + np.exp(-expected[unknown] - evidence))
        found = random_walk(colors, guess, unknown, 1 / (_EVEN * unit) ** 2)
        inside = found > 0.5
        away = signed_distance(inside) / unit
        weight = _weight(away)
    return found


def _doubtful(coarse: Float, unit: float) -> Bool:
    """Where the detector is less sure than around that it sees the person, as it is of a slit between limbs."""
    slit, beside = (np.ones((2 * round(radius * unit) + 1,) * 2, np.uint8) for radius in (_SLIT, _BESIDE_DIP))
    dip = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, slit) - coarse > _DIP
    return (cv2.dilate(dip.astype(np.uint8), beside) > 0) & (coarse > 0.5)


def _strip(away: Float) -> Bool:
    """Where the border may lie."""
    return (away > -_OUTWARD) & (away < _INWARD)


def _weight(away: Float) -> Float:
    """0 to 1: how far a pixel counts as an example of the person's or the surroundings' colours."""
    around = _ramp(-away, *_BEYOND[:2]) * (-away < _BEYOND[2])
    return np.where(away > 0, _ramp(away, 0, _CORE), around)


def _expected(away: Float, limbs: Float) -> Float:
    """Logarithm of the odds of being inside that the coarse mask, and hands and feet, give to each pixel."""
    expected = (away / _SLOPE).clip(-_CERTAIN, _CERTAIN)
    beside = (_LIMB - limbs / _LIMB_SLOPE).clip(_BESIDE, None)
    return np.where(limbs < _LIMB_REACH, np.maximum(expected, beside), expected)


def _ramp(values: Float, low: float, high: float) -> Float:
    """0 below `low`, 1 above `high`."""
    return ((values - low) / (high - low)).clip(0, 1)
