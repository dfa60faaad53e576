"""Scans of real people as training people: their joints are found by the detector in pictures from all around.

A folder of textured or vertex-coloured meshes, laid out as THuman2.0, CustomHumans, RenderPeople or the 2K2K set lay
theirs out (see docs/evaluation.md), can so take the place of a file of synthetic people.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import pi
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, Camera
from engine.errors import UserError
from engine.evaluation.people import find_people
from engine.person.detector import detect
from engine.person.joints import VISIBLE
from engine.person.keypoints import SOURCES, keypoints
from engine.render.maps import render_maps
from engine.render.mesh import TexturedMesh, Up, load_mesh
from engine.render.view import View
from engine.training.people.lazy import LazyPeople
from engine.training.people.person import SyntheticPerson

Float64 = NDArray[np.float64]

VIEWS = 12
"""Pictures around a scan, 30 degrees apart."""

SIZE = 768
FAR = Camera(2 * NETWORK_FOCAL)

HEIGHT = 1.75
"""Metres that a scan of unknown unit is taken to be high."""

_PLAUSIBLE = (0.5, 2.5)
"""Heights in metres that are believed."""

_LEAST = 3
"""Views in which a joint must be seen."""


@dataclass(frozen=True)
class Scans(LazyPeople):
    """Scanned people; each is read and its joints are found when it is asked for, and the last ones are kept."""

    files: tuple[tuple[str, Path], ...]
    up: Up | None = None

    def __len__(self) -> int:
        return len(self.files)

    def make(self, position: int) -> SyntheticPerson:
        return _scan(*self.files[position], self.up)


def load_scans(folder: Path, up: Up | None = None) -> Scans:
    """The people of a folder with a mesh or a sub-folder per person; `up` as for `load_mesh`.

    Raises UserError where there are none.
    """
    return Scans(tuple(find_people(folder)), up)


@lru_cache(maxsize=32)
def _scan(name: str, path: Path, up: Up | None) -> SyntheticPerson:
    mesh = standing(load_mesh(path, up))
    return SyntheticPerson(mesh, find_joints(mesh, name), {"pose": "scan", "name": name})


def standing(mesh: TexturedMesh) -> TexturedMesh:
    """The mesh in metres with its feet at z = 0, centred in x and y."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    height = float(high[2] - low[2])
    scale = 1.0 if _PLAUSIBLE[0] <= height <= _PLAUSIBLE[1] else HEIGHT / height
    origin = np.array([*(low + high)[:2] / 2, low[2]])
    return replace(mesh, vertices=((mesh.vertices - origin) * scale).astype(np.float32))


def find_joints(mesh: TexturedMesh, name: str) -> NDArray[np.float32]:
    """Joints (31, 3) in metres, NaN = not found, by triangulation of the key points in pictures from all around.

    Raises UserError where the detector finds the person in too few of them.
    """
    origins, rays, seen = (np.stack(parts) for parts in zip(*_sightings(mesh), strict=True))
    joints = np.stack([triangulate(origins, rays[:, k], seen[:, k]) for k in range(rays.shape[1])])
    if np.isfinite(joints).all(axis=1).mean() < 0.5:
        raise UserError(f"No person is recognised in the scan {name}: check that it is textured and stands upright.")
    return joints.astype(np.float32)


def _sightings(mesh: TexturedMesh) -> Iterator[tuple[Float64, Float64, NDArray[np.bool_]]]:
    """Per picture: the camera's place (3,), directions (31, 3) to the key points, which of them are visible (31,)."""
    for yaw in np.arange(VIEWS) * 2 * pi / VIEWS:
        seen = render_maps(mesh, None, View(float(yaw), FAR), SIZE)
        found = detect(np.where(seen.mask[..., None], seen.front.shaded, np.uint8(128)))
        visible = found[0].visibility[SOURCES] > VISIBLE if found else np.zeros(len(SOURCES), bool)
        points = keypoints(found[0].landmarks) if found else np.zeros((len(SOURCES), 2))
        slopes = (points * (CANVAS / SIZE) - CANVAS / 2) / FAR.focal
        ends = np.column_stack([slopes, np.ones(len(slopes))]) * FAR.distance - [0, 0, FAR.distance]
        origin = seen.placement.to_world(np.array([[0, 0, -FAR.distance]]))[0]
        yield origin, seen.placement.to_world(ends) - origin, visible


def triangulate(origins: Float64, rays: Float64, seen: NDArray[np.bool_], rounds: int = 10) -> Float64:
    """The point (3,) nearest to rays from origins (N, 3) in directions (N, 3), of those that count, robustly.

    Minimises the sum of distances by iteratively reweighted least squares (Weiszfeld). NaN with fewer than three rays.
    """
    if seen.sum() < _LEAST:
        return np.full(3, np.nan)
    start, along = origins[seen], rays[seen] / np.linalg.norm(rays[seen], axis=1, keepdims=True)
    across = np.eye(3) - along[:, :, None] * along[:, None, :]
    weights = np.ones(len(start))
    for _ in range(rounds):
        matrices = weights[:, None, None] * across
        point = np.linalg.solve(matrices.sum(axis=0), np.einsum("nij,nj->i", matrices, start))
        distances = np.linalg.norm(np.einsum("nij,nj->ni", across, point - start), axis=1)
        weights = 1 / np.maximum(distances, 1e-3)
    return point
