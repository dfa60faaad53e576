"""Random poses of people who pose for a photo: standing, in mid-stride, A-pose and T-pose."""

from dataclasses import dataclass, replace

import numpy as np

from engine.training.people.arms import Reach
from engine.training.people.pose import (
    JOINT,
    JOINTS,
    Arm,
    Leg,
    Rotations,
    arm_rotations,
    leg_rotations,
    mirrored,
    rotate,
    straightened,
)

_GESTURES = {
    "none": 0.36, "hip": 0.17, "thigh": 0.06, "front": 0.08, "crossed": 0.06, "back": 0.05, "wave": 0.03, "hold": 0.09,
    "pocket": 0.10,
}  # fmt: skip


@dataclass(frozen=True)
class Gesture:
    """What a hand does, and how differently people do it: standard deviations of the wrist's azimuth (degrees), of its
    level, of how much farther off the skin it is (metres), and of the direction of the elbow."""

    goal: Reach
    azimuth: float = 5.0
    level: float = 0.03
    off: float = 0.01
    elbow: float = 0.1


_SINGLE = {
    "hip": Gesture(Reach(0.24, -8, 0.04, (-0.45, -0.85, -0.35), (-0.9, 0.35, -0.1), (1.0, 0.7, -0.2)), 18, elbow=0.45),
    "thigh": Gesture(Reach(-0.12, -40, 0.05, (-0.05, -0.1, -1.0), (-0.85, 0.5, 0.0), (0.6, 0.8, 0.0)), 15),
    "front": Gesture(Reach(0.03, -78, 0.05, (-0.8, 0.0, -0.6), (0.0, 1.0, 0.0), (1.0, 0.2, -0.3)), 8, 0.06, off=0.03),
    "back": Gesture(Reach(0.18, 75, 0.045, (-0.9, 0.1, -0.3), (0.1, 1.0, 0.0), (1.0, 0.6, 0.0)), 12, 0.06),
    "pocket": Gesture(
        Reach(0.06, -22, 0.0, (-0.1, -0.3, -1.0), (-0.9, 0.3, 0.0), (0.7, 0.9, 0.0), buried=True), 14, elbow=0.35
    ),
    "wave": Gesture(
        Reach(1.25, 20, 0.15, (0.1, -0.1, 1.0), (0.0, -1.0, 0.0), (0.8, 0.2, -0.8)), 25, 0.12, off=0.08, elbow=0.4
    ),
    "hold": Gesture(
        Reach(0.5, -65, 0.08, (-0.5, -0.35, 0.7), (-0.3, 0.8, 0.4), (0.5, 0.2, -1.0)), 15, 0.16, off=0.12, elbow=0.35
    ),
    "face": Gesture(Reach(1.25, -75, 0.24, (-0.25, 0.15, 1.0), (-0.2, 1.0, 0.0), (0.6, -0.3, -1.0))),
}

_BOTH = {"hip": 0.5, "thigh": 0.6, "front": 1.0, "back": 1.0, "wave": 0.08, "hold": 0.3, "pocket": 0.5, "face": 0.6}
"""Share of people who do it with both hands."""

CROSSED_OVER = Gesture(Reach(0.6, -110, 0.085, (-0.85, 0.5, 0.1), (0.2, 0.9, -0.1), (0.75, -0.15, -0.75)))
CROSSED_UNDER = Gesture(Reach(0.5, -112, 0.03, (-0.85, 0.5, 0.25), (0.2, 0.9, -0.1), (0.75, -0.05, -0.75)))


_UPRIGHT = 2.5
"""Degrees by which the body's trunk leans forward at rest, compared with people who stand for a photo."""
_SWAYING = 0.5
"""Share of people whose pelvis and shoulders are tilted against each other."""


def sample_standing(rng: np.random.Generator, stoop: float = 0.0) -> Rotations:
    """A standing pose (22, 3, 3) with arms that hang or are bent; stoop: degrees by which the back is rounded."""
    pose = _sample_trunk(rng, 1.0, stoop)
    left, right = _sample_arms(rng)
    return _with_limbs(pose, (left, right), _sample_legs(rng))


def sample_striding(rng: np.random.Generator, stoop: float = 0.0) -> Rotations:
    """A step (22, 3, 3), from hip-wide to the legs crossing as on a catwalk; the arms swing against the legs. stoop:
    degrees by which the back is rounded."""
    front, rear = _sample_step(rng)
    swing = rng.normal(12, 8)
    forward, backward = (replace(_hanging(rng), flexion=sign * swing) for sign in (1, -1))
    pose = _sample_trunk(rng, 1.0, stoop)
    if rng.uniform() < 0.5:
        return _with_limbs(pose, (backward, forward), (front, rear))
    return _with_limbs(pose, (forward, backward), (rear, front))


def sample_a_pose(rng: np.random.Generator, stoop: float = 0.0) -> Rotations:
    """A scan's A-pose: straight arms 20-60 degrees off the body, legs a little apart."""
    arm = Arm(rng.uniform(20, 60), rng.normal(0, 4), rng.normal(0, 8), rng.uniform(2, 15), rng.normal(0, 12))
    return _with_limbs(_sample_trunk(rng, 0.4, stoop), (arm, _jittered(rng, arm)), _sample_legs(rng))


def sample_t_pose(rng: np.random.Generator, stoop: float = 0.0) -> Rotations:
    """A T-pose: level arms."""
    arm = Arm(rng.uniform(75, 95), rng.normal(0, 4), rng.normal(0, 10), rng.uniform(0, 12), rng.normal(0, 15))
    return _with_limbs(_sample_trunk(rng, 0.4, stoop), (arm, _jittered(rng, arm)), _sample_legs(rng))


def sample_crossed_legs(rng: np.random.Generator, stoop: float = 0.0) -> Rotations:
    """Standing (22, 3, 3) with one foot set across the other's front, arms as in `sample_standing`; stoop: degrees by
    which the back is rounded."""
    before = Leg(-rng.uniform(7, 11), rng.uniform(8, 13), rng.uniform(2, 10), rng.uniform(0, 12))
    behind = Leg(-rng.uniform(4, 7), -rng.uniform(4, 8), rng.uniform(0, 4), rng.uniform(0, 8))
    legs = (before, behind) if rng.uniform() < 0.5 else (behind, before)
    return _with_limbs(_sample_trunk(rng, 1.0, stoop), _sample_arms(rng), _leaning(rng, legs))


def sample_reaches(rng: np.random.Generator, name: str | None = None) -> dict[str, Reach]:
    """What the hands do in a pose, for one or both of "l" and "r", or nothing ({}); name: a gesture, None for any."""
    kind = name or str(rng.choice(list(_GESTURES), p=list(_GESTURES.values())))
    if kind == "none":
        return {}
    if kind == "crossed":
        over, under = ("l", "r") if rng.uniform() < 0.5 else ("r", "l")
        return {over: _varied(rng, CROSSED_OVER), under: _varied(rng, CROSSED_UNDER)}
    gesture = _SINGLE[kind]
    sides = "lr" if rng.uniform() < _BOTH[kind] else "l" if rng.uniform() < 0.5 else "r"
    return {side: _varied(rng, gesture) for side in sides}


def _varied(rng: np.random.Generator, gesture: Gesture) -> Reach:
    """The gesture as one of many people does it."""
    goal = gesture.goal
    return replace(
        goal,
        level=goal.level + rng.normal(0, gesture.level),
        azimuth=goal.azimuth + rng.normal(0, gesture.azimuth),
        distance=goal.distance + (0.0 if goal.buried else abs(rng.normal(0, gesture.off))),
        fingers=_shaken(rng, goal.fingers, 0.1),
        elbow=_shaken(rng, goal.elbow, gesture.elbow),
    )


def _shaken(
    rng: np.random.Generator, direction: tuple[float, float, float], amount: float
) -> tuple[float, float, float]:
    x, y, z = (value + rng.normal(0, amount) for value in direction)
    return x, y, z


def _jittered(rng: np.random.Generator, arm: Arm) -> Arm:
    return replace(arm, abduction=arm.abduction + rng.normal(0, 3), elbow=max(0, arm.elbow + rng.normal(0, 4)))


def _sample_trunk(rng: np.random.Generator, amount: float, stoop: float) -> Rotations:
    """World rotations of spine and head; the limbs are filled in later."""
    pose = np.tile(np.eye(3), (len(JOINTS), 1, 1))
    bend = rotate("x", amount * rng.normal(0, 1.5)) @ rotate("y", amount * rng.normal(0, 2))
    turn = rotate("z", amount * rng.normal(0, 3))
    sway = amount * rng.normal(0, 3.5) * (rng.uniform() < _SWAYING)
    lean = amount * (rng.normal(0, 2) if rng.uniform() < 0.85 else rng.uniform(-7, 14))
    world = rotate("z", amount * rng.normal(0, 4)) @ rotate("x", lean - 0.3 * stoop) @ rotate("y", sway)
    pose[0] = world
    for name, share in (("spine_01", 0.2), ("spine_02", 0.5), ("spine_03", 0.6)):
        world = world @ turn @ bend @ rotate("y", -0.7 * sway) @ rotate("x", share * stoop)
        pose[JOINT[name]] = world
    look = rotate("z", amount * rng.normal(0, 12)) @ rotate("x", amount * rng.normal(2, 6) + 0.2 * stoop)
    head = look @ rotate("y", amount * rng.normal(0, 4))
    pose[JOINT["head"]] = head
    pose[JOINT["neck"]] = 0.5 * (world @ rotate("x", 0.5 * stoop) + head)
    u, _, v = np.linalg.svd(pose[JOINT["neck"]])
    pose[JOINT["neck"]] = u @ v
    return pose


def _sample_arms(rng: np.random.Generator) -> tuple[Arm, Arm]:
    """Both hang, one hangs and one is bent, or both are bent."""
    bent = rng.choice([0, 1, 2], p=[0.72, 0.16, 0.12])
    arms = [_bent(rng) if i < bent else _hanging(rng) for i in range(2)]
    return (arms[0], arms[1]) if rng.uniform() < 0.5 else (arms[1], arms[0])


def _hanging(rng: np.random.Generator) -> Arm:
    return Arm(
        abduction=3 + abs(rng.normal(0, 9)),
        flexion=rng.normal(-2, 11),
        twist=rng.normal(10, 16),
        elbow=rng.uniform(3, 38),
        pronation=rng.normal(10, 20),
        wrist=rng.normal(0, 6),
    )


def _bent(rng: np.random.Generator) -> Arm:
    return Arm(
        abduction=rng.uniform(5, 40),
        flexion=rng.uniform(-35, 35),
        twist=rng.uniform(-35, 25),
        elbow=rng.uniform(30, 130),
        pronation=rng.normal(0, 30),
        wrist=rng.normal(0, 10),
    )


def _sample_legs(rng: np.random.Generator) -> tuple[Leg, Leg]:
    spread, outward = rng.normal(0.5, 2), rng.uniform(2, 14)
    stiff = Leg(spread, rng.normal(0, 2), rng.uniform(0, 4), outward)
    knee = rng.uniform(0, 5) if rng.uniform() < 0.6 else rng.uniform(8, 28)
    relaxed = Leg(spread + rng.uniform(-1, 2.5), knee * rng.uniform(0.4, 0.8), knee, outward + rng.uniform(0, 15))
    return _leaning(rng, (stiff, relaxed) if rng.uniform() < 0.5 else (relaxed, stiff))


def _leaning(rng: np.random.Generator, legs: tuple[Leg, Leg]) -> tuple[Leg, Leg]:
    """Legs of who stands: the hips are some centimetres before the ankles, so that the body's weight is over the middle
    of the feet (Winter, Human balance and posture control during standing and walking, 1995)."""
    lean = rng.normal(2.5, 2)
    left, right = (replace(leg, flexion=leg.flexion - lean) for leg in legs)
    return left, right


def _sample_step(rng: np.random.Generator) -> tuple[Leg, Leg]:
    """The leg in front and the one behind, its heel raised as far as the ankle cannot bend."""
    inward = rng.uniform(-2, 7)
    front = Leg(-inward, rng.uniform(4, 28), rng.uniform(0, 18), rng.uniform(-3, 12))
    back, knee = rng.uniform(2, 22), rng.uniform(2, 30)
    heel = max(0.0, back + knee - 15) + rng.uniform(0, 10)
    return front, Leg(-inward + rng.normal(0, 1.5), -back, knee, rng.uniform(-3, 12), heel)


def _with_limbs(trunk: Rotations, arms: tuple[Arm, Arm], legs: tuple[Leg, Leg]) -> Rotations:
    pose = trunk.copy()
    chest, pelvis = pose[JOINT["spine_03"]], pose[0]
    for side, arm, leg in zip("lr", arms, legs, strict=True):
        limbs = {
            ("upperarm", "lowerarm", "hand"): (chest, arm_rotations(arm)),
            ("thigh", "calf", "foot", "toes"): (_yaw_of(pelvis), leg_rotations(leg)),
        }
        pose[JOINT[f"clavicle_{side}"]] = chest
        for names, (base, rotations) in limbs.items():
            local = rotations if side == "l" else mirrored(rotations)
            for name, rotation in zip(names, local, strict=True):
                pose[JOINT[f"{name}_{side}"]] = base @ rotation
    return straightened(pose, _UPRIGHT)


def _yaw_of(rotation: Rotations) -> Rotations:
    """The part of a rotation about the vertical, so that feet stay flat."""
    forward = -rotation[:, 1]
    return rotate("z", float(np.degrees(np.arctan2(forward[0], -forward[1]))))
