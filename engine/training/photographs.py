"""Turns a clean rendering into what the networks meet in use: a photo and a segmenter's mask.

The sizes of the mask's errors come from measurements of refined masks on real pictures.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import signed_distance
from engine.render.backdrop import random_backdrop
from engine.render.maps import RenderedView
from engine.render.shading import GAMMA

Float32 = NDArray[np.float32]


def develop(
    rendered: RenderedView, rng: np.random.Generator, behind: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """The lit person before `behind`, else a random background, as a camera would have taken it: HxWx3 uint8 sRGB (not
    masked)."""
    backdrop = random_backdrop(rng, *rendered.mask.shape) if behind is None else behind
    picture = np.where(rendered.mask[..., None], rendered.front.shaded, backdrop)
    light = (picture.astype(np.float32) / 255) ** GAMMA
    light *= _exposure(rng, float(light[rendered.mask].mean()) if rendered.mask.any() else 1.0)
    light = _blurred(light, rng, rendered.window.step)
    graded = _graded(light.clip(0, 1) ** (1 / GAMMA), rng)
    noisy = _noisy(graded, rng, rendered.window.step)
    return _compressed(_low_resolution(noisy, rng, rendered.window.step), rng, rendered.window.step)


def segmented(rendered: RenderedView, rng: np.random.Generator) -> NDArray[np.bool_]:
    """The person's mask as a segmenter gives it: contour off by up to about 3 canvas pixels, filled gaps, bites."""
    step = rendered.window.step
    distance = signed_distance(rendered.mask) * step
    level = rng.normal(0, 1.0) + _smooth_noise(rng, distance.shape) * rng.uniform(0, 1.5)
    mask = (distance > level.clip(-3, 3)).astype(np.uint8)
    if rng.random() < 0.2:
        size = 2 * round(rng.uniform(3, 10) / step) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc), np.uint8)
    for _ in range(rng.poisson(1.0)):
        _bite(mask, rng, step)
    return mask > 0


def cut_rows(rendered: RenderedView, rng: np.random.Generator) -> tuple[float, float]:
    """First and last canvas row that the photo shows: in every eighth the feet, in some the crown are cut off."""
    rows = np.flatnonzero(rendered.mask.any(axis=1)) * rendered.window.step
    low, high = (rows[0], rows[-1]) if len(rows) else (0.0, 0.0)
    top = low + (high - low) * rng.uniform(0.01, 0.08) if rng.random() < 0.03 else -np.inf
    bottom = high - (high - low) * rng.uniform(0.02, 0.5) if rng.random() < 0.12 else np.inf
    return top, bottom


def cut_off(photo: NDArray[np.uint8], step: float, rows: tuple[float, float]) -> NDArray[np.uint8]:
    """The photo (H, W, 3) with its border repeated beyond the canvas rows that it shows, as framing does it."""
    height = len(photo)
    first, last = (int(np.clip(row / step, 0, height - 1)) for row in rows)
    return photo[np.arange(height).clip(first, last)]


def _exposure(rng: np.random.Generator, mean: float) -> Float32:
    """Gain per channel of linear light: half-way automatic exposure (mean: of the person) and white balance."""
    automatic = np.clip(0.25 / max(mean, 1e-3), 0.5, 2.0) ** 0.5
    balance = np.exp(rng.normal(0, 0.06, 3))
    return (automatic * 2 ** rng.normal(0, 0.3) * balance / balance.mean()).astype(np.float32)


def _blurred(light: Float32, rng: np.random.Generator, step: float) -> Float32:
    """Lens, enlargement: mostly sharp, sometimes several canvas pixels wide."""
    sigma = float(np.exp(rng.normal(0.1, 0.6))) / step
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32) if sigma > 0.25 else light


def _graded(picture: Float32, rng: np.random.Generator) -> Float32:
    """Brightness, contrast and saturation between .7 and 1.1 of the original, as in the method's training."""
    brightness, contrast, saturation = rng.uniform(0.7, 1.1, 3).astype(np.float32)
    picture = picture * brightness
    mean = picture.mean()
    picture = mean + (picture - mean) * contrast
    grey = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    return grey[..., None] + (picture - grey[..., None]) * saturation


def _noisy(picture: Float32, rng: np.random.Generator, step: float) -> NDArray[np.uint8]:
    """Sensor noise, shot and read; a picture made smaller averages some of it away."""
    sigma = rng.exponential(0.012) / min(step, 2.0)
    grain = rng.standard_normal(picture.shape, np.float32)
    noise = grain * np.float32(sigma) * np.sqrt(picture.clip(0.05, 1))
    return ((picture + noise).clip(0, 1) * 255).round().astype(np.uint8)


def _low_resolution(picture: NDArray[np.uint8], rng: np.random.Generator, step: float) -> NDArray[np.uint8]:
    """Every sixth picture comes from a small photo, its pixels up to six canvas pixels wide, and was enlarged."""
    pixel = rng.uniform(1.5, 6) / step
    if rng.random() > 1 / 6 or pixel < 1.2:
        return picture
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (round(width / pixel), round(height / pixel)), interpolation=cv2.INTER_AREA)
    quality = int(rng.uniform(70, 96))
    data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.resize(cv2.imdecode(data, cv2.IMREAD_COLOR), (width, height), interpolation=cv2.INTER_CUBIC))


def _compressed(picture: NDArray[np.uint8], rng: np.random.Generator, step: float) -> NDArray[np.uint8]:
    """JPEG at a quality that keeps artefacts as small as they would be in a picture that was then made smaller."""
    quality = int(rng.uniform(60, 98) if step <= 2 else rng.uniform(88, 99))
    data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _smooth_noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Float32:
    """Unit noise that varies over about 2 % of the picture."""
    coarse = rng.standard_normal((48, 48), np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _bite(mask: NDArray[np.uint8], rng: np.random.Generator, step: float) -> None:
    """Take a small disc away from the mask at its contour, or add one, in place."""
    contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    if not contours:
        return
    contour = max(contours, key=len)
    centre = contour[rng.integers(len(contour)), 0].tolist()
    cv2.circle(mask, centre, round(rng.uniform(4, 24) / step), (int(rng.integers(2)),), cv2.FILLED)
