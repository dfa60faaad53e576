"""A first guess of the body's depth: capsules along the 3D key points (the `prior` input of the default weights)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, encode, ray_lengths, slopes
from engine.skeleton import INDEX
from engine.types import Canvas

SIZE = 256
_WORKING_SIZE = 128
CHANNELS = 4

TORSO = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
"""The joints whose mean depth is the body's centre; see `centred_depths`."""

# Bones with their length and radius as shares of the body's height (Winter, Biomechanics and Motor Control of
# Human Movement, body segment lengths; radii are half the mean thickness seen from the side), and their width over that
# thickness: the trunk's sides go along bones, beside which an arm may be.
BONES = (
    ("left_shoulder", "left_elbow", 0.172, 0.028, 1.0), ("left_elbow", "left_wrist", 0.146, 0.023, 1.0),
    ("left_wrist", "left_finger3", 0.075, 0.016, 1.0),
    ("left_hip", "left_knee", 0.245, 0.048, 1.0), ("left_knee", "left_ankle", 0.246, 0.034, 1.0),
    ("left_ankle", "left_big_toe", 0.110, 0.024, 1.0), ("left_heel", "left_big_toe", 0.140, 0.020, 1.0),
    ("left_shoulder", "left_hip", 0.290, 0.062, 0.35), ("left_ear", "left_eye", 0.050, 0.045, 1.0),
)  # fmt: skip
CROSS_BONES = (
    ("left_shoulder", "right_shoulder", 0.220, 0.052, 1.0),
    ("left_hip", "right_hip", 0.110, 0.066, 0.7),
    ("left_ear", "right_ear", 0.085, 0.060, 1.0),
    ("left_shoulder", "right_hip", 0.310, 0.062, 0.7),
    ("right_shoulder", "left_hip", 0.310, 0.062, 0.7),
)


def _mirrored(name: str) -> str:
    return name.replace("left_", "right_", 1)


ALL_BONES = BONES + tuple((_mirrored(a), _mirrored(b), size, r, width) for a, b, size, r, width in BONES) + CROSS_BONES
_START = np.array([INDEX[a] for a, *_ in ALL_BONES])
_END = np.array([INDEX[b] for _, b, *_ in ALL_BONES])
_LENGTH, BONE_RADII, _WIDTH = np.array([bone[2:] for bone in ALL_BONES]).T
LIMB_BONES = tuple(
    np.array([a.startswith(side) and any(joint in a + b for joint in joints) for a, b, *_ in ALL_BONES])
    for joints in (("elbow", "wrist"), ("knee", "toe"))
    for side in ("left", "right")
)
"""Which of `ALL_BONES` belong to each limb: left arm, right arm, left leg, right leg."""
LIMBS, ARMS = len(LIMB_BONES), 2
"""The limbs of `limb_maps`, and how many of them, the first ones, are arms."""
MIRRORED_LIMBS = (1, 0, 3, 2)
"""The order of `limb_maps` in the mirrored picture."""


def centred_depths(depths: NDArray) -> NDArray:
    """Depths (31,) relative to the mean of hips and shoulders (of all joints where the whole torso is missing)."""
    torso = depths[[INDEX[name] for name in TORSO]]
    known = torso if np.isfinite(torso).any() else depths
    return depths - np.nanmean(known) if np.isfinite(known).any() else depths


def body_height(joints: NDArray) -> float:
    """Height of a person in camera units from 3D joints (31, 3): median over the bones of length / share.

    NaN where no bone is known.
    """
    lengths = np.linalg.norm(joints[_END] - joints[_START], axis=1) / _LENGTH
    lengths = lengths[np.isfinite(lengths)]
    return float(np.median(lengths)) if len(lengths) else float("nan")


def bone_ends(joints: NDArray) -> tuple[NDArray, NDArray]:
    """Start and end (B, 3) of `ALL_BONES` from 3D joints (31, 3)."""
    return joints[_START], joints[_END]


def camera_joints(keypoints: NDArray, depths: NDArray) -> NDArray:
    """Canvas pixels (31, 2) and depth offsets (31,) -> joints (31, 3) in camera units, z from the body's centre."""
    rays = (keypoints - CANVAS / 2) / NETWORK_FOCAL
    return np.concatenate([rays * (1 + depths[:, None]), depths[:, None]], axis=1)


def prior_maps(canvas: Canvas, size: int = SIZE) -> NDArray[np.float32]:
    """The prior of a framed person: (4, size, size) float32, see `capsule_maps` and the mask (0 or 1)."""
    mask = cv2.resize(canvas.mask.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return np.concatenate([capsule_maps(canvas.keypoints, canvas.depths, size), mask[None]])


def capsule_maps(keypoints: NDArray, depths: NDArray, size: int = SIZE) -> NDArray[np.float32]:
    """Capsules along the bones, seen by the network's camera: (3, size, size) float32.

    Channel 0: network depth of the middle of the body minus 2, continued smoothly outside the capsules.
    Channel 1: half the thickness in network units, 0 outside. Channel 2: 1 inside the capsules, falling to 0 around.
    Joints that are missing (NaN) take their bones away; without any bone all channels are 0.
    """
    maps = _capsules(keypoints, depths, np.ones(len(ALL_BONES), bool))
    return np.stack([cv2.resize(m, (size, size), interpolation=cv2.INTER_LINEAR) for m in maps])


def limb_maps(keypoints: NDArray, depths: NDArray) -> NDArray[np.float32]:
    """Left arm, right arm, left leg and right leg alone, which in `capsule_maps` merge with the body.

    keypoints: (31, 2). depths: (31,). Gives (LIMBS, 3, 128, 128) float32, the channels of `capsule_maps`; 0 for
    a limb of which no bone is known.
    """
    return np.stack([_capsules(keypoints, depths, bones) for bones in LIMB_BONES])


def _capsules(keypoints: NDArray, depths: NDArray, bones: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The maps (3, 128, 128) of some of `ALL_BONES`."""
    joints = camera_joints(keypoints, centred_depths(depths))
    height = body_height(joints)
    known = bones & np.isfinite(joints[_START]).all(1) & np.isfinite(joints[_END]).all(1)
    if not known.any() or not np.isfinite(height):
        return np.zeros((3, _WORKING_SIZE, _WORKING_SIZE), np.float32)
    radius = (BONE_RADII[known] * height)[:, None, None].astype(np.float32)
    distance, depth = _distance_to_bones(joints[_START[known]], joints[_END[known]], _WORKING_SIZE)
    return _merge(distance, depth, radius, _WIDTH[known][:, None, None].astype(np.float32), _WORKING_SIZE)


def _distance_to_bones(start: NDArray, end: NDArray, size: int) -> tuple[NDArray, NDArray]:
    """Distance in the body's plane (camera units) from each pixel to each bone, and the bone's depth there."""
    x, y = np.meshgrid(slopes(size), slopes(size))
    start, end = start.astype(np.float32), end.astype(np.float32)
    a = start[:, :2] / (1 + start[:, 2:])
    d = end[:, :2] / (1 + end[:, 2:]) - a
    px, py = x[None] - a[:, 0, None, None], y[None] - a[:, 1, None, None]
    along = (px * d[:, 0, None, None] + py * d[:, 1, None, None]) / np.maximum((d**2).sum(1), 1e-9)[:, None, None]
    along = np.clip(along, 0, 1)
    distance = np.hypot(px - along * d[:, 0, None, None], py - along * d[:, 1, None, None])
    return distance, start[:, 2, None, None] * (1 - along) + end[:, 2, None, None] * along


def _merge(distance: NDArray, depth: NDArray, radius: NDArray, width: NDArray, size: int) -> NDArray[np.float32]:
    across = distance / width
    half = np.sqrt(np.maximum(radius**2 - across**2, 0))
    inside = across < radius
    covered = inside.any(0)
    front = np.where(inside, depth - half, np.inf).min(0)
    back = np.where(inside, depth + half, -np.inf).max(0)
    gap = np.maximum(across - radius, 0) + 0.1 * radius
    weight = gap**-4
    middle = (weight * depth).sum(0) / weight.sum(0)
    middle = np.where(covered, (np.where(covered, front, 0) + np.where(covered, back, 0)) / 2, middle)
    thickness = np.where(covered, np.where(covered, back, 0) - np.where(covered, front, 0), 0)
    rays = ray_lengths(size)
    confidence = np.exp(-((np.maximum(distance - radius, 0) / (2 * radius)) ** 2)).max(0)
    near, far = ((encode((1 + middle + s * thickness / 2) * rays)) for s in (-1, 1))
    return np.stack([(near + far) / 2 - 2, (far - near) / 2, confidence]).astype(np.float32)
