"""Hair, beards and caps that are shells around the head, cut from its skin."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.training.people.body import Body
from engine.training.people.fitting import Fit, sample_folds

Float64 = NDArray[np.float64]

CROP, BOB, BEARD, BEANIE, BRIMMED = "hair_crop", "hair_bob", "beard", "cap_beanie", "cap_brimmed"

_EAR = (-0.05, 0.764)
"""y of the ear on the template and the height just above it."""


def head_edges(body: Body) -> dict[str, tuple[dict[str, Float64], dict[str, int]]]:
    """Name -> (limits (V,) on the template, positive inside; rows that continue them)."""
    hairline, band = _line(body, 0.42, 1.0), _line(body, 0.3, 0.4)
    front = body.template[:, 1] < -0.095
    bob = {"front": hairline + np.where(front, 0.0, 0.03), "fall": hairline + np.where(front, 0.03, 0.0)}
    return {
        CROP: ({"front": hairline}, {}),
        BOB: (bob, {"fall": 12}),
        BEARD: ({"front": _chin(body)}, {}),
        BEANIE: ({"band": band}, {}),
        BRIMMED: ({"brim": band}, {"brim": 5}),
    }


def _line(body: Body, ahead: float, behind: float) -> Float64:
    """Metres above a line around the head that rises forward from the ear and falls behind it by the given slopes."""
    y, z = body.template[:, 1].astype(np.float64), body.template[:, 2].astype(np.float64)
    forward = _EAR[0] - y
    return z - _EAR[1] - np.where(forward > 0, ahead, behind) * forward


def _chin(body: Body) -> Float64:
    """Positive on chin and jaw below the mouth, before the ears."""
    x, y, z = body.template.T.astype(np.float64)
    return np.minimum.reduce([0.648 + 0.75 * np.abs(x) - z, -0.062 - y, z - 0.612, 0.08 - np.abs(x)])


def sample_shell(rng: np.random.Generator, name: str) -> Fit:
    """How thick and how long a shell around the head is."""
    waves = sample_folds(rng, 1.0)
    volume = {
        CROP: rng.uniform(0.004, 0.03) if rng.uniform() < 0.75 else rng.uniform(0.03, 0.085),
        BOB: rng.uniform(0.012, 0.035),
        BEARD: rng.choice([rng.uniform(0.002, 0.008), rng.uniform(0.01, 0.035)]),
        BEANIE: rng.uniform(0.008, 0.03),
        BRIMMED: rng.uniform(0.008, 0.025),
    }[name]
    uneven = {BEANIE: 0.003, BRIMMED: 0.002}.get(name, min(0.012, 0.3 * volume))
    folds = replace(waves, waves=3.0 * waves.waves, bend=0.0, bunch=0.0, overall=uneven, hang=0.3 * waves.hang)
    hair = name in (CROP, BEARD)
    return Fit(
        trunk=volume,
        shoulder=0.0,
        cuff=0.0,
        thigh=volume,
        hem=volume,
        taut=2 if name == BEARD else 8,
        length=rng.uniform(0.04, 0.12) if name == BRIMMED else rng.uniform(0.05, 0.19),
        flare=rng.uniform(-0.3, 0.1),
        collar=str(rng.choice(["visor", "brim"], p=[0.7, 0.3])),
        collar_size=1.0,
        thickness=0.001 if hair else rng.uniform(0.003, 0.006),
        folds=folds,
        tapered=min(0.04, 1.3 * volume) if hair else 0.0,
    )


def brim(seam: Float64, count: int, fit: Fit, heads: Mapping[str, Float64]) -> Float64:
    """Rows (count, K, 3) of a brim around a cap, or of a visor in front."""
    middle = 0.5 * (heads["eye.L"] + heads["eye.R"])
    left = heads["eye.L"] - heads["eye.R"]
    left = left / np.linalg.norm(left)
    centre = seam.mean(axis=0)
    up = np.cross(left, centre - middle)
    up *= np.sign(up @ (centre - heads["neck01"])) / max(float(np.linalg.norm(up)), 1e-9)
    forward = np.cross(up, left)
    forward *= np.sign(forward @ (middle - heads["head"]))
    away = seam - centre - ((seam - centre) @ up)[:, None] * up
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    reach = np.ones(len(seam)) if fit.collar == "brim" else np.clip(1.6 * (away @ forward) - 0.6, 0, 1) ** 0.6
    steps = np.linspace(0, 1, count + 1)[1:, None, None] * fit.length
    drop = 0.25 + 0.35 * np.abs(away @ left)
    return seam + steps * reach[None, :, None] * (away - drop[:, None] * up)[None]
