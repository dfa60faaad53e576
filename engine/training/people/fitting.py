"""How loosely sewn clothes sit: the numbers by which two people's garments of one cut differ."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

COLLARS = {
    "none": ((0.0, 0.0), (0.002, 0.006), (0.002, 0.012), (0.003, 0.018), (0.003, 0.024), (0.003, 0.03)),
    "stand": ((0.0, 0.0), (0.003, 0.012), (0.004, 0.024), (0.005, 0.036), (0.006, 0.046), (0.008, 0.052)),
    "fold": ((0.0, 0.0), (0.004, 0.02), (0.008, 0.036), (0.02, 0.036), (0.034, 0.012), (0.046, -0.014)),
    "roll": ((0.0, 0.0), (0.006, 0.03), (0.012, 0.056), (0.024, 0.06), (0.03, 0.036), (0.026, 0.006)),
    "scarf": ((0.0, 0.01), (0.045, 0.0), (0.075, 0.035), (0.066, 0.075), (0.03, 0.09), (0.012, 0.06)),
    "hood": ((0.0, 0.0), (0.02, 0.035), (0.055, 0.05), (0.09, 0.015), (0.1, -0.06), (0.06, -0.12)),
}
"""Profiles of what continues the neckline, one pair per row: metres away from the neck and along it."""


@dataclass(frozen=True)
class Folds:
    """Heights of folds in metres, valley to ridge, at the joints that bend, in cloth that hangs, where surplus length
    bunches, and everywhere. spacing: metres between the wrinkles at a joint. waves: (K, 3) radians per metre and
    phases (K,) of the unevenness; hang: (J, 3) number around, phase and share of the waves in hanging cloth."""

    bend: float
    hang: float
    bunch: float
    overall: float
    spacing: float
    waves: Float64
    phases: Float64
    around: Float64


@dataclass(frozen=True)
class Fit:
    """Metres unless said otherwise.

    trunk, shoulder, cuff, thigh, hem: how far the cloth stands off the bridged body at the trunk, at the upper and the
    lower end of a sleeve and of a leg. taut: rounds of tightening by which cloth bridges hollows. length, flare: of
    cloth that hangs from the hem, flare per metre of length. collar, collar_size: profile and its factor. thickness: of
    the edges. tapered: width of the border in which the looseness grows from nothing, 0 for none.
    """

    trunk: float
    shoulder: float
    cuff: float
    thigh: float
    hem: float
    taut: int
    length: float
    flare: float
    collar: str
    collar_size: float
    thickness: float
    folds: Folds
    tapered: float = 0.0

    @property
    def bulk(self) -> float:
        """How much wider than the body the trunk and thighs are, metres."""
        return self.trunk + max(0.0, min(self.length, 0.3) * self.flare)


def sample_folds(rng: np.random.Generator, amount: float) -> Folds:
    """Folds of random directions; amount: 0 smooth, 1 as in a shirt, 2 as in a wide coat."""
    length = rng.uniform(0.07, 0.3, 5)
    direction = rng.normal(0, 1, (5, 3)) * [1, 1, 0.5]
    waves = 2 * np.pi / length[:, None] * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    around = np.stack([rng.integers(3, 13, 4), rng.uniform(0, 2 * np.pi, 4), rng.dirichlet([1.0] * 4)], axis=1)
    return Folds(
        bend=amount * rng.uniform(0.008, 0.028),
        hang=amount * rng.uniform(0.008, 0.045),
        bunch=amount * rng.uniform(0.0, 0.011),
        overall=amount * rng.uniform(0.002, 0.01),
        spacing=rng.uniform(0.035, 0.06),
        waves=waves,
        phases=rng.uniform(0, 2 * np.pi, 5),
        around=around,
    )
