"""Which limb a surface belongs to: the one whose bone is the nearest, measured in the bone's radii."""

import numpy as np
from numpy.typing import NDArray

from engine.camera import Float32, decode, ray_lengths, slopes
from engine.networks.prior import BONE_RADII, LIMB_BONES, body_height, bone_ends, camera_joints

_TRUNK = ~np.any(LIMB_BONES, axis=0)
"""Which bones belong to no limb."""
_REACHES = BONE_RADII * np.where(_TRUNK, 0.7, 1.0)
"""Radii, over the body's height, in which distances are measured; the trunk's bones go along its sides, where arms
hang."""


def limb_labels(depth: NDArray, joints: NDArray, offsets: NDArray) -> NDArray[np.uint8]:
    """0 = trunk, head or nobody, 1 + i = limb i of `limb_maps`: (S, S) for a network depth (S, S; 0 = nobody).

    joints: (31, 2) true canvas pixels. offsets: (31,) camera units behind the body's centre. NaN = missing; without
    any, all is trunk.
    """
    seen = depth > 0
    points = _points(depth)[seen]
    placed = camera_joints(joints, offsets)
    radii = (_REACHES * body_height(placed)).astype(np.float32)
    reach = _reach(points, *bone_ends(placed), radii)
    groups = [_TRUNK, *LIMB_BONES]
    nearest = np.argmin([reach[group].min(0, initial=np.inf) for group in groups], axis=0)
    labels = np.zeros(depth.shape, np.uint8)
    labels[seen] = nearest
    return labels


def _points(depth: NDArray) -> Float32:
    """(S, S, 3) camera units, z from the body's centre."""
    size = len(depth)
    x, y = np.meshgrid(slopes(size), slopes(size))
    z = decode(depth) / ray_lengths(size)
    return np.stack([x * z, y * z, z - 1], -1).astype(np.float32)


def _reach(points: Float32, start: NDArray, end: NDArray, radii: Float32) -> Float32:
    """Distance (B, N) of points (N, 3) from bones (B, 3), in their radii; infinite from a bone that is missing."""
    reach = np.full((len(start), len(points)), np.inf, np.float32)
    for i in np.flatnonzero(np.isfinite(start).all(1) & np.isfinite(end).all(1)):
        a, d = start[i].astype(np.float32), (end[i] - start[i]).astype(np.float32)
        along = np.clip((points - a) @ d / max(float(d @ d), 1e-12), 0, 1)
        reach[i] = np.linalg.norm(points - a - along[:, None] * d, axis=1) / radii[i]
    return reach
