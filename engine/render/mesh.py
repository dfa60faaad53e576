"""Textured meshes, and how to read them from obj, glb, ply and stl files."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from trimesh.visual.material import Material, PBRMaterial
from trimesh.visual.texture import TextureVisuals

from engine.errors import UserError

FILE_TYPES = {".obj": "y", ".glb": "y", ".ply": "z", ".stl": "z"}
"""What `load_mesh` reads, and the axis that points up there unless the caller says otherwise."""


@dataclass(frozen=True)
class TexturedMesh:
    """A surface with colours, possibly open, of several layers and with holes cut by its textures.

    vertices: (V, 3) float32 metres in world space (x right, y forward, z up; a person faces -y). faces: (F, 3) int32,
    counter-clockwise from outside. uv: (F, 3, 2) float32 per face corner, (0, 0) the picture's top left, repeating
    beyond [0, 1], or None. materials: (F,) int32, index into `textures`. textures: HxWx4 uint8 sRGB and alpha; texels
    with alpha below 128 are holes. colors: (V, 3) uint8 sRGB, used where there is no uv, or None (grey).
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32] | None
    materials: NDArray[np.int32]
    textures: tuple[NDArray[np.uint8], ...]
    colors: NDArray[np.uint8] | None = None


def load_mesh(path: Path | str, up: Literal["y", "z"] | None = None) -> TexturedMesh:
    """Read an obj (with mtl and pictures), glb, ply or stl file into world space.

    up: the file's vertical axis; "y" turns people that face +z to -y. None follows `FILE_TYPES`. Raises UserError for
    a file that is missing, of another type, unreadable or without triangles.
    """
    path = Path(path)
    parts = [_part(geometry) for geometry in _geometries(path)]
    mesh = _welded(_joined(parts))
    if not len(mesh.faces) or not np.isfinite(mesh.vertices).all():
        raise UserError(f"{path.name} holds no usable triangles; choose a file with a surface mesh.")
    if (up or FILE_TYPES[path.suffix.lower()]) == "y":
        x, y, z = mesh.vertices.T
        return replace(mesh, vertices=np.stack([x, -z, y], axis=1))
    return mesh


def _geometries(path: Path) -> list[trimesh.Trimesh]:
    if path.suffix.lower() not in FILE_TYPES:
        raise UserError(f"{path.name} is not a mesh that can be read; choose an obj, glb, ply or stl file.")
    if not path.is_file():
        raise UserError(f"{path} does not exist; choose an existing mesh file.")
    try:
        scene = trimesh.load_scene(path, process=False)
        return [g for g in scene.dump() if isinstance(g, trimesh.Trimesh)]
    except Exception as error:
        raise UserError(f"{path.name} cannot be read as a mesh; save it again in another program.") from error


def _part(geometry: trimesh.Trimesh) -> TexturedMesh:
    vertices, faces = np.asarray(geometry.vertices, np.float32), np.asarray(geometry.faces, np.int32)
    visual: Any = geometry.visual
    materials = np.zeros(len(faces), np.int32)
    if isinstance(visual, TextureVisuals):
        texture = _texture(visual.material)
        uv = np.zeros((len(vertices), 2)) if visual.uv is None else np.asarray(visual.uv)[:, :2]
        corners = (uv * [1, -1] + [0, 1]).astype(np.float32)[faces]
        return TexturedMesh(vertices, faces, corners, materials, (texture,))
    colors = np.asarray(visual.vertex_colors, np.uint8)[:, :3] if visual.kind else None
    return TexturedMesh(vertices, faces, None, materials, (), colors)


def _texture(material: Material) -> NDArray[np.uint8]:
    name = "baseColorTexture" if isinstance(material, PBRMaterial) else "image"
    picture: Image.Image | None = getattr(material, name, None)
    if picture is None:
        return np.asarray(material.main_color, np.uint8).reshape(1, 1, 4) | np.array([0, 0, 0, 255], np.uint8)
    return np.array(picture.convert("RGBA"))


def _joined(parts: list[TexturedMesh]) -> TexturedMesh:
    """One mesh of several; parts without a texture get their colours as a texture of one texel per vertex."""
    if len(parts) == 1:
        return parts[0]
    textured = [part if part.uv is not None else _with_texels(part) for part in parts]
    starts = np.cumsum([0, *(len(part.vertices) for part in textured)])
    materials = np.cumsum([0, *(len(part.textures) for part in textured)])
    return TexturedMesh(
        np.concatenate([part.vertices for part in textured] or [np.zeros((0, 3), np.float32)]),
        np.concatenate([p.faces + s for p, s in zip(textured, starts, strict=False)] or [np.zeros((0, 3))]).astype(
            np.int32
        ),
        np.concatenate([part.uv for part in textured if part.uv is not None] or [np.zeros((0, 3, 2), np.float32)]),
        np.concatenate([p.materials + m for p, m in zip(textured, materials, strict=False)] or [[]]).astype(np.int32),
        tuple(texture for part in textured for texture in part.textures),
    )


def _welded(mesh: TexturedMesh) -> TexturedMesh:
    """One vertex per position, so that shading is smooth across the seams of the textures."""
    if mesh.uv is None or not len(mesh.vertices):
        return mesh
    vertices, index = np.unique(mesh.vertices, axis=0, return_inverse=True)
    return replace(mesh, vertices=vertices, faces=index.reshape(-1)[mesh.faces].astype(np.int32))


def _with_texels(part: TexturedMesh) -> TexturedMesh:
    colors = np.full((len(part.vertices), 3), 170, np.uint8) if part.colors is None else part.colors
    side = int(np.ceil(np.sqrt(len(colors))))
    texture = np.full((side * side, 4), 255, np.uint8)
    texture[: len(colors), :3] = colors
    uv = (np.stack([part.faces % side, part.faces // side], axis=-1) + 0.5) / side
    return TexturedMesh(
        part.vertices, part.faces, uv.astype(np.float32), part.materials, (texture.reshape(side, side, 4),)
    )
