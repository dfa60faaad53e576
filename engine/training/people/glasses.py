"""Spectacles and sunglasses."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.networks.cloths import Cloth
from engine.training.people.assembly import Layer
from engine.training.people.material import Material, random_color
from engine.training.people.procedural import two_colors
from engine.training.people.props import BOX, LOOP, box_points, loop_points

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

_BEFORE = 0.03
"""Metres from an eye's centre to its glass."""


def glasses(rng: np.random.Generator, bones: Mapping[str, int], heads: Float32) -> list[Layer]:
    """Two rims or dark glasses and two temples on a head with posed bone heads (B, 3)."""
    axes, eyes = _face(bones, heads)
    apart = float(np.linalg.norm(eyes[0] - eyes[1]))
    size = apart * np.array([rng.uniform(0.68, 0.9), 0.12, rng.uniform(0.5, 0.8)])
    dark = rng.uniform() < 0.5
    color = rng.uniform(0.02, 0.12, 3).astype(np.float32) if dark else random_color(rng)
    material = Material("pattern_plain", two_colors(color, color))
    surface, shape = (BOX, box_points()) if dark else (LOOP, loop_points())
    layers = []
    for eye, sign in zip(eyes, (1.0, -1.0), strict=True):
        glass = eye + _BEFORE * axes[1] * -1
        layers.append(_placed(surface, shape * size, axes, glass, material))
        length = 2.6 * apart
        hinge = glass + sign * 0.5 * apart * axes[0] + 0.5 * length * axes[1]
        layers.append(_placed(BOX, box_points() * [0.003, length, 0.005], axes, hinge, material))
    return layers


def _face(bones: Mapping[str, int], heads: Float32) -> tuple[Float64, Float64]:
    """Axes (3, 3) to the face's left, back and up, and the centres (2, 3) of the eyes."""
    eyes = heads[[bones["eye.L"], bones["eye.R"]]].astype(np.float64)
    left = eyes[0] - eyes[1]
    left /= np.linalg.norm(left)
    up = heads[bones["head"]].astype(np.float64) - heads[bones["neck01"]]
    back = np.cross(up, left)
    back /= np.linalg.norm(back)
    back *= np.sign(back @ (heads[bones["head"]] - eyes.mean(axis=0)))
    return np.stack([left, back, np.cross(left, back)]), eyes


def _placed(surface: str, points: Float64, axes: Float64, centre: Float64, material: Material) -> Layer:
    return Layer(surface, (points @ axes + centre).astype(np.float32), (material,), (Cloth.BARE,))
