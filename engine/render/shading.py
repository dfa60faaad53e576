"""Light on a person: a few soft lights, mild highlights, and creases darkened by what surrounds them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate, normalize, pad

GAMMA = 2.2


@dataclass(frozen=True)
class Light:
    """A distant light. direction: unit vector towards it in camera space (x right, y down, z away from the camera).

    color: linear RGB. wrap: 0 = a point far away (Lambert), 1 = a hemisphere that lights every side a little.
    """

    direction: tuple[float, float, float]
    color: tuple[float, float, float]
    wrap: float = 0.0


@dataclass(frozen=True)
class Lighting:
    """lights: the first is the key light (it makes the highlight). gloss: strength of the highlight in [0, 1].

    shininess: Blinn-Phong exponent. occlusion: strength of the darkening in creases. shadow: how much of the key light
    a cast shadow takes away, 0 = no shadows.
    """

    lights: tuple[Light, ...]
    gloss: float = 0.0
    shininess: float = 20.0
    occlusion: float = 1.0
    shadow: float = 0.0


NEUTRAL = Lighting(
    (
        Light((-0.45, -0.6, -0.66), (0.55, 0.55, 0.55), 0.15),
        Light((0.7, -0.1, -0.7), (0.22, 0.22, 0.22), 0.4),
        Light((0.0, -0.8, -0.6), (0.38, 0.38, 0.38), 1.0),
    ),
    gloss=0.03,
)
"""Soft white studio light from the front, upper left."""


def random_lighting(rng: np.random.Generator) -> Lighting:
    """Key light from anywhere in front, fill, sky and ground light of random colours; half the time with shadows."""
    key = Light(_direction(rng, 75, (-60, 15)), _tint(rng, 0.12), rng.uniform(0, 0.5))
    fill = Light(_direction(rng, 120, (-30, 30)), _tint(rng, 0.2), rng.uniform(0.3, 1))
    sky = Light((0.0, -0.9, -0.43), _tint(rng, 0.15), 1.0)
    ground = Light((0.0, 0.9, -0.43), _tint(rng, 0.25), 1.0)
    shares = rng.dirichlet([3.0, 1.2, 2.5, 0.8]) * rng.uniform(0.75, 1.3)
    lights = [
        Light(one.direction, _scaled(one.color, s), one.wrap)
        for one, s in zip((key, fill, sky, ground), shares / [0.7, 0.7, 0.75, 0.75], strict=True)
    ]
    return Lighting(tuple(lights), rng.uniform(0, 0.12), rng.uniform(5, 40), rng.uniform(0.5, 1.3), _shadow(rng))


def shade(
    albedo: Tensor, normals: Tensor, rays: Tensor, occlusion: Tensor, key_share: Tensor, lighting: Lighting
) -> Tensor:
    """sRGB albedo (N, 3) in [0, 255] -> lit sRGB colour (N, 3) in [0, 255].

    normals: (N, 3) unit, towards the viewer. rays: (N, 3) unit, from the camera. occlusion: (N,) share of the
    surroundings that is open, in (0, 1]; it dims a light the more the wider the light is. key_share: (N,) share of the
    key light that arrives, in [0, 1].
    """
    key = lighting.lights[0]
    diffuse = torch.zeros_like(albedo)
    for light in lighting.lights:
        lambert = ((normals @ albedo.new_tensor(light.direction) + light.wrap) / (1 + light.wrap)).clamp(min=0)
        arriving = occlusion ** (0.4 + 0.6 * light.wrap) * (key_share if light is key else 1.0)
        diffuse += (lambert * arriving)[:, None] * albedo.new_tensor(light.color)
    half = normalize(albedo.new_tensor(key.direction) - rays, dim=1)
    highlight = lighting.gloss * (normals * half).sum(1).clamp(min=0) ** lighting.shininess * occlusion * key_share
    linear = (albedo / 255) ** GAMMA * diffuse + highlight[:, None] * albedo.new_tensor(key.color)
    return linear.clamp(0, 1) ** (1 / GAMMA) * 255


def ambient_occlusion(offsets: Tensor, mask: Tensor, pixel: float, strength: float) -> Tensor:
    """Share of the surroundings that is open, (H, W) in (0, 1], from how far a point lies behind its neighbourhood.

    offsets: (H, W) distance along the view axis, camera units. mask: (H, W) bool. pixel: camera units per pixel.
    """
    stride = max(1, round(0.003 / pixel))
    depth = torch.where(mask, offsets, 0)[None, None, ::stride, ::stride]
    inside = mask[None, None, ::stride, ::stride].float()
    dark = torch.zeros_like(depth)
    for radius in (0.008, 0.03):
        size = 2 * max(1, round(radius / (pixel * stride))) + 1
        mean = _blur(depth, size) / _blur(inside, size).clamp(min=1e-6)
        dark += ((depth - mean) * inside).clamp(0, 2 * radius) / radius
    dark = interpolate(_blur(dark, 3), size=offsets.shape, mode="bilinear", align_corners=False)
    return torch.exp(-0.7 * strength * dark[0, 0])


def _blur(values: Tensor, size: int) -> Tensor:
    """Mean over size x size pixels (odd) of (1, 1, H, W), 0 beyond the border, from running sums."""
    for axis in (2, 3):
        margin = (size // 2 + 1, size // 2) if axis == 3 else (0, 0, size // 2 + 1, size // 2)
        sums = pad(values, margin).cumsum(axis)
        length = sums.shape[axis] - size
        values = (sums.narrow(axis, size, length) - sums.narrow(axis, 0, length)) / size
    return values


def _direction(rng: np.random.Generator, side: float, height: tuple[float, float]) -> tuple[float, float, float]:
    """Towards the viewer's side: up to `side` degrees left or right, between two elevations (negative = above)."""
    azimuth, elevation = np.radians(rng.uniform(-side, side)), np.radians(rng.uniform(*height))
    flat = np.cos(elevation)
    return float(np.sin(azimuth) * flat), float(np.sin(elevation)), float(-np.cos(azimuth) * flat)


def _tint(rng: np.random.Generator, spread: float) -> tuple[float, float, float]:
    """A colour between warm and cool with a mean of 1."""
    warm, green = rng.normal(0, spread), rng.normal(0, spread / 4)
    return _scaled((max(0.2, 1 + warm), max(0.2, 1 + green), max(0.2, 1 - warm)), 1.0)


def _shadow(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.3, 1)) if rng.random() < 0.5 else 0.0


def _scaled(color: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    return color[0] * factor, color[1] * factor, color[2] * factor
