"""Made-up poses, without the assets."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.people.arms import _two_bones
from engine.training.people.measure import Torso
from engine.training.people.pose import JOINT, Arm, Leg, arm_rotations, is_upright, leg_rotations, mirrored, rotate
from engine.training.people.standing import (
    sample_a_pose,
    sample_reaches,
    sample_standing,
    sample_striding,
    sample_t_pose,
)

LEFT = np.array([1.0, 0, 0])
DOWN = np.array([0, 0, -1.0])


def test_arm_hangs_and_bends_forward() -> None:
    upper, lower, _ = arm_rotations(Arm(abduction=0, flexion=0, twist=0, elbow=90))
    np.testing.assert_allclose(upper @ LEFT, DOWN, atol=1e-9)
    np.testing.assert_allclose(lower @ LEFT, [0, -1, 0], atol=1e-9)
    twisted = arm_rotations(Arm(abduction=0, flexion=0, twist=90, elbow=90))[1]
    np.testing.assert_allclose(twisted @ LEFT, -LEFT, atol=1e-9)


def test_leg_goes_forward_and_its_knee_backward() -> None:
    thigh, calf, foot, _ = leg_rotations(Leg(abduction=0, flexion=30, knee=60, outward=10))
    assert (thigh @ DOWN)[1] < -0.4
    assert (calf @ DOWN)[1] > 0.4
    assert (foot @ [0, -1, 0])[0] > 0.1
    np.testing.assert_allclose(foot @ [0, 0, 1], [0, 0, 1], atol=1e-9)


def test_a_raised_heel_leaves_the_toes_flat() -> None:
    _, _, foot, toes = leg_rotations(Leg(abduction=0, flexion=-20, knee=20, outward=0, heel=30))
    assert (foot @ [0, -1, 0])[2] < -0.4
    np.testing.assert_allclose(toes, np.eye(3), atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_step_has_one_leg_before_the_other(seed: int) -> None:
    pose = sample_striding(np.random.default_rng(seed))
    forward = [-(pose[JOINT[f"thigh_{side}"]] @ DOWN)[1] for side in "lr"]
    assert max(forward) > 0 > min(forward)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_samples_are_rotations_and_face_the_camera(seed: int) -> None:
    for sample in (sample_standing, sample_striding, sample_a_pose, sample_t_pose):
        pose = sample(np.random.default_rng(seed))
        np.testing.assert_allclose(pose @ pose.transpose(0, 2, 1), np.tile(np.eye(3), (22, 1, 1)), atol=1e-9)
        np.testing.assert_allclose(np.linalg.det(pose), 1, atol=1e-9)
        assert (pose[JOINT["pelvis"]] @ [0, -1, 0])[1] < -0.9
        assert (pose[JOINT["upperarm_l"]] @ LEFT)[0] > -0.3
        assert (mirrored(pose[JOINT["upperarm_r"]]) @ LEFT)[0] > -0.3


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.floats(0.15, 0.5),
    st.floats(0.2, 0.35),
    st.floats(0.2, 0.35),
)
def test_two_bones_reach_what_is_near(x: float, y: float, z: float, far: float, upper: float, lower: float) -> None:
    direction = np.array([x, y, z])
    if np.linalg.norm(direction) < 0.1:
        return
    shoulder = np.array([0.2, 0.0, 1.4])
    far = float(np.clip(far, abs(upper - lower) + 0.03, upper + lower - 0.01))
    target = np.asarray(shoulder + far / float(np.linalg.norm(direction)) * direction, dtype=np.float64)
    first, second = _two_bones(shoulder, target, upper, lower, np.array([0.31, 0.77, -0.4]))
    np.testing.assert_allclose(shoulder + first @ LEFT * upper + second @ LEFT * lower, target, atol=1e-6)


def test_torso_radius_is_read_between_rings() -> None:
    radius = np.tile(np.linspace(0.1, 0.2, 28)[:, None], (1, 36))
    torso = Torso(radius, centre=0.0, low=0.0, high=1.0, hips=0.0, shoulders=1.0, thigh=0.1)
    points = np.array([[0.5, 0, 0.5], [0, -0.5, 0.25], [0.5, 0, 1.5]])
    np.testing.assert_allclose(torso.radius_at(points), [0.15, 0.125, 0.0], atol=1e-9)
    np.testing.assert_allclose(torso.surface(0.5, -90), [0, -0.15, 0.5], atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(10, 30))
def test_a_stoop_bends_the_chest_forward_and_leaves_the_head_up(seed: int, stoop: float) -> None:
    upright, bent = (sample_standing(np.random.default_rng(seed), s) for s in (0.0, stoop))
    chest = [-(pose[JOINT["spine_03"]] @ [0, 0, 1])[1] for pose in (upright, bent)]
    assert chest[1] > chest[0] + 0.8 * np.sin(np.radians(stoop))
    turned = upright[JOINT["head"]].T @ bent[JOINT["head"]]
    assert np.degrees(np.arccos(np.clip((np.trace(turned) - 1) / 2, -1, 1))) < 0.25 * stoop


def test_hands_in_pockets_may_be_inside_the_body() -> None:
    reaches = [goal for seed in range(200) for goal in sample_reaches(np.random.default_rng(seed)).values()]
    assert 0.03 < np.mean([goal.buried for goal in reaches]) < 0.5


def test_who_bends_over_or_kicks_is_not_upright() -> None:
    pose = sample_standing(np.random.default_rng(0))
    assert is_upright(pose)
    for joint, angle in (("spine_03", 50.0), ("thigh_l", -70.0)):
        bent = pose.copy()
        bent[JOINT[joint]] = rotate("x", angle) @ bent[JOINT[joint]]
        assert not is_upright(bent)
