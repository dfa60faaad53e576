"""Made-up patches of cloth, hair and hands in relief: where `engine.training.relief` learns how light shows shape.

A patch is a height field on a curved base, given a material that has nothing to do with its shape (prints, stripes,
washed-out dye) and lit from a random side, mostly from above. All lengths are pixels of the patch, heights point
towards the camera.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.render.shading import GAMMA

Float = NDArray[np.float32]

STEEPEST = 1.2
"""Largest slope of the base at the patch's middle."""


@dataclass(frozen=True)
class Patch:
    """picture: (S, S, 3) uint8 sRGB. base, height: (S, S) float32 heights, of what is known of the shape beforehand and
    of the relief on it."""

    picture: NDArray[np.uint8]
    base: Float
    height: Float


def sample_patch(rng: np.random.Generator, size: int) -> Patch:
    """A random patch."""
    base = _base(rng, size)
    height = np.zeros((size, size), np.float32)
    for make, chance in _RELIEFS:
        if rng.random() < chance:
            height += make(rng, size)
    albedo = _albedo(rng, size)
    if rng.random() < 0.3:
        step, side = _hem(rng, size)
        height += step
        other = _albedo(rng, size) if rng.random() < 0.7 else albedo
        albedo = np.where(side[..., None], other, albedo)
    return Patch(_developed(rng, _lit(rng, albedo, base + height)), base, height)


def smooth_noise(rng: np.random.Generator, size: int, wavelength: float) -> Float:
    """Noise of unit variance that varies over about `wavelength` pixels."""
    cells = max(4, round(size / wavelength * 2) + 3)
    return np.asarray(
        cv2.resize(rng.standard_normal((cells, cells), np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    )


def slopes(height: Float) -> tuple[Float, Float]:
    """Derivatives along columns and rows, central differences."""
    rows, columns = np.gradient(height)
    return columns, rows


def _grid(size: int) -> tuple[Float, Float]:
    line = np.arange(size, dtype=np.float32) - size / 2
    x, y = np.meshgrid(line, line)
    return x, y


def _along(rng: np.random.Generator, size: int) -> tuple[Float, Float]:
    """Coordinates across and along a random direction through a random place."""
    x, y = _grid(size)
    angle = rng.uniform(0, pi)
    x, y = x - rng.uniform(-0.4, 0.4) * size, y - rng.uniform(-0.4, 0.4) * size
    return x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)


def _base(rng: np.random.Generator, size: int) -> Float:
    """Part of a limb or a trunk: an inclined, bent surface."""
    across, along = _along(rng, size)
    slope = rng.uniform(-STEEPEST, STEEPEST, 2) * rng.uniform(0, 1)
    bend = rng.uniform(-0.2, 1.0) / size
    wave = smooth_noise(rng, size, size) * rng.uniform(0, 3)
    return np.asarray(slope[0] * across + slope[1] * along - bend * across**2 / 2 + wave, np.float32)


def _folds(rng: np.random.Generator, size: int) -> Float:
    """Ridges side by side, round or sharp, that come and go."""
    across, _ = _along(rng, size)
    length = float(np.exp(rng.uniform(np.log(7), np.log(64))))
    phase = 2 * pi * across / length + smooth_noise(rng, size, 3 * length) * rng.uniform(0.3, 1.5)
    phase += smooth_noise(rng, size, size) * rng.uniform(0, 2)
    ridge = (0.5 + 0.5 * np.sin(phase)) ** rng.uniform(0.8, 3.0)
    sign = 1 if rng.random() < 0.75 else -1
    return _fading(rng, size, sign * ridge * rng.uniform(0.1, 0.8) * length / pi)


def _fan(rng: np.random.Generator, size: int) -> Float:
    """Creases that spread from one place, as from an armpit or a button."""
    x, y = _along(rng, size)
    radius = np.hypot(x, y) + 1
    count = rng.integers(3, 12)
    ridge = (0.5 + 0.5 * np.sin(count * np.arctan2(y, x) + smooth_noise(rng, size, 40))) ** rng.uniform(1, 2.5)
    width = 2 * pi * radius / count
    reach = rng.uniform(0.2, 0.6) * size
    return np.asarray(
        ridge * rng.uniform(0.1, 0.6) * np.minimum(width, 30) / pi * np.exp(-((radius / reach) ** 2)), np.float32
    )


def _fading(rng: np.random.Generator, size: int, height: NDArray) -> Float:
    strength = 1 / (1 + np.exp(-(smooth_noise(rng, size, 70) * 3 + rng.uniform(-4, 2))))
    return np.asarray(height * strength, np.float32)


def _lumps(rng: np.random.Generator, size: int) -> Float:
    """Crumpled cloth."""
    length = float(np.exp(rng.uniform(np.log(6), np.log(40))))
    noise = smooth_noise(rng, size, length)
    shaped = np.abs(noise) if rng.random() < 0.5 else noise
    return _fading(rng, size, shaped * length * rng.uniform(0.02, 0.12))


def _strands(rng: np.random.Generator, size: int) -> Float:
    """Hair or knitting: fine parallel ridges that wander."""
    return _stroked(rng, size) * np.float32(rng.uniform(0.3, 1.5))


def _stroked(rng: np.random.Generator, size: int) -> Float:
    """Unit noise that is long in one wandering direction."""
    across, along = _along(rng, size)
    across = across + smooth_noise(rng, size, size / 2) * rng.uniform(0, 12)
    length, width = rng.uniform(20, 80), rng.uniform(1.5, 4)
    texture = smooth_noise(rng, 4 * size, 4.0)
    columns = np.asarray(2 * size + across * 4 / width, np.float32)
    rows = np.asarray(2 * size + along * 4 / length, np.float32)
    return np.asarray(cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def _fingers(rng: np.random.Generator, size: int) -> Float:
    """Round bars side by side, with and without gaps."""
    across, along = _along(rng, size)
    radius, gap = rng.uniform(2.5, 8), rng.uniform(0.9, 1.2)
    count = rng.integers(2, 6)
    nearest = np.round(across / (2 * radius * gap)).clip(-count // 2, count // 2) * 2 * radius * gap
    beyond = np.maximum(np.abs(along) - rng.uniform(1, 6) * radius, 0)
    height = np.sqrt(np.maximum(radius**2 - (across - nearest) ** 2 - beyond**2, 0)) * rng.uniform(0.5, 1)
    return np.asarray(cv2.GaussianBlur(height.astype(np.float32), (0, 0), 0.7))


def _hem(rng: np.random.Generator, size: int) -> tuple[Float, NDArray[np.bool_]]:
    """The edge of a layer of cloth on another: the step, and where the upper one is."""
    across, _ = _along(rng, size)
    across = across + smooth_noise(rng, size, 60) * rng.uniform(0, 6)
    thickness, softness = rng.uniform(0.5, 5), rng.uniform(0.6, 2.5)
    step = thickness / (1 + np.exp(-(across / softness).clip(-30, 30)))
    return np.asarray(step, np.float32), across > 0


def _seam(rng: np.random.Generator, size: int) -> Float:
    """A groove, or a narrow band."""
    across, _ = _along(rng, size)
    across = across + smooth_noise(rng, size, size) * rng.uniform(0, 8)
    width = rng.uniform(0.8, 3)
    return np.asarray(rng.uniform(-1.2, 0.8) * np.exp(-((across / width) ** 2)), np.float32)


_RELIEFS: tuple[tuple[Callable[[np.random.Generator, int], Float], float], ...] = (
    (_folds, 0.5), (_folds, 0.35), (_fan, 0.25), (_lumps, 0.3), (_seam, 0.25), (_strands, 0.1), (_fingers, 0.08)
)  # fmt: skip
"""Kinds of relief and how often a patch has each; every eighth has none."""


def _albedo(rng: np.random.Generator, size: int) -> Float:
    """Linear colours (S, S, 3) of a material without any shape of its own."""
    grey, color = rng.uniform(0, 1) ** rng.uniform(0.7, 2.5), rng.uniform(0, 1, 3) ** 1.5
    color = (grey + rng.uniform(0, 0.7) * (color - grey)) * 0.85 + 0.02
    plain = np.broadcast_to(color, (size, size, 3)).astype(np.float32)
    for pattern, chance in ((_dyed, 0.5), (_printed, 0.3), (_woven, 0.3), (_streaked, 0.12)):
        if rng.random() < chance:
            plain = pattern(rng, plain)
    return plain.clip(0.004, 1)


def _dyed(rng: np.random.Generator, plain: Float) -> Float:
    """Brightness that drifts, as in washed jeans."""
    drift = smooth_noise(rng, len(plain), np.exp(rng.uniform(np.log(15), np.log(200))))
    return plain * np.exp(drift * rng.uniform(0, 0.3))[..., None].astype(np.float32)


def _printed(rng: np.random.Generator, plain: Float) -> Float:
    """Stripes, dots, checks or blots of another colour, sharp-edged."""
    size = len(plain)
    a, b = _along(rng, size)
    length = float(np.exp(rng.uniform(np.log(4), np.log(50))))
    wave_a, wave_b = np.sin(2 * pi * a / length), np.sin(2 * pi * b / length)
    value = {
        "stripes": lambda: wave_a,
        "dots": lambda: wave_a * wave_b,
        "checks": lambda: np.sign(wave_a) + np.sign(wave_b),
        "blots": lambda: smooth_noise(rng, size, length),
    }[str(rng.choice(["stripes", "dots", "checks", "blots"]))]()
    share = 1 / (1 + np.exp(-((value - rng.uniform(-0.3, 0.7)) * 12).clip(-30, 30)))
    other = rng.uniform(0, 1, 3) ** 1.5
    share = (share * rng.uniform(0.1, 1))[..., None]
    return np.asarray(plain * (1 - share) + other * share, np.float32)


def _woven(rng: np.random.Generator, plain: Float) -> Float:
    """Fine grain."""
    grain = smooth_noise(rng, len(plain), rng.uniform(1.5, 4))
    return plain * np.exp(grain * rng.uniform(0, 0.2))[..., None].astype(np.float32)


def _streaked(rng: np.random.Generator, plain: Float) -> Float:
    return plain * np.exp(_stroked(rng, len(plain)) * rng.uniform(0, 0.4))[..., None].astype(np.float32)


def _lit(rng: np.random.Generator, albedo: Float, height: Float) -> Float:
    """Linear picture (S, S, 3): one or two lights with cast shadows, the sky, and creases that see less of it."""
    columns, rows = slopes(height)
    normals = np.stack([-columns, -rows, np.ones_like(height)], -1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    shares = rng.dirichlet([2.5, 0.8, 2.5])
    open_share = _openness(height, rng.uniform(0.4, 1.6))
    total = shares[2] * open_share * (0.7 - 0.3 * normals[..., 1])
    light = np.zeros_like(albedo) + (total[..., None] * _tint(rng))
    for share in shares[:2]:
        toward = _direction(rng)
        wrap = rng.uniform(0, 0.5)
        lambert = np.maximum((normals @ toward + wrap) / (1 + wrap), 0)
        shadow = 1 - rng.uniform(0, 1) * (1 - _sunlit(height, toward))
        gloss = rng.uniform(0, 0.25) * np.maximum(normals @ _half(toward), 0) ** rng.uniform(5, 40)
        light += share * ((lambert + gloss) * shadow * np.sqrt(open_share))[..., None] * _tint(rng)
    return albedo * light


def _direction(rng: np.random.Generator) -> NDArray[np.float64]:
    """Towards a light: before the patch, in seven of eight cases from above (y points down)."""
    up = abs(rng.normal(0.6, 0.5)) * (-1 if rng.random() < 0.88 else 1)
    toward = np.array([rng.normal(0, 0.7), up, rng.uniform(0.2, 1.2)])
    return toward / np.linalg.norm(toward)


def _half(toward: NDArray[np.float64]) -> NDArray[np.float64]:
    half = toward + np.array([0, 0, 1])
    return half / np.linalg.norm(half)


def _tint(rng: np.random.Generator) -> Float:
    return np.exp(rng.normal(0, 0.1, 3)).astype(np.float32)


def _openness(height: Float, strength: float) -> Float:
    """Share of the sky that is seen, from how far a place lies below its surroundings."""
    closed = np.zeros_like(height)
    for sigma in (2.0, 5.0, 12.0):
        closed += np.maximum(cv2.GaussianBlur(height, (0, 0), sigma) - height, 0) / sigma
    return np.exp(-strength * closed)


_SHADOW_STEPS = (1, 2, 3, 5, 8, 12, 17, 24)


def _sunlit(height: Float, toward: NDArray[np.float64]) -> Float:
    """1 where the light arrives, 0 in cast shadow, with soft edges."""
    size = len(height)
    flat = float(np.hypot(toward[0], toward[1]))
    if flat < 1e-3:
        return np.ones_like(height)
    above = np.full_like(height, -np.inf)
    for step in _SHADOW_STEPS:
        x, y = step * toward[0] / flat, step * toward[1] / flat
        there = cv2.warpAffine(
            height, np.array([[1, 0, -x], [0, 1, -y]]), (size, size), borderMode=cv2.BORDER_REPLICATE
        )
        np.maximum(above, there - height - step * toward[2] / flat, out=above)
    return np.asarray(1 / (1 + np.exp((above * 2).clip(-30, 30))), np.float32)


def _developed(rng: np.random.Generator, light: Float) -> NDArray[np.uint8]:
    """As a camera takes it: exposure, blur, small pixels enlarged, noise, JPEG."""
    size = len(light)
    light = light * np.float32(np.exp(rng.normal(np.log(0.25), 0.5)) / max(float(light.mean()), 1e-3))
    sigma = float(np.exp(rng.normal(-0.4, 0.6)))
    sharp = light if sigma < 0.3 else np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32)
    picture = sharp.clip(0, 1) ** np.float32(1 / GAMMA)
    if rng.random() < 0.25:
        few = round(size / rng.uniform(1.2, 3.5))
        small = cv2.resize(picture, (few, few), interpolation=cv2.INTER_AREA)
        picture = np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)
    picture = picture + rng.standard_normal(picture.shape, np.float32) * np.float32(rng.exponential(0.01))
    coded = cv2.imencode(
        ".jpg", (picture.clip(0, 1) * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(50, 98))]
    )[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
