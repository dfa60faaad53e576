"""One random person: body, pose, clothes, joints."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.render.mesh import TexturedMesh
from engine.training.people.arms import clear_arms, reach
from engine.training.people.assembly import Layer, assemble
from engine.training.people.body import BODY_VERTICES, Body, RestBody, skin
from engine.training.people.drape import tuck_under, vertex_normals
from engine.training.people.dress import Worn, sample_clothes, sample_skin
from engine.training.people.joints import keypoints
from engine.training.people.material import Material
from engine.training.people.measure import measure_torso
from engine.training.people.phenotype import sample_expression, sample_phenotype
from engine.training.people.pose import JOINT, Rotations, rotate
from engine.training.people.props import sample_props
from engine.training.people.rig import bone_rotations
from engine.training.people.standing import (
    sample_a_pose,
    sample_reaches,
    sample_standing,
    sample_striding,
    sample_t_pose,
)
from engine.training.people.wardrobe import SKIN, Wardrobe, load_wardrobe

Float32 = NDArray[np.float32]

_DEEP = 0.03
"""Metres inside the body at which an arm makes a pose worthless."""

_POSES = {"standing": 0.43, "striding": 0.15, "a-pose": 0.06, "t-pose": 0.05, "motion": 0.31}

_POSED = {
    "standing": sample_standing, "striding": sample_striding, "a-pose": sample_a_pose, "t-pose": sample_t_pose,
}  # fmt: skip


@dataclass(frozen=True)
class SyntheticPerson:
    """mesh: metres, z up, facing -y, feet at z = 0, pelvis above the origin. joints: (31, 3) float32 world positions in
    the order of `engine.skeleton.KEYPOINTS`. facts: phenotype, kind of pose, names of what is worn and carried."""

    mesh: TexturedMesh
    joints: Float32
    facts: dict[str, Any]


@dataclass(frozen=True)
class Ingredients:
    """A person before the textures are painted: what `pack_people` keeps."""

    layers: tuple[Layer, ...]
    joints: Float32
    facts: dict[str, Any]


def sample_person(rng: np.random.Generator, assets: Wardrobe | Path | str) -> SyntheticPerson:
    """A random clothed person from the wardrobe (or the asset folder)."""
    wardrobe = assets if isinstance(assets, Wardrobe) else load_wardrobe(assets)
    parts = sample_ingredients(rng, wardrobe)
    return SyntheticPerson(assemble(parts.layers, wardrobe.surfaces, wardrobe.pictures), parts.joints, parts.facts)


def sample_ingredients(rng: np.random.Generator, wardrobe: Wardrobe) -> Ingredients:
    """The layers, joints and facts of a random person."""
    body = wardrobe.body
    phenotype = sample_phenotype(rng)
    rest = body.rest(body.coefficients(phenotype, sample_expression(rng)))
    kind, pose = _sample_pose(rng, wardrobe, rest)
    curl = (rng.uniform(0.4, 1.5), rng.uniform(0.4, 1.5))
    rotations = bone_rotations(body, rest, pose, curl)
    clothes = sample_clothes(rng, wardrobe, phenotype)
    transforms = body.bone_transforms(rest, rotations)
    layers = _layers(wardrobe, rest, transforms, clothes, sample_skin(rng, wardrobe, phenotype))
    heads = np.einsum("bij,bj->bi", transforms[:, :, :3], rest.heads) + transforms[:, :, 3]
    joints = keypoints(body, wardrobe.landmarks, heads, skin(rest.vertices, body.weights, transforms))
    props, carried = sample_props(rng, body, heads, wardrobe.patterns)
    layers += props
    shift = np.array([*heads[0, :2], _lowest(wardrobe, layers)], dtype=np.float32)
    moved = tuple(Layer(la.surface, la.vertices - shift, la.materials, la.shown) for la in layers)
    facts = {"pose": kind, "phenotype": phenotype, "worn": [worn.garment.name for worn in clothes], "carried": carried}
    return Ingredients(moved, (joints - shift).astype(np.float32), facts)


def _sample_pose(rng: np.random.Generator, wardrobe: Wardrobe, rest: RestBody, tries: int = 4) -> tuple[str, Rotations]:
    """A pose whose arms are outside the body as far as they can be."""
    body = wardrobe.body
    torso = measure_torso(body, rest)
    kind = str(rng.choice(list(_POSES), p=list(_POSES.values())))
    pose = _sample_kind(rng, wardrobe, kind)
    if kind != "motion":
        pose = _planted(body, rest, pose)
    reaches = sample_reaches(rng) if kind in ("standing", "striding") else {}
    for side, goal in reaches.items():
        reach(body, rest, torso, pose, side, goal)
    if clear_arms(body, rest, torso, pose) > _DEEP and tries > 1:
        return _sample_pose(rng, wardrobe, rest, tries - 1)
    return kind, pose


def _sample_kind(rng: np.random.Generator, wardrobe: Wardrobe, kind: str) -> Rotations:
    if kind == "motion":
        return wardrobe.motions[rng.integers(len(wardrobe.motions))].copy()
    return _POSED[kind](rng)


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


def _layers(
    wardrobe: Wardrobe, rest: RestBody, transforms: Float32, clothes: list[Worn], material: Material
) -> list[Layer]:
    """Skin and clothes in the world; what lies under clothes further out is left away."""
    body = wardrobe.body
    hidden = np.zeros(BODY_VERTICES, dtype=bool)
    layers: list[Layer] = []
    outward = vertex_normals(rest.vertices[:BODY_VERTICES], body.faces)
    outer: list[tuple[Float32, Float32]] = []
    for worn in clothes:
        garment = worn.garment
        shown = _shown(worn, hidden)
        if not shown.any():
            continue
        points = _fitted(worn, rest, outer)
        if garment.kind == "outfit":
            outer.append(_cloth_samples(points, outward[garment.nearest], garment.surface.faces[shown]))
        vertices = skin(points, garment.skin, transforms)
        layers.append(Layer(garment.name, vertices, worn.materials, None if shown.all() else shown))
        hidden |= worn.hidden()
    vertices = skin(rest.vertices[:BODY_VERTICES], body.weights[:BODY_VERTICES], transforms)
    return [Layer(SKIN, vertices, (material,), ~hidden[body.faces].all(axis=1)), *layers]


def _shown(worn: Worn, hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(F,) faces of what is worn that no cloth further out covers."""
    shown = ~worn.garment.covered_by(hidden)
    return shown if worn.group is None else shown & (worn.garment.surface.groups == worn.group)


def _cloth_samples(points: Float32, outward: Float32, faces: NDArray[np.int32]) -> tuple[Float32, Float32]:
    """Corners and middles of cloth triangles with the directions away from the body."""
    used = np.unique(faces)
    middles = outward[faces].mean(axis=1)
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-6)
    return np.concatenate([points[used], points[faces].mean(axis=1)]), np.concatenate([outward[used], middles])


def _fitted(worn: Worn, rest: RestBody, outer: list[tuple[Float32, Float32]]) -> Float32:
    """The garment on the rest body, draped, and under the clothes further out."""
    points = worn.garment.fit(rest.vertices)
    if worn.drape is not None:
        points = worn.drape.apply(points, worn.garment.surface)
    if worn.garment.kind in ("outfit", "shoes"):
        for cloth, outward in outer:
            points = tuck_under(points, cloth, outward)
    return points


def _lowest(wardrobe: Wardrobe, layers: list[Layer]) -> float:
    """Height of the lowest vertex that is shown."""
    lowest = np.inf
    for layer in layers:
        faces = wardrobe.surfaces[layer.surface].faces
        used = faces if layer.shown is None else faces[layer.shown]
        lowest = min(lowest, float(layer.vertices[used.ravel(), 2].min()))
    return lowest
