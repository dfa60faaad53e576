"""People on whom a reconstruction is hard: named poses, long skirts, long hair."""

import numpy as np

from engine.training.people.dress import Worn
from engine.training.people.headwear import BOB
from engine.training.people.person import SyntheticPerson, Wish, sample_person
from engine.training.people.wardrobe import Wardrobe

_LONG_SKIRT, _LONG_BOB = 0.5, 0.13
"""Metres that a skirt or a dress falls from the hips, and hair from the head."""


def sample_case(rng: np.random.Generator, wardrobe: Wardrobe, case: str) -> SyntheticPerson:
    """A random person of one of `HARD_CASES`, with empty hands."""
    return sample_person(rng, wardrobe, HARD_CASES[case])


def _close(clothes: list[Worn]) -> bool:
    """Nothing hangs around the legs."""
    return not any(worn.hangs for worn in clothes)


def _long_skirt(clothes: list[Worn]) -> bool:
    skirts = [worn.fit for worn in clothes if worn.garment.kind in ("skirt", "dress")]
    return any(fit is not None and fit.length > _LONG_SKIRT for fit in skirts)


def _long_hair(clothes: list[Worn]) -> bool:
    return _close(clothes) and any(
        worn.garment.name == "long01"
        or (worn.garment.name == BOB and worn.fit is not None and worn.fit.length > _LONG_BOB)
        for worn in clothes
    )


HARD_CASES = {
    "arms hanging": Wish("standing", "none", _close, carries=False),
    "arms crossed": Wish("standing", "crossed", _close, carries=False),
    "hand in pocket": Wish("standing", "pocket", _close, carries=False),
    "hand on hip": Wish("standing", "hip", _close, carries=False),
    "hands before face": Wish("standing", "face", _close, carries=False),
    "legs crossed": Wish("crossed legs", "none", _close, carries=False),
    "long skirt": Wish("standing", "none", _long_skirt, carries=False),
    "long hair": Wish("standing", "none", _long_hair, carries=False),
}
"""Name -> what of the person is given; "arms hanging" is there to compare with."""
