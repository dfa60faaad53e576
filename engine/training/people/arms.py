"""Arms that reach for a place on the body, and arms that stay outside it."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.training.people.body import Body, RestBody
from engine.training.people.measure import Torso
from engine.training.people.pose import JOINT, Rotations
from engine.training.people.rig import bone_rotations

Float64 = NDArray[np.float64]

_MIRROR = np.array([-1.0, 1.0, 1.0])

_ARM = ("upperarm01", "lowerarm01", "wrist", "finger3-1", "finger3-3")
_MARGINS = (0.035, 0.028, 0.025, 0.022)
"""Metres between bone and skin plus cloth at elbow, forearm's middle, wrist and hand."""


@dataclass(frozen=True)
class Reach:
    """What one hand does, told for the left: the wrist's place on the trunk (level, azimuth in degrees, see
    `Torso.surface`), how far in front of the skin (metres), where the fingers point, where the palm faces, and where
    the elbow goes (world directions); buried: the hand is in a pocket."""

    level: float
    azimuth: float
    distance: float
    fingers: tuple[float, float, float]
    palm: tuple[float, float, float]
    elbow: tuple[float, float, float]
    buried: bool = False


def reach(body: Body, rest: RestBody, torso: Torso, pose: Rotations, side: str, goal: Reach) -> None:
    """Bend the arm `side` ("l" or "r") of a pose (22, 3, 3), in place, so that the wrist is at its goal."""
    flip = np.ones(3) if side == "l" else _MIRROR
    joints = posed_joints(body, rest, pose)
    shoulder, elbow, wrist = (joints[f"{bone}.{side.upper()}"] for bone in _ARM[:3])
    upper, lower = float(np.linalg.norm(elbow - shoulder)), float(np.linalg.norm(wrist - elbow))
    base, root = pose[JOINT["spine_01"]], rest.heads[body.bones["root"]]
    azimuth = np.radians(goal.azimuth)
    out = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    place = (torso.surface(goal.level, goal.azimuth) + out * goal.distance) * flip
    target = base @ (place - root) + joints["root"]
    rotations = _two_bones(shoulder * flip, target * flip, upper, lower, np.array(goal.elbow))
    hand = _frame(np.array(goal.fingers), -np.array(goal.palm))
    for name, rotation in zip(("upperarm", "lowerarm", "hand"), (*rotations, hand), strict=True):
        pose[JOINT[f"{name}_{side}"]] = rotation if side == "l" else np.diag(_MIRROR) @ rotation @ np.diag(_MIRROR)


def _two_bones(
    shoulder: Float64, target: Float64, upper: float, lower: float, pole: Float64
) -> tuple[Rotations, Rotations]:
    """Upper and lower arm rotations relative to the T-pose: wrist at the target, elbow toward the pole."""
    away = target - shoulder
    distance = np.clip(np.linalg.norm(away), abs(upper - lower) + 0.02, upper + lower - 0.003)
    direction = away / np.linalg.norm(away)
    along = (distance**2 + upper**2 - lower**2) / (2 * distance)
    bend = pole - (pole @ direction) * direction
    elbow = along * direction + np.sqrt(max(upper**2 - along**2, 0.0)) * bend / np.linalg.norm(bend)
    forearm = distance * direction - elbow
    first = _frame_from_plane(elbow, forearm)
    angle = np.arctan2(np.linalg.norm(np.cross(elbow, forearm)), elbow @ forearm)
    return first, first @ Rotation.from_rotvec([0, 0, -angle]).as_matrix()


def _frame_from_plane(upper: Float64, lower: Float64) -> Rotations:
    """Axes with x along the upper arm and -y toward the side to which the elbow bends."""
    x = upper / np.linalg.norm(upper)
    y = -(lower - (lower @ x) * x)
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _frame(x: Float64, z: Float64) -> Rotations:
    """Axes with the given x and, as near as possible, the given z."""
    x = x / np.linalg.norm(x)
    z = z - (z @ x) * x
    z /= np.linalg.norm(z)
    return np.stack([x, np.cross(z, x), z], axis=1)


def posed_joints(body: Body, rest: RestBody, pose: Rotations) -> dict[str, Float64]:
    """World positions (before the person is put on the floor) of every bone's beginning."""
    transforms = body.bone_transforms(rest, bone_rotations(body, rest, pose, (0.0, 0.0)))
    points = np.einsum("bij,bj->bi", transforms[:, :, :3], rest.heads) + transforms[:, :, 3]
    return {name: points[i].astype(np.float64) for name, i in body.bones.items()}


def clear_arms(
    body: Body,
    rest: RestBody,
    torso: Torso,
    pose: Rotations,
    bulk: float = 0.0,
    buried: Collection[str] = (),
    rounds: int = 6,
) -> float:
    """Turn arms at the shoulder, in place, until forearms and hands are outside trunk and thighs.

    bulk: metres by which clothes are wider than those. buried: sides ("l", "r") whose hand may be inside. Returns the
    depth in metres by which the worst point still is inside.
    """
    joints = posed_joints(body, rest, pose)
    worst = 0.0
    for side in "lr":
        points = _arm_points(joints, side)[: 2 if side in buried else None]
        for _ in range(rounds):
            push = _escape(points, joints, torso, pose, rest, body, bulk)
            depth = np.linalg.norm(push, axis=1)
            deepest = int(np.argmax(depth))
            if depth[deepest] < 0.003:
                break
            shoulder = joints[f"upperarm01.{side.upper()}"]
            turn = _swing(points[deepest] - shoulder, push[deepest])
            points = (points - shoulder) @ turn.T + shoulder
            for name in ("upperarm", "lowerarm", "hand"):
                pose[JOINT[f"{name}_{side}"]] = turn @ pose[JOINT[f"{name}_{side}"]]
        worst = max(worst, float(np.linalg.norm(_escape(points, joints, torso, pose, rest, body, bulk), axis=1).max()))
    return worst


def _arm_points(joints: dict[str, Float64], side: str) -> Float64:
    """Elbow, forearm's middle, wrist and the hand's middle (4, 3)."""
    _, elbow, wrist, knuckle, tip = (joints[f"{bone}.{side.upper()}"] for bone in _ARM)
    return np.stack([elbow, (elbow + wrist) / 2, wrist, (knuckle + tip) / 2])


def _swing(arm: Float64, push: Float64) -> Rotations:
    """The rotation about the shoulder that moves the end of `arm` by about `push`."""
    axis = np.cross(arm, push)
    length = float(np.linalg.norm(axis))
    if length < 1e-9:
        return np.eye(3)
    angle = min(length / float(arm @ arm), 0.35)
    return Rotation.from_rotvec(axis / length * angle).as_matrix()


def _escape(
    points: Float64, joints: dict[str, Float64], torso: Torso, pose: Rotations, rest: RestBody, body: Body, bulk: float
) -> Float64:
    """World vectors (N, 3) that move points out of trunk or thighs; 0 for those outside."""
    margins = np.array(_MARGINS)[: len(points)] + bulk
    frame = pose[JOINT["spine_02"]]
    anchor = rest.heads[body.bones["spine03"]]
    local = (points - joints["spine03"]) @ frame + anchor
    spoke = np.column_stack([local[:, 0], local[:, 1] - torso.centre, np.zeros(len(local))])
    reach_out = np.linalg.norm(spoke, axis=1)
    radius = torso.radius_at(local)
    depth = np.where(radius > 0, np.clip(radius + margins - reach_out, 0, None), 0)
    push = (spoke / np.maximum(reach_out, 1e-6)[:, None] * depth[:, None]) @ frame.T
    for side in "LR":
        push = _larger(push, _out_of_thigh(points, joints, side, torso.thigh + margins))
    return push


def _out_of_thigh(points: Float64, joints: dict[str, Float64], side: str, radius: Float64) -> Float64:
    hip, knee = joints[f"upperleg01.{side}"], joints[f"lowerleg01.{side}"]
    axis = knee - hip
    along = np.clip((points - hip) @ axis / (axis @ axis), 0, 1)
    spoke = points - hip - along[:, None] * axis
    distance = np.linalg.norm(spoke, axis=1)
    depth = np.clip(radius * (1 - 0.25 * along) - distance, 0, None)
    return spoke / np.maximum(distance, 1e-6)[:, None] * depth[:, None]


def _larger(first: Float64, second: Float64) -> Float64:
    pick = np.linalg.norm(second, axis=1) > np.linalg.norm(first, axis=1)
    return np.where(pick[:, None], second, first)
