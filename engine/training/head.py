"""Learns how heads are shaped, and where the landmarks of the face mesh lie on them, on synthetic people (see
`engine.head.model`).

    python -m engine.training.head ASSETS [HEADS]
"""

import sys
from dataclasses import dataclass, fields
from math import radians
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix, diags
from scipy.spatial import cKDTree
from trimesh import triangles

from engine.camera import NETWORK_FOCAL
from engine.head.draw import Drawn, drawn
from engine.head.fit import similarity
from engine.head.mesh import neighbours
from engine.head.model import WEIGHTS, Float64, HeadModel, Indices
from engine.normals import vertex_normals
from engine.person.face import find_face
from engine.person.keypoints import LANDMARKS
from engine.pixels import Float, ramp
from engine.render.maps import render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import Placement, View, Window, place
from engine.training.closed_mouth import closed_mouth
from engine.training.people.assembly import assemble
from engine.training.people.body import BODY_VERTICES, Body
from engine.training.people.dress import sample_clothes, sample_skin
from engine.training.people.layers import Posed, dressed_layers, pose_body
from engine.training.people.phenotype import sample_expression, sample_phenotype
from engine.training.people.wardrobe import Wardrobe, load_wardrobe

MODES = 16
FACE_LANDMARKS = 468
_BACKDROP = 200
_YOUNGEST = 0.35
"""anny's age of the youngest: about five years."""
_BELOW, _ASIDE = 0.14, 0.12
"""Metres below the head's joint where the neck ends, and beside the middle."""
_TO_CAMERA = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""From upright space (z up, facing -y) to camera space."""
_PORTRAITS, _YAWS, _SIDE = 60, (-30.0, 0.0, 30.0), 480
"""People who are looked at for landmarks, from where (degrees), and the side of their pictures."""
_FACING = 0.35
"""Part of the normal towards the camera from which on a landmark tells where it lies."""
_SPREAD = 0.006
"""Median distance in metres of a landmark's places on heads beyond which it is not trusted."""
_WORN = ("eyes", "eyebrows", "eyelashes")
_INNER_LIPS = (13, 14, 78, 80, 81, 82, 87, 88, 95, 178, 191, 308, 310, 311, 312, 317, 318, 324, 402, 415)
"""Landmarks on the inner rims of the lips: faces open their mouths, which heads as they are learned do not."""
_LIPS, _NOSE = 13, 1
"""Landmarks between the lips and on the tip of the nose."""
_EAR, _STANDS_OUT = 0.04, 0.007
"""Metres around the outermost point of an ear that belong to it, if they stand out so far from an even skull."""
_BARE = (0.012, 0.032)
"""Metres from the landmarks up to which the skin is the face's, and from which on it is not."""
_INNER = (0.045, 0.062)
"""Metres beside the middle up to which hair does not cover the face, and from which on it may."""
_THROAT, _NAPE = 0.035, 0.02
"""Metres below and above the chin from which on the near and the far side stand for the person's: the neck bends."""
_EVEN, _FLAT, _SOFT = 300, 60, 3
"""Rounds of smoothing that leave an even skull, a skull without ears, and a soft border of the ears."""


@dataclass(frozen=True)
class Part:
    """The head of the base mesh. ids: (V,) its vertices. faces: (F, 3) of them. mirror: (V,)."""

    ids: Indices
    faces: Indices
    mirror: Indices


def head_part(body: Body) -> Part:
    """Head, neck and eyeballs."""
    bone = body.head_template[body.bones["head"]]
    skin = (body.template[:, 2] > bone[2] - _BELOW) & (np.abs(body.template[:, 0]) < _ASIDE)
    skin[BODY_VERTICES:] = False
    eyes = np.asarray(body.weights[:, [body.bones["eye.L"], body.bones["eye.R"]]].sum(axis=1)).ravel() > 0.5
    quads = np.asarray(body.model.faces)
    quads = quads[(skin | eyes)[quads].all(axis=1)]
    triangles = quads[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3)
    ids, faces = np.unique(triangles, return_inverse=True)
    points = body.template[ids].astype(np.float64)
    _, mirror = cKDTree(points).query(points * [-1, 1, 1])
    return Part(ids, faces.reshape(-1, 3).astype(np.int64), np.asarray(mirror, np.int64))


def learned_shapes(body: Body, part: Part, count: int, rng: np.random.Generator) -> tuple[Float64, Float64]:
    """The mean (V, 3) of random heads and of their mirror images, and their modes (K, V, 3): camera space, metres."""
    heads = np.concatenate([_head_and_mirrored(body, part, rng) for _ in range(count)])
    mean = heads[0] - heads[0].mean(axis=0)
    for _ in range(3):
        aligned = np.array([_onto(head, mean) for head in heads])
        mean = aligned.mean(axis=0)
        mean = (mean + mean[part.mirror] * [-1, 1, 1]) / 2
    _, sizes, directions = np.linalg.svd((aligned - mean).reshape(len(heads), -1), full_matrices=False)
    modes = directions[:MODES] * sizes[:MODES, None] / np.sqrt(len(heads))
    return mean, modes.reshape(-1, *mean.shape)


def _head_and_mirrored(body: Body, part: Part, rng: np.random.Generator) -> Float64:
    phenotype = sample_phenotype(rng) | {"age": rng.uniform(_YOUNGEST, 1)}
    rest = body.rest(body.coefficients(phenotype, sample_expression(rng)))
    head = rest.vertices[part.ids].astype(np.float64) @ _TO_CAMERA
    return np.stack([head, head[part.mirror] * [-1, 1, 1]])


def _onto(head: Float64, mean: Float64) -> Float64:
    scale, turn, shift = similarity(head, mean, np.ones(len(head)))
    return scale * head @ turn + shift


@dataclass(frozen=True)
class _Found:
    """What was seen of heads. places: per landmark where on the mean head it lay. tones: (V, 4) logarithms of colours
    over that of the skin, summed, and their weights."""

    places: list[list[Float64]]
    tones: Float64

    def tone(self, mirror: Indices) -> Float64:
        """(V, 3) the mean over all heads and both halves; 1 where nothing was seen."""
        total = self.tones + self.tones[mirror]
        return np.exp(total[:, :3] / np.maximum(total[:, 3:], 1e-6))


def found_landmarks(
    wardrobe: Wardrobe, part: Part, mean: Float64, count: int, rng: np.random.Generator
) -> tuple[Float64, NDArray[np.bool_], Float64]:
    """Where on the mean head (468, 3) the landmarks of the face mesh lie, which (468,) do so on every head, and the
    tones (V, 3) of the heads.

    The detector looks at rendered heads; what lies under a landmark there is carried to the mean head, and the median
    over all heads counts.
    """
    found = _Found([[] for _ in range(FACE_LANDMARKS)], np.zeros((len(mean), 4)))
    places = found.places
    for _ in range(count):
        posed, mesh = _portrayed(wardrobe, rng)
        for yaw in _YAWS:
            _look(posed, mesh, part, mean, radians(yaw), found, wardrobe.body)
    medians = np.array([np.median(points, axis=0) for points in places])
    spreads = [np.median(np.linalg.norm(p - m, axis=1)) for p, m in zip(places, medians, strict=True)]
    trusted = np.array(spreads) < _SPREAD
    trusted[list(_INNER_LIPS)] = False
    return medians, trusted, found.tone(part.mirror)


def _look(posed: Posed, mesh: TexturedMesh, part: Part, mean: Float64, yaw: float, found: _Found, body: Body) -> None:
    """Add what is found in one view."""
    placement = place(mesh.vertices, View(yaw))
    head = placement.to_camera(posed.vertices[part.ids])
    window = _window(placement.to_canvas(head))
    view = render_maps(mesh, None, View(yaw), window=window)
    picture = np.where(view.mask[..., None], view.front.shaded, np.uint8(_BACKDROP))
    face = find_face(picture, _guess(posed, body, placement, window))
    if face is None:
        return
    points = np.column_stack([window.from_canvas(placement.to_canvas(head)), head[:, 2] * NETWORK_FOCAL / window.step])
    near, _ = drawn(points, part.faces, (_SIDE, _SIDE))
    facing = near.at_pixels(-vertex_normals(points, part.faces)[:, 2])
    there = np.dstack([near.at_pixels(mean[:, axis]) for axis in range(3)])
    columns, rows = np.clip(face[:, :2].astype(int), 0, _SIDE - 1).T
    for landmark in np.flatnonzero(facing[rows, columns] > _FACING):
        found.places[landmark].append(there[rows[landmark], columns[landmark]])
    _add_tones(found.tones, near, view.front.albedo, facing)


def _add_tones(tones: Float64, near: Drawn, albedo: NDArray[np.uint8], facing: Float) -> None:
    """Add to tones (V, 4) those of the vertices in a picture (H, W, 3) of a bald head, most of which is skin."""
    seen = (facing > _FACING)[near.hit]
    logs = np.log(albedo[near.hit][seen].astype(np.float64) + 1)
    logs = np.column_stack([logs - np.median(logs, axis=0), np.ones(len(logs))])
    for corners, shares in zip(near.corners[seen].T, near.shares[seen].T, strict=True):
        np.add.at(tones, corners, shares[:, None] * logs)


def _window(points: Float64) -> Window:
    """A square around points (N, 2) of the canvas."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = 1.5 * (high - low).max()
    left, top = (low + high - side) / 2
    return Window(_SIDE, _SIDE, left, top, side / _SIDE)


def _guess(posed: Posed, body: Body, placement: Placement, window: Window) -> Float64:
    """Eyes and corners of the mouth (33, 2; pixels of the window), as the pose landmarks would have them."""
    left, right = (posed.heads[body.bones[f"eye.{side}"]].astype(np.float64) for side in "LR")
    down, apart = np.array([0, 0, -1.1]) * np.linalg.norm(left - right), 0.3 * (left - right)
    middle = (left + right) / 2 + down
    points = np.stack([left, right, middle + apart, middle - apart])
    landmarks = np.zeros((33, 2))
    names = [LANDMARKS[name] for name in ("left_eye", "right_eye", "left_mouth", "right_mouth")]
    landmarks[names] = window.from_canvas(placement.to_canvas(placement.to_camera(points)))
    return landmarks


def _on_surface(mean: Float64, faces: Indices, points: Float64) -> tuple[Indices, Float64]:
    """The triangles (N, 3) nearest to points (N, 3) and the nearest points' barycentric coordinates."""
    corners = mean[faces]
    nearest = [triangles.closest_point(corners, np.broadcast_to(point, (len(faces), 3))) for point in points]
    chosen = [int(np.linalg.norm(there - point, axis=1).argmin()) for there, point in zip(nearest, points, strict=True)]
    there = np.array([candidates[face] for candidates, face in zip(nearest, chosen, strict=True)])
    return faces[chosen], np.asarray(triangles.points_to_barycentric(corners[chosen], there))


def _portrayed(wardrobe: Wardrobe, rng: np.random.Generator) -> tuple[Posed, TexturedMesh]:
    """A grown-up who wears nothing but what belongs to the face."""
    phenotype = sample_phenotype(rng) | {"age": rng.uniform(0.45, 1)}
    body = wardrobe.body
    rest = body.rest(body.coefficients(phenotype, {}))
    posed = pose_body(wardrobe, rest, body.bone_transforms(rest, np.tile(np.eye(3), (len(body.parents), 1, 1))))
    worn = [one for one in sample_clothes(rng, wardrobe, phenotype) if one.garment.kind in _WORN]
    layers = dressed_layers(wardrobe, posed, worn, sample_skin(rng, wardrobe, phenotype))
    return posed, assemble(tuple(layers), wardrobe.surfaces, wardrobe.pictures)


def learned_model(assets: Path | str, heads: int, portraits: int = _PORTRAITS, seed: int = 7) -> HeadModel:
    """The model from so many random heads, and so many people who are looked at."""
    wardrobe, rng = load_wardrobe(assets), np.random.default_rng(seed)
    part = head_part(wardrobe.body)
    mean, modes = learned_shapes(wardrobe.body, part, heads, rng)
    points, trusted, tone = found_landmarks(wardrobe, part, mean, portraits, rng)
    close = closed_mouth(mean, part.faces, part.mirror, points[_LIPS])
    mean, modes = close(mean), close(modes)
    corners, shares = _on_surface(mean, part.faces, points)
    regions = _regions(mean, part, points, trusted)
    return HeadModel(mean, modes, part.faces, part.mirror, corners, shares, trusted, **regions, tone=tone)


def _regions(mean: Float64, part: Part, points: Float64, trusted: NDArray[np.bool_]) -> dict[str, NDArray]:
    """The parts of the head that the model tells apart, by its fields' names."""
    graph = _means(part.faces, len(mean))
    height, known = -mean[:, 1].astype(np.float32), -points[trusted, 1]
    lips, nose, chin = -points[_LIPS, 1], -points[_NOSE, 1], known.min()
    away, _ = cKDTree(points[trusted]).query(mean)
    bare = 1 - ramp((away + away[part.mirror]).astype(np.float32) / 2, *_BARE)
    ear = _ears(mean, graph, height > lips)
    return {
        "bare": bare,
        "inner": bare * (1 - ramp(np.abs(mean[:, 0]).astype(np.float32), *_INNER)),
        "ear": ear,
        "near": np.where(bare > 0.99, 1, ramp(height, chin - _THROAT, chin)),
        "far": np.maximum(ramp(height, chin + _NAPE, nose + _NAPE), ramp(bare, 0.2, 0.8)),
        "crown": ramp(height, lips, nose),
        "beside": ((height > lips) & (height < nose + _NAPE) & (ear < 0.2)).astype(float),
        "flat": (_even(mean, graph, _FLAT) - mean) * ear[:, None],
    }


def _ears(mean: Float64, graph: csr_matrix, upper: NDArray[np.bool_]) -> Float64:
    """(V,) 0..1 what stands out from the skull around its outermost points."""
    aside = np.column_stack([np.abs(mean[:, 0]), mean[:, 1:]])
    tip = aside[np.where(upper, aside[:, 0], 0).argmax()]
    near = np.linalg.norm(aside - tip, axis=1) < _EAR
    stands_out = np.linalg.norm(mean - _even(mean, graph, _EVEN), axis=1) > _STANDS_OUT
    return _even((near & stands_out).astype(float), graph, _SOFT)


def _means(faces: Indices, count: int) -> csr_matrix:
    """(V, V) means of neighbours."""
    graph = neighbours(faces, count)
    return csr_matrix(diags(1 / np.asarray(graph.sum(axis=1)).ravel()) @ graph)


def _even(values: Float64, graph: csr_matrix, rounds: int) -> Float64:
    """Values per vertex after rounds of Laplacian smoothing."""
    for _ in range(rounds):
        values = (values + graph @ values) / 2
    return values


def write_model(model: HeadModel, path: Path) -> None:
    """Modes and tones in half precision, the rest in single."""
    values = {field.name: getattr(model, field.name) for field in fields(model)}
    small = {name: _narrowed(array, name in ("modes", "tone")) for name, array in values.items()}
    save_file(small, path)


def _narrowed(values: NDArray, half: bool) -> NDArray:
    if values.dtype.kind == "f":
        return np.ascontiguousarray(values, np.float16 if half else np.float32)
    return np.ascontiguousarray(values, np.int32 if values.dtype.kind == "i" else values.dtype)


def main(assets: Path, heads: int) -> None:
    """Learn from so many heads and replace the model."""
    write_model(learned_model(assets, heads), WEIGHTS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 600)
