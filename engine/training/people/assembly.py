"""Layers of a person (skin, clothes, hair) joined into one textured mesh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.networks.cloths import Cloth
from engine.render.mesh import TexturedMesh
from engine.training.people.garment import Surface
from engine.training.people.material import Material, Picture

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """surface: name of the shared triangles. vertices: (N, 3) world metres. shown: (F,) bool, the faces to keep, or
    None for all. materials: one per group (a group without shown faces is not painted). cloths: what each group is."""

    surface: str
    vertices: Float32
    materials: tuple[Material, ...]
    cloths: tuple[Cloth, ...]
    shown: NDArray[np.bool_] | None = None


def assemble(layers: Sequence[Layer], surfaces: Mapping[str, Surface], pictures: Mapping[str, Picture]) -> TexturedMesh:
    """One mesh of all layers, without vertices that no face uses."""
    vertices, faces, uv, materials = [], [], [], []
    textures: list[Picture] = []
    base = 0
    for layer in layers:
        surface = surfaces[layer.surface]
        shown = slice(None) if layer.shown is None else layer.shown
        used, corners = np.unique(surface.faces[shown], return_inverse=True)
        vertices.append(layer.vertices[used])
        faces.append(corners.reshape(-1, 3) + base)
        uv.append(surface.uv[shown])
        groups, order = np.unique(surface.groups[shown], return_inverse=True)
        materials.append(order + len(textures))
        textures += [m.paint(pictures[m.texture]) for m in (layer.materials[group] for group in groups)]
        base += len(used)
    return TexturedMesh(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(uv).astype(np.float32),
        np.concatenate(materials).astype(np.int32),
        tuple(textures),
    )


def shown_cloths(layers: Sequence[Layer], surfaces: Mapping[str, Surface]) -> tuple[Cloth, ...]:
    """What each texture of the mesh of `assemble` is."""
    shown = [surfaces[la.surface].groups[slice(None) if la.shown is None else la.shown] for la in layers]
    return tuple(la.cloths[group] for la, groups in zip(layers, shown, strict=True) for group in np.unique(groups))
