"""One random person: body, pose, clothes, joints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.networks.cloths import Cloth
from engine.render.mesh import TexturedMesh
from engine.training.people.arms import clear_arms, reach
from engine.training.people.assembly import Layer, assemble, shown_cloths
from engine.training.people.body import Body, RestBody
from engine.training.people.dress import Worn, sample_clothes, sample_skin
from engine.training.people.footwear import heel_angle
from engine.training.people.glasses import glasses
from engine.training.people.joints import keypoints
from engine.training.people.layers import dressed_layers, pose_body
from engine.training.people.measure import measure_torso
from engine.training.people.phenotype import sample_expression, sample_phenotype
from engine.training.people.pose import JOINT, Rotations, is_upright, rotate
from engine.training.people.props import sample_props
from engine.training.people.rig import bone_rotations
from engine.training.people.standing import (
    sample_a_pose,
    sample_crossed_legs,
    sample_reaches,
    sample_standing,
    sample_striding,
    sample_t_pose,
)
from engine.training.people.wardrobe import Wardrobe, load_wardrobe

Float32 = NDArray[np.float32]

_DEEP = 0.03
"""Metres inside the body at which an arm makes a pose worthless."""

_GLASSES = 0.17
"""Share of people who wear glasses."""

_POSES = {
    "standing": 0.42, "striding": 0.14, "crossed legs": 0.06, "a-pose": 0.06, "t-pose": 0.03, "motion": 0.29,
}  # fmt: skip

_POSED = {
    "standing": sample_standing, "striding": sample_striding, "a-pose": sample_a_pose, "t-pose": sample_t_pose,
    "crossed legs": sample_crossed_legs,
}  # fmt: skip


@dataclass(frozen=True)
class SyntheticPerson:
    """mesh: metres, z up, facing -y, feet at z = 0, pelvis above the origin. joints: (31, 3) float32 world positions in
    the order of `engine.skeleton.KEYPOINTS`. facts: phenotype, kind of pose, names of what is worn and carried. cloths:
    what each texture of the mesh is, empty where nobody knows."""

    mesh: TexturedMesh
    joints: Float32
    facts: dict[str, Any]
    cloths: tuple[Cloth, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What of a person is not left to chance.

    pose, gesture: names of the kind of pose and of what the hands do, None for any. suits: tells whether clothes will
    do. carries: whether the person may carry something.
    """

    pose: str | None = None
    gesture: str | None = None
    suits: Callable[[list[Worn]], bool] = lambda clothes: True
    carries: bool = True


ANYBODY = Wish()


@dataclass(frozen=True)
class Ingredients:
    """A person before the textures are painted: what `pack_people` keeps."""

    layers: tuple[Layer, ...]
    joints: Float32
    facts: dict[str, Any]


def sample_person(rng: np.random.Generator, assets: Wardrobe | Path | str, wish: Wish = ANYBODY) -> SyntheticPerson:
    """A random clothed person from the wardrobe (or the asset folder)."""
    wardrobe = assets if isinstance(assets, Wardrobe) else load_wardrobe(assets)
    parts = sample_ingredients(rng, wardrobe, wish)
    mesh = assemble(parts.layers, wardrobe.surfaces, wardrobe.pictures)
    return SyntheticPerson(mesh, parts.joints, parts.facts, shown_cloths(parts.layers, wardrobe.surfaces))


def sample_ingredients(rng: np.random.Generator, wardrobe: Wardrobe, wish: Wish = ANYBODY) -> Ingredients:
    """The layers, joints and facts of a random person."""
    body = wardrobe.body
    phenotype, expression, clothes = _sample_dressed(rng, wardrobe, wish)
    rest = body.rest(body.coefficients(phenotype, expression))
    kind, pose, buried = _sample_pose(rng, wardrobe, rest, clothes, _stoop(rng, phenotype), wish)
    for shoe in (worn.shoe for worn in clothes if worn.shoe is not None):
        _raise_heels(pose, heel_angle(body, rest, shoe))
    curl = (_curl(rng), _curl(rng))
    posed = pose_body(wardrobe, rest, body.bone_transforms(rest, bone_rotations(body, rest, pose, curl)))
    layers = dressed_layers(wardrobe, posed, clothes, sample_skin(rng, wardrobe, phenotype), buried)
    heads = posed.heads
    joints = keypoints(body, wardrobe.landmarks, heads, posed.vertices)
    free = "".join(side for side in "lr" if side not in buried) if wish.carries else ""
    props, carried = sample_props(rng, body, heads, wardrobe.patterns, free)
    layers += props
    if rng.uniform() < _GLASSES:
        layers += glasses(rng, body.bones, heads)
    shift = np.array([*heads[0, :2], _lowest(wardrobe, layers)], dtype=np.float32)
    moved = tuple(replace(la, vertices=la.vertices - shift) for la in layers)
    facts = {
        "pose": kind,
        "phenotype": phenotype,
        "worn": [worn.garment.name for worn in clothes],
        "carried": carried,
        "pockets": sorted(buried),
    }
    return Ingredients(moved, (joints - shift).astype(np.float32), facts)


def _sample_dressed(
    rng: np.random.Generator, wardrobe: Wardrobe, wish: Wish
) -> tuple[dict[str, float], Mapping[str, float], list[Worn]]:
    """Phenotype, expression and clothes that suit the wish."""
    while True:
        phenotype, expression = sample_phenotype(rng), sample_expression(rng)
        clothes = sample_clothes(rng, wardrobe, phenotype)
        if wish.suits(clothes):
            return phenotype, expression, clothes


def _stoop(rng: np.random.Generator, phenotype: dict[str, float]) -> float:
    """Degrees by which the back is rounded (negative: flat); more in old age."""
    return float(rng.normal(0, 4) + rng.uniform(0, 26) * np.clip(phenotype["age"] * 5 - 4.1, 0, 1))


def _curl(rng: np.random.Generator) -> float:
    """How far fingers are bent: mostly relaxed, some flat, some in a fist."""
    kind = rng.choice(["relaxed", "flat", "fist"], p=[0.7, 0.14, 0.16])
    return float(rng.uniform(*{"relaxed": (0.4, 1.5), "flat": (0.0, 0.4), "fist": (1.9, 2.5)}[kind]))


def _sample_pose(
    rng: np.random.Generator,
    wardrobe: Wardrobe,
    rest: RestBody,
    clothes: list[Worn],
    stoop: float,
    wish: Wish,
    tries: int = 4,
) -> tuple[str, Rotations, frozenset[str]]:
    """A pose whose arms are outside the body and its clothes, as far as they can be.

    Who wears hanging cloth neither bends over nor lifts a leg high. Returns the pose's kind, the pose and the sides
    ("l", "r") whose hand is in a pocket.
    """
    body = wardrobe.body
    torso = measure_torso(body, rest)
    kind = wish.pose or str(rng.choice(list(_POSES), p=list(_POSES.values())))
    pose = _sample_kind(rng, wardrobe, kind, stoop)
    if any(worn.hangs for worn in clothes) and not is_upright(pose):
        kind, pose = "standing", _sample_kind(rng, wardrobe, "standing", stoop)
    if kind != "motion":
        pose = _planted(body, rest, pose)
    reaches = sample_reaches(rng, wish.gesture) if kind in ("standing", "striding", "crossed legs") else {}
    for side, goal in reaches.items():
        reach(body, rest, torso, pose, side, goal)
    buried = frozenset(side for side, goal in reaches.items() if goal.buried)
    if clear_arms(body, rest, torso, pose, max(worn.bulk for worn in clothes), buried) > _DEEP and tries > 1:
        return _sample_pose(rng, wardrobe, rest, clothes, stoop, wish, tries - 1)
    return kind, pose, buried


def _sample_kind(rng: np.random.Generator, wardrobe: Wardrobe, kind: str, stoop: float) -> Rotations:
    if kind == "motion":
        return wardrobe.motions[rng.integers(len(wardrobe.motions))].copy()
    return _POSED[kind](rng, stoop)


def _raise_heels(pose: Rotations, angle: float) -> None:
    """Pitch both feet of a pose, in place; the toes stay as they are."""
    for side in "lr":
        pose[JOINT[f"foot_{side}"]] = pose[JOINT[f"foot_{side}"]] @ rotate("x", angle)


def _planted(body: Body, rest: RestBody, pose: Rotations) -> Rotations:
    """Tilt the pelvis so that both feet stand on the floor."""
    transforms = body.bone_transforms(rest, bone_rotations(body, rest, pose, (0, 0)))
    left, right = (
        transforms[body.bones[f"foot.{s}"], :, :3] @ rest.heads[body.bones[f"foot.{s}"]]
        + transforms[body.bones[f"foot.{s}"], :, 3]
        for s in "LR"
    )
    hips = rest.heads[body.bones["upperleg01.L"]] - rest.heads[body.bones["upperleg01.R"]]
    tilt = np.degrees(np.arcsin(np.clip((left[2] - right[2]) / np.linalg.norm(hips), -0.12, 0.12)))
    pose[JOINT["pelvis"]] = rotate("y", float(tilt)) @ pose[JOINT["pelvis"]]
    return pose


def _lowest(wardrobe: Wardrobe, layers: list[Layer]) -> float:
    """Height of the lowest vertex that is shown."""
    lowest = np.inf
    for layer in layers:
        faces = wardrobe.surfaces[layer.surface].faces
        used = faces if layer.shown is None else faces[layer.shown]
        lowest = min(lowest, float(layer.vertices[used.ravel(), 2].min()))
    return lowest
