"""Which sewn clothes go together, and how they sit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.training.people.fitting import Fit, sample_folds
from engine.training.people.footwear import Shoe
from engine.training.people.garment import Garment

_BOTTOMS = {"trousers_long": 0.68, "trousers_calf": 0.08, "trousers_knee": 0.11, "trousers_shorts": 0.13}


@dataclass(frozen=True)
class Fitted:
    """A sewn garment and how it sits."""

    garment: Garment
    fit: Fit


def sample_outfit(rng: np.random.Generator, garments: Mapping[str, tuple[Garment, ...]], female: bool) -> list[Fitted]:
    """Clothes from the outermost inward: top and bottom or a dress."""
    kind = rng.choice(["dress", "skirt", "trousers"], p=[0.25, 0.2, 0.55] if female else [0.01, 0.01, 0.98])
    if kind == "dress":
        return [Fitted(_pick(rng, garments["dress"]), _dress(rng))]
    top = Fitted(_pick(rng, garments["top"]), _top(rng))
    if kind == "skirt":
        bottom = Fitted(garments["skirt"][0], _skirt(rng))
    else:
        name = str(rng.choice(list(_BOTTOMS), p=list(_BOTTOMS.values())))
        bottom = Fitted(next(g for g in garments["trousers"] if g.name == name), _trousers(rng))
    if rng.uniform() < 0.3:
        tucked = replace(top.fit, length=0.03, flare=-0.2, trunk=min(top.fit.trunk, 0.006))
        return [bottom, Fitted(top.garment, tucked)]
    return [top, bottom]


def sample_coat(rng: np.random.Generator, garments: Mapping[str, tuple[Garment, ...]]) -> Fitted:
    """A jacket, cardigan or coat for over everything else."""
    trunk = rng.uniform(0.008, 0.03)
    long = rng.uniform() < 0.5
    fit = Fit(
        trunk=trunk,
        shoulder=rng.uniform(0.008, 0.018),
        cuff=rng.uniform(0.01, 0.03),
        thigh=trunk,
        hem=trunk,
        taut=int(rng.integers(20, 60)),
        length=rng.uniform(0.35, 0.95) if long else rng.uniform(0.03, 0.3),
        flare=rng.uniform(-0.05, 0.22),
        collar=str(rng.choice(["fold", "stand", "hood", "none"], p=[0.6, 0.15, 0.15, 0.1])),
        collar_size=rng.uniform(0.8, 1.6),
        thickness=rng.uniform(0.004, 0.01),
        folds=sample_folds(rng, rng.uniform(0.4, 1.3)),
    )
    return Fitted(_pick(rng, garments["coat"]), fit)


def _pick(rng: np.random.Generator, garments: tuple[Garment, ...]) -> Garment:
    return garments[rng.integers(len(garments))]


def _top(rng: np.random.Generator) -> Fit:
    """Anything from a jersey to a wide hooded sweater."""
    loose = rng.beta(1.2, 2.2)
    collar = rng.choice(["none", "stand", "fold", "roll", "scarf", "hood"], p=[0.3, 0.1, 0.25, 0.1, 0.05, 0.2])
    return Fit(
        trunk=0.002 + 0.03 * loose,
        shoulder=0.002 + 0.018 * loose,
        cuff=0.002 + 0.03 * loose * rng.uniform(0.2, 1.2),
        thigh=0.0,
        hem=0.0,
        taut=int(5 + 40 * loose),
        length=rng.uniform(0.02, 0.2),
        flare=rng.uniform(-0.25, 0.2),
        collar=str(collar),
        collar_size=rng.uniform(0.6, 1.2),
        thickness=rng.uniform(0.002, 0.006),
        folds=sample_folds(rng, 0.3 + 1.2 * loose),
    )


def _dress(rng: np.random.Generator) -> Fit:
    return replace(
        _top(rng),
        length=rng.uniform(0.12, 0.9),
        flare=rng.choice([rng.uniform(-0.12, 0.05), rng.uniform(0.05, 0.5)]),
        collar=str(rng.choice(["none", "stand", "fold", "roll"], p=[0.6, 0.1, 0.2, 0.1])),
        folds=sample_folds(rng, rng.uniform(0.2, 1.6)),
    )


def _skirt(rng: np.random.Generator) -> Fit:
    return replace(_dress(rng), trunk=rng.uniform(0.002, 0.01), thigh=0.004, taut=int(rng.integers(10, 40)))


def _trousers(rng: np.random.Generator) -> Fit:
    """From leggings to wide trousers."""
    loose = rng.beta(1.1, 2.0)
    return Fit(
        trunk=0.002 + 0.01 * loose,
        shoulder=0.0,
        cuff=0.0,
        thigh=0.002 + 0.03 * loose,
        hem=0.003 + 0.06 * loose * rng.uniform(0.2, 1.1),
        taut=int(6 + 30 * loose),
        length=0.0,
        flare=0.0,
        collar="none",
        collar_size=1.0,
        thickness=rng.uniform(0.002, 0.005),
        folds=sample_folds(rng, 0.2 + 1.3 * loose),
    )


def sample_upper(rng: np.random.Generator, shoe: Shoe) -> Fit:
    """How a shoe's upper and shaft sit."""
    return Fit(
        trunk=shoe.shaft,
        shoulder=0.0,
        cuff=0.0,
        thigh=shoe.shaft,
        hem=shoe.upper,
        taut=3,
        length=0.0,
        flare=0.0,
        collar="none",
        collar_size=1.0,
        thickness=rng.uniform(0.002, 0.005),
        folds=sample_folds(rng, rng.uniform(0, 0.3)),
    )
