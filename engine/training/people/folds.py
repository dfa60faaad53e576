"""Folds as heights on cloth: wrinkles where joints bend, surplus at the ends of sleeves and legs, unevenness."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.training.people.cutting import Limits
from engine.training.people.fitting import Folds

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

_Bend = tuple[str, str, str, float, float]

_BENDS: dict[str, _Bend] = {
    "elbow": ("upperarm01", "lowerarm01", "wrist", 0.1, 1.0),
    "shoulder": ("clavicle", "upperarm01", "lowerarm01", 0.08, 0.7),
    "knee": ("upperleg01", "lowerleg01", "foot", 0.12, 1.0),
    "hip": ("spine05", "upperleg01", "lowerleg01", 0.12, 0.9),
}
"""Bones before, at and behind a joint, metres along the limb that wrinkle, share of the wrinkles' full height."""

_RESTING = 0.45
"""Share of the wrinkles that straight limbs keep."""


def fold_heights(
    points: Float32, rest: Float32, limits: Limits, side: Float64, heads: Mapping[str, Float64], folds: Folds
) -> Float64:
    """Heights (N,) in metres, at most half of each fold's stated one up or down, of posed points (N, 3).

    rest: the same points on the rest pose. limits, side: of the points. heads: posed beginnings of bones.
    """
    noise = np.sin(rest @ folds.waves.T + folds.phases).mean(axis=1)
    total = folds.overall * noise
    for sign, letter in ((1.0, "L"), (-1.0, "R")):
        own = side == sign
        for joint, (before, at, behind, radius, share) in _BENDS.items():
            belongs = own & _members(joint, limits)
            if belongs.any():
                chain = [
                    heads[name if name.startswith("spine") else f"{name}.{letter}"] for name in (before, at, behind)
                ]
                height = 0.5 * folds.bend * share
                total[belongs] += height * _wrinkles(points[belongs], chain, radius, folds.spacing, noise[belongs])
    return total + 0.5 * folds.bunch * _bunched(limits, noise)


def _members(joint: str, limits: Limits) -> NDArray[np.bool_]:
    if joint in ("elbow", "shoulder"):
        return limits.arm > 0.3
    return (limits.arm < 0.3) & (limits.leg < 2.6)


def _wrinkles(points: Float32, chain: list[Float64], radius: float, spacing: float, noise: Float64) -> Float64:
    """Wrinkles (N,), -1..1, across a limb: dense and high inside the bend, fanning out to its outer side."""
    before, at, behind = chain
    u, v = _unit(at - before), _unit(behind - at)
    bend = float(np.arccos(np.clip(u @ v, -1, 1)))
    inward = v - u
    spoke = points - at
    along = spoke @ _unit(u + v)
    across = spoke - along[:, None] * _unit(u + v)
    towards = across @ _unit(inward) if np.linalg.norm(inward) > 0.1 else np.zeros(len(points))
    inner = 0.5 + 0.5 * towards / np.maximum(np.linalg.norm(across, axis=1), 1e-6)
    phase = along / (spacing * (1.5 - 0.7 * inner)) * np.pi + 1.6 * noise
    strength = (_RESTING + (1 - _RESTING) * np.sin(bend / 2)) * (0.3 + 0.7 * inner)
    return strength * np.exp(-((along / radius) ** 2)) * ridges(phase)


def _bunched(limits: Limits, noise: Float64) -> Float64:
    """Rings (N,), -1..1, of surplus length above the ankle and the wrist."""
    leg, arm = np.clip(limits.leg, 0, None) * 0.4, np.clip(2 - limits.sleeve, 0, None) * 0.25
    end = np.where(limits.arm > 0.5, arm, leg)
    return np.exp(-((end / 0.08) ** 2)) * ridges(end / 0.042 * np.pi + 1.4 * noise)


def hanging_waves(hem: Float32, rows: int, folds: Folds) -> Float64:
    """Heights (rows, K), -0.5..0.5, of the waves in hanging cloth with the given hem (K, 3); they grow downward."""
    steps = np.linalg.norm(np.diff(hem, axis=0, append=hem[:1]), axis=1)
    around = np.cumsum(steps) / steps.sum()
    number, phase, share = folds.around.T
    wave = 0.5 * np.sum(share * np.cos(2 * np.pi * around[:, None] * number + phase), axis=1)
    return np.linspace(0, 1, rows)[:, None] ** 0.8 * wave


def ridges(phase: Float64) -> Float64:
    """Round ridges between narrow valleys, -1..1, one per pi."""
    return 2 * np.abs(np.sin(phase)) - 1


def _unit(vector: Float64) -> Float64:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
