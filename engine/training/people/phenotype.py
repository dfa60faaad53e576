"""Random bodies and faces: who the person is."""

from collections.abc import Mapping

import numpy as np

_EXPRESSIONS: tuple[tuple[tuple[str, ...], float], ...] = (
    (("mouthSmileLeft", "mouthSmileRight"), 0.8),
    (("mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "cheekSquintRight", "jawOpen"), 0.35),
    (("jawOpen",), 0.3),
    (("browInnerUp", "browOuterUpLeft", "browOuterUpRight"), 0.6),
    (("browDownLeft", "browDownRight"), 0.6),
    (("mouthFrownLeft", "mouthFrownRight"), 0.4),
    (("eyeSquintLeft", "eyeSquintRight"), 0.6),
    (("mouthPucker",), 0.5),
)
"""ARKit actions that move together, and their greatest strength."""

_AGES = ((0.14, 0.20, 0.40), (0.10, 0.40, 0.55), (0.52, 0.55, 0.80), (0.24, 0.80, 1.0))
"""(probability, from, to) on anny's scale: 0 baby, 1/3 child, 2/3 young adult, 1 old."""

ADULT = 0.5
"""Age from which people are grown up."""


def sample_phenotype(rng: np.random.Generator) -> dict[str, float]:
    """anny's phenotype parameters, all in 0..1."""
    group = _AGES[rng.choice(len(_AGES), p=[p for p, _, _ in _AGES])]
    race = rng.dirichlet([0.5, 0.5, 0.5])
    return {
        "gender": float(np.clip((rng.uniform() < 0.5) + rng.normal(0, 0.1), 0, 1)),
        "age": rng.uniform(group[1], group[2]),
        "muscle": float(np.clip(rng.normal(0.5, 0.2), 0, 1)),
        "weight": _weight(rng),
        "height": float(np.clip(rng.normal(0.45, 0.2), 0, 1)),
        "proportions": float(np.clip(rng.normal(0.55, 0.25), 0, 1)),
        "cupsize": rng.beta(2, 2.5),
        "firmness": rng.beta(3, 2),
        "african": float(race[0]),
        "asian": float(race[1]),
        "caucasian": float(race[2]),
    }


def _weight(rng: np.random.Generator) -> float:
    """Mostly about the mean, with more very slim and very heavy people than a bell curve has."""
    build = rng.choice(["usual", "slim", "heavy"], p=[0.7, 0.12, 0.18])
    return float(
        {"usual": np.clip(rng.normal(0.5, 0.2), 0, 1), "slim": rng.uniform(0, 0.2), "heavy": rng.uniform(0.75, 1)}[
            build
        ]
    )


def sample_expression(rng: np.random.Generator) -> Mapping[str, float]:
    """A mild facial expression; a third of the faces are neutral."""
    if rng.uniform() < 0.33:
        return {}
    actions, strength = _EXPRESSIONS[rng.integers(len(_EXPRESSIONS))]
    value = strength * rng.uniform(0.2, 1)
    return dict.fromkeys(actions, value)
