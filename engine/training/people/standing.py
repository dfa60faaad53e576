"""Random poses of people who pose for a photo: standing, A-pose and T-pose."""

from dataclasses import replace

import numpy as np

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
)


def sample_standing(rng: np.random.Generator, least_abduction: float) -> Rotations:
    """A relaxed standing pose (22, 3, 3); `least_abduction` (degrees) keeps hanging arms out of the body."""
    pose = _sample_trunk(rng, 1.0)
    left, right = _sample_arms(rng, least_abduction)
    return _with_limbs(pose, (left, right), _sample_legs(rng))


def sample_a_pose(rng: np.random.Generator) -> Rotations:
    """A scan's A-pose: straight arms 20-60 degrees off the body, legs a little apart."""
    arm = Arm(rng.uniform(20, 60), rng.normal(0, 4), rng.normal(0, 8), rng.uniform(2, 15), rng.normal(0, 12))
    return _with_limbs(_sample_trunk(rng, 0.4), (arm, _jittered(rng, arm)), _sample_legs(rng))


def sample_t_pose(rng: np.random.Generator) -> Rotations:
    """A T-pose: level arms."""
    arm = Arm(rng.uniform(75, 95), rng.normal(0, 4), rng.normal(0, 10), rng.uniform(0, 12), rng.normal(0, 15))
    return _with_limbs(_sample_trunk(rng, 0.4), (arm, _jittered(rng, arm)), _sample_legs(rng))


def _jittered(rng: np.random.Generator, arm: Arm) -> Arm:
    return replace(arm, abduction=arm.abduction + rng.normal(0, 3), elbow=max(0, arm.elbow + rng.normal(0, 4)))


def _sample_trunk(rng: np.random.Generator, amount: float) -> Rotations:
    """World rotations of spine and head; the limbs are filled in later."""
    pose = np.tile(np.eye(3), (len(JOINTS), 1, 1))
    bend = rotate("x", amount * rng.normal(0, 1.5)) @ rotate("y", amount * rng.normal(0, 2))
    turn = rotate("z", amount * rng.normal(0, 3))
    world = rotate("z", amount * rng.normal(0, 4)) @ rotate("x", amount * rng.normal(0, 2))
    pose[0] = world
    for name in ("spine_01", "spine_02", "spine_03"):
        world = world @ turn @ bend
        pose[JOINT[name]] = world
    look = rotate("z", amount * rng.normal(0, 12)) @ rotate("x", amount * rng.normal(2, 6))
    head = look @ rotate("y", amount * rng.normal(0, 4))
    pose[JOINT["head"]] = head
    pose[JOINT["neck"]] = 0.5 * (world + head)
    u, _, v = np.linalg.svd(pose[JOINT["neck"]])
    pose[JOINT["neck"]] = u @ v
    return pose


def _sample_arms(rng: np.random.Generator, least: float) -> tuple[Arm, Arm]:
    kind = rng.choice(["hanging", "hip", "bent", "mixed"], p=[0.55, 0.15, 0.15, 0.15])
    if kind == "hanging":
        return _hanging(rng, least), _hanging(rng, least)
    pick = {"hip": _on_hip, "bent": _bent, "mixed": _on_hip}[kind]
    other = {"hip": _on_hip, "bent": _bent, "mixed": _hanging}[kind]
    arms = pick(rng, least), other(rng, least)
    return arms if rng.uniform() < 0.5 else (arms[1], arms[0])


def _hanging(rng: np.random.Generator, least: float) -> Arm:
    return Arm(
        abduction=least + abs(rng.normal(0, 6)),
        flexion=rng.normal(0, 6),
        twist=rng.normal(10, 12),
        elbow=rng.uniform(3, 28),
        pronation=rng.normal(10, 20),
        wrist=rng.normal(0, 6),
    )


def _on_hip(rng: np.random.Generator, least: float) -> Arm:
    return Arm(least + rng.uniform(28, 42), rng.uniform(-25, -8), rng.uniform(55, 75), rng.uniform(80, 105), -20, -20)


def _bent(rng: np.random.Generator, least: float) -> Arm:
    return Arm(
        abduction=least + rng.uniform(2, 25),
        flexion=rng.uniform(-10, 25),
        twist=rng.uniform(-20, 15),
        elbow=rng.uniform(40, 120),
        pronation=rng.normal(0, 30),
        wrist=rng.normal(0, 10),
    )


def _sample_legs(rng: np.random.Generator) -> tuple[Leg, Leg]:
    spread, outward = rng.uniform(-1, 7), rng.uniform(2, 16)
    stiff = Leg(spread, rng.normal(0, 2), rng.uniform(0, 4), outward)
    knee = rng.uniform(0, 5) if rng.uniform() < 0.6 else rng.uniform(8, 28)
    relaxed = Leg(spread + rng.uniform(0, 4), knee * rng.uniform(0.4, 0.8), knee, outward + rng.uniform(0, 15))
    return (stiff, relaxed) if rng.uniform() < 0.5 else (relaxed, stiff)


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
    return pose


def _yaw_of(rotation: Rotations) -> Rotations:
    """The part of a rotation about the vertical, so that feet stay flat."""
    forward = -rotation[:, 1]
    return rotate("z", float(np.degrees(np.arctan2(forward[0], -forward[1]))))
