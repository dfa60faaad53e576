"""Turns a clean rendering into what the networks meet in use: a photo, a detector's mask and its key points.

The sizes of the errors come from measurements of MediaPipe's landmarks and of refined masks on real pictures.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL
from engine.networks.prior import body_height, camera_joints
from engine.render.backdrop import random_backdrop
from engine.render.maps import RenderedView
from engine.render.shading import GAMMA
from engine.skeleton import INDEX, KEYPOINTS

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

MEAN_ERRORS = {
    "nose": 0.9, "eye": 0.9, "ear": 0.78, "shoulder": 0.75, "elbow": 1.0, "wrist": 1.2, "hip": 1.04, "knee": 1.0,
    "ankle": 0.89, "big_toe": 1.02, "small_toe": 1.06, "heel": 1.04, "finger": 1.22,
}  # fmt: skip
"""Mean distance of a detected key point from the true one, in percent of the person's height."""

PARENTS = {
    "left_eye": "nose", "right_eye": "nose", "left_ear": "left_eye", "right_ear": "right_eye",
    "left_elbow": "left_shoulder", "left_wrist": "left_elbow", "left_knee": "left_hip", "left_ankle": "left_knee",
    "left_heel": "left_ankle", "left_big_toe": "left_ankle", "left_small_toe": "left_big_toe",
    "left_finger2": "left_wrist", "left_finger3": "left_finger2", "left_finger4": "left_finger3",
    "left_finger5": "left_finger4",
}  # fmt: skip
"""Along which joints errors in depth add up (the right side mirrors the left)."""

EXTREMITIES = tuple(
    [i for i, name in enumerate(KEYPOINTS) if name.startswith(side) and any(part in name for part in parts)]
    for side in ("left", "right")
    for parts in (("finger",), ("toe", "heel"))
)
"""Indices of the key points of each hand and foot; a detector loses them together."""

DEPTH_STEP = 0.009
"""Standard deviation of the error in depth that each bone adds, in person's heights (1.6 cm at 1.75 m)."""


def _sigma(name: str) -> float:
    part = next(key for key in MEAN_ERRORS if key in name)
    return MEAN_ERRORS[part] / 100 / np.sqrt(np.pi / 2)


_SIGMAS = np.array([_sigma(name) for name in KEYPOINTS])


def develop(rendered: RenderedView, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The lit person before a random background as a camera would have taken it: HxWx3 uint8 sRGB (not masked)."""
    height, width = rendered.mask.shape
    picture = np.where(rendered.mask[..., None], rendered.front.shaded, random_backdrop(rng, height, width))
    light = (picture.astype(np.float32) / 255) ** GAMMA
    light *= _exposure(rng, float(light[rendered.mask].mean()) if rendered.mask.any() else 1.0)
    light = _blurred(light, rng, rendered.window.step)
    graded = _graded(light.clip(0, 1) ** (1 / GAMMA), rng)
    return _compressed(_noisy(graded, rng, rendered.window.step), rng, rendered.window.step)


def segmented(rendered: RenderedView, rng: np.random.Generator) -> NDArray[np.bool_]:
    """The person's mask as a segmenter gives it: contour off by up to about 3 canvas pixels, filled gaps, bites."""
    step = rendered.window.step
    distance = _signed_distance(rendered.mask) * step
    level = rng.normal(0, 1.0) + _smooth_noise(rng, distance.shape) * rng.uniform(0, 1.5)
    mask = (distance > level.clip(-3, 3)).astype(np.uint8)
    if rng.random() < 0.2:
        size = 2 * round(rng.uniform(3, 10) / step) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc), np.uint8)
    for _ in range(rng.poisson(1.0)):
        _bite(mask, rng, step)
    return mask > 0


def detected(rendered: RenderedView, rng: np.random.Generator) -> tuple[Float64, Float64]:
    """Key points (31, 2) in window pixels and depths (31,) in camera units from the body's centre, as a detector errs.

    NaN = missing. Hidden joints err twice as much and are lost three times as often.
    """
    canvas = rendered.joints * rendered.window.step + [rendered.window.left, rendered.window.top]
    height = body_height(camera_joints(canvas, rendered.offsets))
    hidden = np.where(rendered.visible, 1.0, 2.0)
    errors = _picture_errors(rng) * hidden[:, None] * height * NETWORK_FOCAL
    depths = _noisy_depths(rendered, canvas, height, hidden, rng)
    missing = _missing(rendered.visible, rng)
    keypoints = rendered.window.from_canvas(canvas + errors)
    return np.where(missing[:, None], np.nan, keypoints), np.where(missing, np.nan, depths)


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


def _compressed(picture: NDArray[np.uint8], rng: np.random.Generator, step: float) -> NDArray[np.uint8]:
    """JPEG at a quality that keeps artefacts as small as they would be in a picture that was then made smaller."""
    quality = int(rng.uniform(60, 98) if step <= 2 else rng.uniform(88, 99))
    data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _signed_distance(mask: NDArray[np.bool_]) -> Float32:
    """Pixels from the contour, positive inside."""
    inside, outside = (cv2.distanceTransform(m.astype(np.uint8), cv2.DIST_L2, 3) for m in (mask, ~mask))
    return np.where(mask, inside - 0.5, 0.5 - outside)


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


def _picture_errors(rng: np.random.Generator) -> Float64:
    """Errors (31, 2) in person's heights: every joint its own, hands and feet partly as a whole, a few gross ones."""
    errors = rng.standard_normal((len(INDEX), 2))
    for members in EXTREMITIES:
        errors[members] = np.sqrt(0.7) * rng.standard_normal(2) + np.sqrt(0.3) * errors[members]
    gross = np.where(rng.random(len(INDEX)) < 0.02, 4.0, 1.0)
    return errors * (_SIGMAS * gross * np.exp(rng.normal(0, 0.3)))[:, None]


def _noisy_depths(
    rendered: RenderedView, canvas: Float64, height: float, hidden: Float64, rng: np.random.Generator
) -> Float64:
    """Depths (31,) as a monocular estimate errs: scale, tilt about the horizontal axis, drift along the limbs."""
    depths = rendered.offsets
    hips = [INDEX["left_hip"], INDEX["right_hip"]]
    pelvis = np.nan_to_num(depths[hips].mean())
    rise = (canvas[:, 1] - np.nan_to_num(canvas[hips, 1].mean(), nan=CANVAS / 2)) / NETWORK_FOCAL
    scaled = pelvis + (depths - pelvis) * rng.normal(1, 0.07)
    return scaled + np.tan(np.radians(rng.normal(0, 3))) * rise + _drift(rng) * hidden * height


def _drift(rng: np.random.Generator) -> Float64:
    """Errors (31,) in person's heights that add up from the trunk to the ends of the limbs."""
    steps = rng.normal(0, DEPTH_STEP, len(INDEX))
    for members in EXTREMITIES:
        steps[members] *= 0.5
    return _ADDED @ steps


def _chains() -> Float64:
    """(31, 31): which steps add up to each joint's error."""
    parents = PARENTS | {k.replace("left", "right"): v.replace("left", "right") for k, v in PARENTS.items()}
    added = np.eye(len(INDEX))
    for name in KEYPOINTS:
        joint = name
        while joint in parents:
            joint = parents[joint]
            added[INDEX[name], INDEX[joint]] = 1
    return added


_ADDED = _chains()


def _missing(visible: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which joints a detector does not report (31,): 2 to 5 % of the visible ones, now and then a hand or a foot."""
    missing = rng.random(len(visible)) < rng.uniform(0.02, 0.05) * np.where(visible, 1, 3)
    for members in EXTREMITIES:
        missing[members] |= rng.random() < 0.03
    return missing
