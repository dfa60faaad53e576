"""Exact questions to a triangle mesh: nearest points and ray hits (Warp's bounding volume hierarchy)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import trimesh
import warp as wp
from numpy.typing import NDArray

from engine.evaluation import kernels
from engine.native import quiet
from engine.render.mesh import TexturedMesh
from engine.render.turntable import from_mesh
from engine.types import Mesh

wp.config.log_level = wp.LOG_ERROR  # standard output is for results
with quiet():  # it warns of every computer without a graphics card
    wp.init()

DEVICE = "cpu"


@dataclass(frozen=True)
class Surface:
    """A triangle mesh to be measured. vertices: (N, 3), metres, z up, facing -y. faces: (M, 3), none degenerate.

    skin: the mesh with the same faces and vertices that has the colours, None where they do not matter.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    skin: TexturedMesh | None = None

    @cached_property
    def mesh(self) -> trimesh.Trimesh:
        return trimesh.Trimesh(self.vertices, self.faces, process=False, validate=False)

    @cached_property
    def normals(self) -> NDArray[np.float64]:
        """Unit normals of the faces: (M, 3)."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        normals = np.cross(b - a, c - a)
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)

    @cached_property
    def _hierarchy(self) -> Any:
        return wp.Mesh(_vectors(self.vertices), wp.array(self.faces.ravel(), dtype=wp.int32, device=DEVICE))

    def moved(self, scale: float, shift: NDArray, rotation: NDArray | None = None) -> "Surface":
        """The same surface at `scale * rotation @ vertex + shift`; rotation: (3, 3), None = no turn."""
        turned = self.vertices if rotation is None else self.vertices @ rotation.T
        return Surface(turned * scale + shift, self.faces, self.skin)

    def sample(self, count: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """`count` random points, uniform by area: points (count, 3) and the indices of their faces (count,)."""
        points, faces = trimesh.sample.sample_surface(self.mesh, count, seed=seed)
        return np.asarray(points), np.asarray(faces)

    def closest(self, points: NDArray) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """The nearest surface points of (K, 3) points, in float32: positions (K, 3) and indices of their faces (K,)."""
        nearest = wp.zeros(len(points), dtype=wp.vec3, device=DEVICE)
        faces = wp.zeros(len(points), dtype=wp.int32, device=DEVICE)
        wp.launch(kernels.closest, len(points), [self._hierarchy.id, _vectors(points), nearest, faces], device=DEVICE)
        return nearest.numpy().astype(np.float64), faces.numpy()

    def distance(self, points: NDArray) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Distances (K,) of points (K, 3) from the surface and the faces (K,) that are nearest.

        The face is found in float32, the distance from it is computed in float64: what lies on the surface has 0.
        """
        nearest, faces = self.closest(points)
        with np.errstate(all="ignore"):  # slivers give no number
            exact = trimesh.triangles.closest_point(self.vertices[self.faces[faces]], points)
        found = np.where(np.isfinite(exact), exact, nearest)
        return np.linalg.norm(found - points, axis=1), faces

    def cast(self, origins: NDArray, directions: NDArray) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """What rays (origins and unit directions, both (K, 3)) hit first: faces (K,), -1 where none, and distances."""
        faces = wp.zeros(len(origins), dtype=wp.int32, device=DEVICE)
        distances = wp.zeros(len(origins), dtype=wp.float32, device=DEVICE)
        inputs = [self._hierarchy.id, _vectors(origins), _vectors(directions), faces, distances]
        wp.launch(kernels.cast, len(origins), inputs, device=DEVICE)
        return faces.numpy(), distances.numpy()


def _vectors(values: NDArray) -> Any:
    return wp.array(np.ascontiguousarray(values, np.float32), dtype=wp.vec3, device=DEVICE)


def as_surface(mesh: Mesh | TexturedMesh, yaw: float = 0.0) -> Surface:
    """A mesh to be measured, turned by `yaw` degrees to the person's own left."""
    c, s = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    skin = mesh if isinstance(mesh, TexturedMesh) else from_mesh(mesh)
    return Surface(mesh.vertices.astype(np.float64) @ turn.T, mesh.faces.astype(np.int32), skin)
