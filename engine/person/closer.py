"""Closer looks at trunk and head: the detector's mask has 256 pixels, which are few for a whole body.

Of head and shoulders a network for portraits has its say as well.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.person.detector import TORSO, Detection, apart, detect_within, square_window, torso_length
from engine.person.portrait import people_shown

_UPPER, _PORTRAIT = 2.7, 1.6
"""Sides in lengths of the torso of the squares around trunk and head, and around head and shoulders."""
_ABOVE = 0.7
"""Where the middle of the latter is, from the shoulders to the head."""
_RIM = 0.15
"""Share of a square's side at whose border it counts less and less."""
_LEAST = 1e-3
"""Probability that is the least, and of its opposite."""
_SAME = 0.2
"""Mean distance in lengths of the torso of landmarks down to the shoulders that are still those of the same person."""
_SAID = 2.0
"""Weight of what the network for portraits says, of a look is 1."""
_SUREST = 4.0
"""Logarithm of the odds which that is at most."""
_FINEST = 512
"""Side in pixels of the copy that it sees at most."""
_POSSIBLE = 0.3
"""Probability from which a place may be the person's: it tells people from what is around them, but not from each
other."""
_SEES, _SURE = 0.8, 0.9
"""Share of the places that surely are the person's which it must see, or it has no say: that of a drawn figure."""
_HEAD, _DOWN_TO_SHOULDERS = np.s_[:11], np.s_[:13]

Float = NDArray[np.float32]


def look_closer(rgb: NDArray[np.uint8], person: Detection) -> Detection:
    """The person of a picture (HxWx3) with a coarse mask of which closer looks have their share: the mean of the
    logarithms of the odds. Raises UserError if a model is missing."""
    odds, weight = _log_odds(person.coarse), np.ones_like(person.coarse)
    squares = _squares(person)
    for found in detect_within(rgb, squares):
        look = min(found, key=lambda one: _away(one, person), default=None)
        if look is not None and _away(look, person) < _SAME:
            share = _resampled(_inner(len(look.coarse)), look, person)
            odds += share * _resampled(_log_odds(look.coarse), look, person)
            weight += share
    said, share = _portrait(rgb, person, squares[-1], odds / weight)
    return replace(person, coarse=_probability((odds + share * said) / (weight + share)))


def _portrait(
    rgb: NDArray[np.uint8], person: Detection, square: NDArray[np.float64], odds: Float
) -> tuple[Float, Float]:
    """Logarithms of the odds by the network for portraits, on the grid of the coarse mask, and their weights.

    odds: what they are by all else.
    """
    x, y, side = square
    window = square_window(rgb, (x, y), side, _FINEST)
    shown = people_shown(window.pixels)
    step = window.step * len(window.pixels) / len(shown)
    look = replace(person, coarse=shown, origin=window.origin, step=step)
    said = _resampled(np.clip(_log_odds(shown), -_SUREST, _SUREST), look, person)
    inner = _resampled(_inner(len(shown)), look, person)
    sure = (inner == 1) & (_probability(odds) > _SURE)
    sees = bool(sure.any()) and (said[sure] > 0).mean() > _SEES
    return said, _SAID * sees * inner * (_probability(odds) > _POSSIBLE)


def _squares(person: Detection) -> list[NDArray[np.float64]]:
    shoulders, hips, head = (person.landmarks[part].mean(axis=0) for part in (TORSO[:2], TORSO[2:], _HEAD))
    torso = _torso(person)
    middles = (head + hips) / 2, shoulders + _ABOVE * (head - shoulders)
    sides = (torso * size for size in (_UPPER, _PORTRAIT))
    return [np.array([*(middle - side / 2), side]) for middle, side in zip(middles, sides, strict=True)]


def _torso(person: Detection) -> float:
    """Its length in pixels; that of who bends towards the camera is at least the width of the shoulders."""
    left, right = person.landmarks[TORSO[:2]]
    return max(torso_length(person.landmarks), float(np.linalg.norm(left - right)), 1.0)


def _away(look: Detection, person: Detection) -> float:
    """Mean distance of the upper landmarks of both, in lengths of the torso."""
    return apart(look, person, _DOWN_TO_SHOULDERS) / _torso(person)


def _inner(size: int) -> Float:
    """(size, size) 1 inside of a square, 0 at its border."""
    places = (np.arange(size, dtype=np.float32) + 0.5) / size
    away = np.clip(np.minimum(places, 1 - places) / _RIM, 0, 1)
    return np.minimum.outer(away, away)


def _probability(log_odds: Float) -> Float:
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)


def _log_odds(probability: Float) -> Float:
    sure = np.clip(probability, _LEAST, 1 - _LEAST)
    return np.log(sure / (1 - sure))


def _resampled(values: Float, look: Detection, person: Detection) -> Float:
    """Values on the grid of one coarse mask on that of another, 0 where there are none."""
    scale = person.step / look.step
    smooth = cv2.GaussianBlur(values, (0, 0), 0.5 * np.sqrt(scale**2 - 1)) if scale > 1.1 else values
    return look.sampled(np.asarray(smooth, np.float32), person.origin, person.step, person.coarse.shape[::-1])
