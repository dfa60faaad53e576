"""The parametric body: rest shape, skeleton and skin weights of MakeHuman's base mesh, from the package `anny`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import anny
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.errors import UserError

Float32 = NDArray[np.float32]

BODY_VERTICES = 13380
"""Base-mesh vertices below this index are skin; the others are helper geometry that clothes bind to."""


@dataclass(frozen=True)
class RestBody:
    """A shaped body in its rest pose (arms half-way down): z up, facing -y, metres.

    vertices: (V, 3) with helper geometry. heads: (B, 3) where each bone begins.
    """

    vertices: Float32
    heads: Float32


@dataclass(frozen=True)
class Body:
    """Everything fixed about the body.

    template: (V, 3). shapes: (K, V * 3 + B * 3) blend shapes of vertices and bone heads. weights: (V, B) sparse skin
    weights. faces: (F, 3) int32 skin triangles, uv: (F, 3, 2) their picture corners (top-left origin).
    """

    template: Float32
    head_template: Float32
    shapes: Float32
    weights: csr_matrix
    parents: tuple[int, ...]
    bones: Mapping[str, int]
    expressions: Mapping[str, int]
    faces: NDArray[np.int32]
    uv: Float32
    model: anny.Anny

    def coefficients(self, phenotype: Mapping[str, float], expression: Mapping[str, float]) -> Float32:
        """Blend-shape weights (K,) of a phenotype (anny's labels, 0..1) and an expression (ARKit labels, 0..1)."""
        with torch.no_grad():
            weights = self.model.get_phenotype_blendshape_coefficients(**phenotype)[0].numpy().astype(np.float32)
        for name, value in expression.items():
            weights[self.expressions[name]] = value
        return weights

    def rest(self, coefficients: Float32) -> RestBody:
        """Shape the body: coefficients (K,) -> rest pose."""
        offsets = (coefficients @ self.shapes).reshape(-1, 3)
        count = len(self.template)
        return RestBody(self.template + offsets[:count], self.head_template + offsets[count:])

    def bone_transforms(self, rest: RestBody, rotations: NDArray[np.float64]) -> Float32:
        """World rotations (B, 3, 3) relative to the rest pose -> (B, 3, 4) transforms of rest points."""
        positions = np.array(rest.heads, dtype=np.float64)
        for bone, parent in enumerate(self.parents):
            if parent >= 0:
                arm = rest.heads[bone] - rest.heads[parent]
                positions[bone] = positions[parent] + rotations[parent] @ arm
        shift = positions - np.einsum("bij,bj->bi", rotations, rest.heads)
        return np.concatenate([rotations, shift[:, :, None]], axis=2).astype(np.float32)


def skin(points: Float32, weights: csr_matrix, transforms: Float32) -> Float32:
    """Linear blend skinning: points (N, 3) with weights (N, B) under transforms (B, 3, 4) -> (N, 3)."""
    blended = np.asarray(weights @ transforms.reshape(len(transforms), 12)).reshape(-1, 3, 4)
    return np.einsum("nij,nj->ni", blended[:, :, :3], points) + blended[:, :, 3]


@lru_cache(maxsize=1)
def load_body() -> Body:
    """Read the body model; the first time on a machine this takes about a minute (anny then keeps a cache)."""
    model = anny.Anny(rig="anny", topology="makehuman", phenotypes="all", facial_actions="all", skinning_method="lbs")
    vertices = model.template_vertices.shape[0]
    if vertices <= BODY_VERTICES:
        raise UserError("The installed anny has an unknown base mesh: install the version in the requirements.")
    faces, uv = _skin_faces(model)
    shapes = torch.cat([model.blendshapes, model.bone_heads_blendshapes], dim=1).float().flatten(1).numpy()
    expressions = {
        label.split(":")[1]: i for i, label in enumerate(model.blendshape_labels) if label.startswith("facial_action:")
    }
    return Body(
        template=model.template_vertices.float().numpy(),
        head_template=model.template_bone_heads.float().numpy(),
        shapes=shapes,
        weights=_sparse_weights(model),
        parents=tuple(model.bone_parents),
        bones={name: i for i, name in enumerate(model.bone_labels)},
        expressions=expressions,
        faces=faces,
        uv=uv,
        model=model,
    )


def _skin_faces(model: anny.Anny) -> tuple[NDArray[np.int32], Float32]:
    """Triangles of the skin (no helper eyes) and their texture coordinates."""
    quads = np.asarray(model.faces)
    corners = model.face_texture_coordinate_indices.numpy()
    keep = (quads < BODY_VERTICES).all(axis=1)
    pairs = np.concatenate([quads[keep][..., None], corners[keep][..., None]], axis=-1)
    triangles = pairs[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3, 2)
    uv = model.texture_coordinates.numpy()[triangles[..., 1]].astype(np.float32)
    uv[..., 1] = 1 - uv[..., 1]
    return triangles[..., 0].astype(np.int32), uv


def _sparse_weights(model: anny.Anny) -> csr_matrix:
    values = model.vertex_bone_weights.float().numpy()
    columns = model.vertex_bone_indices.numpy()
    rows = np.repeat(np.arange(len(values)), values.shape[1])
    shape = (len(values), len(model.bone_labels))
    matrix = csr_matrix((values.ravel(), (rows, columns.ravel())), shape=shape)
    matrix.eliminate_zeros()
    return matrix
