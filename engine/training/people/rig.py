"""From the 22 joints of a pose to the bones of the body."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.training.people.body import Body, RestBody
from engine.training.people.pose import JOINT, Rotations

_TRUNK = {
    "root": "pelvis", "spine05": "spine_01", "spine04": "spine_01", "spine03": "spine_02", "spine02": "spine_03",
    "spine01": "spine_03", "neck01": "neck", "neck02": "neck", "neck03": "head", "head": "head", "eye.L": "head",
    "eye.R": "head",
}  # fmt: skip

_LIMBS = {
    "pelvis": "pelvis", "upperleg01": "thigh", "upperleg02": "thigh", "lowerleg01": "calf", "lowerleg02": "calf",
    "foot": "foot", "toe": "toes", "clavicle": "clavicle", "shoulder01": "clavicle", "upperarm01": "upperarm",
    "upperarm02": "upperarm", "lowerarm01": "lowerarm", "lowerarm02": "lowerarm", "wrist": "hand",
    "metacarpal": "hand", "finger": "hand",
}  # fmt: skip

_CHAINS = {
    "upperarm": ("upperarm01", "lowerarm01", (1, 0, 0)),
    "lowerarm": ("lowerarm01", "wrist", (1, 0, 0)),
    "hand": ("wrist", "finger3-1", (1, 0, 0)),
    "thigh": ("upperleg01", "lowerleg01", (0, 0, -1)),
    "calf": ("lowerleg01", "foot", (0, 0, -1)),
}
"""Joint -> (its bone, the bone at its end, the direction in the T-pose, left side)."""

_CURL = {"1": (6.0, 14.0), "2": (22.0, 30.0), "3": (28.0, 34.0), "4": (32.0, 38.0), "5": (36.0, 40.0)}
"""Relaxed flexion of each finger's first and further joints in degrees."""


def joint_of(bone: str) -> str:
    """The pose joint that moves a bone, e.g. `finger2-1.L` -> `hand_l`."""
    if bone in _TRUNK:
        return _TRUNK[bone]
    stem, side = bone.split(".")
    match = next(joint for prefix, joint in _LIMBS.items() if stem.startswith(prefix))
    return match if match == "pelvis" else f"{match}_{side.lower()}"


def bone_rotations(body: Body, rest: RestBody, pose: Rotations, curl: tuple[float, float]) -> Rotations:
    """World rotations (B, 3, 3) relative to the rest pose.

    pose: (22, 3, 3). curl: how far the left and right fingers are bent (0 flat, 1 relaxed, 2.5 fist).
    """
    align = _alignment(body, rest)
    rotations = np.empty((len(body.parents), 3, 3))
    for bone, index in body.bones.items():
        joint = joint_of(bone)
        rotations[index] = pose[JOINT[joint]] @ align.get(joint, np.eye(3))
    _share_twist(body, rest, rotations)
    for side, amount in zip("LR", curl, strict=True):
        _curl_fingers(body, rest, rotations, side, amount)
    return rotations


def _alignment(body: Body, rest: RestBody) -> dict[str, Rotations]:
    """Rotations that bring the rest pose's limbs into the T-pose."""
    align: dict[str, Rotations] = {}
    for side in "LR":
        base = np.eye(3)
        for joint, (start, end, target) in _CHAINS.items():
            if joint in ("upperarm", "thigh"):
                base = np.eye(3)
            direction = _heads(body, rest, f"{end}.{side}") - _heads(body, rest, f"{start}.{side}")
            goal = np.array(target, dtype=np.float64) * (1 if side == "L" else [-1, 1, 1])
            base = _arc(base @ direction, goal) @ base
            align[f"{joint}_{side.lower()}"] = base
    return align


def _heads(body: Body, rest: RestBody, bone: str) -> NDArray[np.float64]:
    return rest.heads[body.bones[bone]].astype(np.float64)


def _arc(source: NDArray[np.float64], target: NDArray[np.float64]) -> Rotations:
    """The shortest rotation from one direction to another."""
    a, b = source / np.linalg.norm(source), target / np.linalg.norm(target)
    axis = np.cross(a, b)
    angle = np.arctan2(np.linalg.norm(axis), a @ b)
    length = np.linalg.norm(axis)
    return Rotation.from_rotvec(axis / length * angle if length > 1e-9 else np.zeros(3)).as_matrix()


def _share_twist(body: Body, rest: RestBody, rotations: Rotations) -> None:
    """Let the second bone of the forearm take half of the hand's twist."""
    for side in "LR":
        lower, middle, hand = (body.bones[f"{name}.{side}"] for name in ("lowerarm01", "lowerarm02", "wrist"))
        axis = rotations[lower] @ (rest.heads[hand] - rest.heads[lower])
        axis /= np.linalg.norm(axis)
        quaternion = Rotation.from_matrix(rotations[hand] @ rotations[lower].T).as_quat()
        twist = 2 * np.arctan2(quaternion[:3] @ axis, quaternion[3])
        twist = (twist + np.pi) % (2 * np.pi) - np.pi
        rotations[middle] = Rotation.from_rotvec(axis * twist / 2).as_matrix() @ rotations[lower]


def _curl_fingers(body: Body, rest: RestBody, rotations: Rotations, side: str, amount: float) -> None:
    """Bend the fingers of one hand toward the palm, about each joint's own axis."""
    for finger, angles in _CURL.items():
        bones = [body.bones[f"finger{finger}-{joint}.{side}"] for joint in (1, 2, 3)]
        axis = _flexion_axis(body, rest, side, finger)
        total = 0.0
        for i, bone in enumerate(bones):
            total += np.radians(amount * angles[min(i, 1)])
            rotations[bone] = rotations[bone] @ Rotation.from_rotvec(axis * total).as_matrix()


def _flexion_axis(body: Body, rest: RestBody, side: str, finger: str) -> NDArray[np.float64]:
    """Rest-pose axis about which a positive angle bends the finger toward the palm."""
    wrist, index, little, start, end = (
        _heads(body, rest, f"{name}.{side}")
        for name in ("wrist", "finger2-1", "finger5-1", f"finger{finger}-1", f"finger{finger}-3")
    )
    palm = np.cross(index - wrist, little - wrist) * (1 if side == "L" else -1)
    axis = np.cross(palm, end - start)
    return axis / np.linalg.norm(axis)
