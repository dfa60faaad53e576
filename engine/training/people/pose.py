"""Poses as world rotations of 22 joints relative to the T-pose: captured motion and made-up standing poses.

Axes as everywhere: x to the person's left, y backward (the person faces -y), z up; angles in degrees. A T-pose has
level arms, palms down and straight legs.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.errors import UserError

Rotations = NDArray[np.float64]

JOINTS = (
    "pelvis", "spine_01", "spine_02", "spine_03", "neck", "head",
    "clavicle_l", "upperarm_l", "lowerarm_l", "hand_l", "thigh_l", "calf_l", "foot_l", "toes_l",
    "clavicle_r", "upperarm_r", "lowerarm_r", "hand_r", "thigh_r", "calf_r", "foot_r", "toes_r",
)  # fmt: skip

JOINT = {name: i for i, name in enumerate(JOINTS)}

_MIRROR = np.diag([-1.0, 1.0, 1.0])

_TRUNK = {
    "pelvis": 0.4,
    "spine_01": 1.0,
    "spine_02": 1.0,
    "spine_03": 1.0,
    "clavicle_l": 1.0,
    "clavicle_r": 1.0,
    "neck": 0.7,
}
"""Share of each joint in a trunk that leans."""
_CAPTURED = 5.5
"""Degrees by which the body's trunk leans forward at rest, compared with the T-pose of the captured people: its
shoulders are 2 cm before its hips, theirs 3 cm behind them."""

_Y_UP_TO_Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


@dataclass(frozen=True)
class Arm:
    """One arm: abduction from hanging (90 = level), forward flexion, inward twist of the upper arm, elbow flexion,
    pronation of the forearm and flexion of the wrist."""

    abduction: float
    flexion: float
    twist: float
    elbow: float
    pronation: float = 0.0
    wrist: float = 0.0


@dataclass(frozen=True)
class Leg:
    """One leg: abduction, forward flexion of the hip, knee flexion, how far the toes point outward, and how far the
    heel is raised (0: the foot is flat on the floor)."""

    abduction: float
    flexion: float
    knee: float
    outward: float
    heel: float = 0.0


def rotate(axis: str, angle: float) -> Rotations:
    """Rotation matrix about a world axis, degrees."""
    return Rotation.from_euler(axis, angle, degrees=True).as_matrix()


def mirrored(rotations: Rotations) -> Rotations:
    """The rotation (..., 3, 3) of the mirror image (left and right exchanged)."""
    return _MIRROR @ rotations @ _MIRROR


def arm_rotations(arm: Arm) -> Rotations:
    """World rotations (3, 3, 3) of the left upper arm, lower arm and hand relative to the T-pose."""
    upper = rotate("x", -arm.flexion) @ rotate("y", 90 - arm.abduction) @ rotate("x", arm.twist)
    lower = upper @ rotate("z", -arm.elbow)
    hand = lower @ rotate("x", arm.pronation) @ rotate("y", arm.wrist)
    return np.stack([upper, lower, hand])


def leg_rotations(leg: Leg) -> Rotations:
    """World rotations (4, 3, 3) of the left thigh, calf, foot and toes (flat on the floor) relative to the T-pose."""
    turn = rotate("z", leg.outward)
    thigh = rotate("y", -leg.abduction) @ turn @ rotate("x", -leg.flexion)
    calf = thigh @ rotate("x", leg.knee)
    return np.stack([thigh, calf, turn @ rotate("x", leg.heel), turn])


def straightened(pose: Rotations, degrees: float) -> Rotations:
    """The pose (..., 22, 3, 3) with the trunk by so much less forward."""
    result = pose.copy()
    for name, share in _TRUNK.items():
        result[..., JOINT[name], :, :] = pose[..., JOINT[name], :, :] @ rotate("x", -share * degrees)
    return result


@lru_cache(maxsize=2)
def load_motions(assets: Path) -> Rotations:
    """Captured poses (N, 22, 3, 3) with an upright pelvis that faces the camera; UserError where they are missing."""
    path = assets / "poses.npz"
    if not path.is_file():
        raise UserError(f"There is no file 'poses.npz' in {assets}: pass the asset folder with --assets.")
    with np.load(path, allow_pickle=False) as archive:
        order = [archive["joint_names"].tolist().index(name) for name in JOINTS]
        quaternions = archive["rotation_wxyz"][:, order].astype(np.float64)
    rotations = Rotation.from_quat(quaternions[..., [1, 2, 3, 0]].reshape(-1, 4)).as_matrix()
    rotations = _Y_UP_TO_Z_UP @ rotations.reshape(-1, len(JOINTS), 3, 3) @ _Y_UP_TO_Z_UP.T
    upright = rotations[:, 0, 2, 2] > 0.6
    return straightened(_facing(rotations[upright]), _CAPTURED)


def is_upright(pose: Rotations) -> bool:
    """Whether the trunk of a pose (22, 3, 3) is within 30 degrees of the vertical and both thighs within 50."""
    trunk = min(pose[JOINT[name], 2, 2] for name in ("pelvis", "spine_03"))
    thighs = min(pose[JOINT[f"thigh_{side}"], 2, 2] for side in "lr")
    return bool(trunk > np.cos(np.radians(30)) and thighs > np.cos(np.radians(50)))


def _facing(rotations: Rotations) -> Rotations:
    """Undo the pelvis's yaw, (N, 22, 3, 3)."""
    forward = -rotations[:, 0, :, 1]
    yaw = np.arctan2(forward[:, 0], -forward[:, 1])
    undo = Rotation.from_euler("z", -yaw[:, None]).as_matrix()
    return undo[:, None] @ rotations
