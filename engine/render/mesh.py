"""Textured meshes, and how to read them from obj, glb, ply and stl files."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from trimesh.visual.color import ColorVisuals
from trimesh.visual.material import Material, PBRMaterial
from trimesh.visual.texture import TextureVisuals

from engine.errors import UserError

Up = Literal["y", "z"]

FILE_TYPES: dict[str, Up] = {".obj": "y", ".glb": "y", ".ply": "z", ".stl": "z"}
"""What `load_mesh` reads, and the axis that points up there unless the caller says otherwise."""

GREY = 170
"""Grey level of meshes without any colour."""


@dataclass(frozen=True)
class TexturedMesh:
    """A surface with colours, possibly open, of several layers and with holes cut by its textures.

    vertices: (V, 3) float32 metres in world space (x right, y forward, z up; a person faces -y). faces: (F, 3) int32,
    counter-clockwise from outside. uv: (F, 3, 2) float32 per face corner, (0, 0) the picture's top left, repeating
    beyond [0, 1], or None. materials: (F,) int32, index into `textures`, -1 = `colors` even if there is uv. textures:
    HxWx4 uint8 sRGB and alpha; texels with alpha below 128 are holes. colors: (V, 3) uint8 sRGB, used where there is no
    texture, or None (grey).
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32] | None
    materials: NDArray[np.int32]
    textures: tuple[NDArray[np.uint8], ...]
    colors: NDArray[np.uint8] | None = None


def load_mesh(path: Path | str, up: Up | None = None) -> TexturedMesh:
    """Read an obj (with mtl and pictures), glb, ply or stl file into world space.

    up: the file's vertical axis; "y" turns people that face +z to -y. None follows `FILE_TYPES`. Raises UserError for
    a file that is missing, of another type, unreadable or without triangles.
    """
    path = Path(path)
    parts = [_part(geometry) for geometry in _geometries(path) if len(geometry.faces)]
    if not parts or not all(np.isfinite(part.vertices).all() for part in parts):
        raise UserError(f"{path.name} holds no usable triangles; choose a file with a surface mesh.")
    mesh = _welded(_joined(parts))
    if (up or FILE_TYPES[path.suffix.lower()]) == "z":
        return mesh
    x, y, z = mesh.vertices.T
    return replace(mesh, vertices=np.stack([x, -z, y], axis=1))


def _geometries(path: Path) -> list[trimesh.Trimesh]:
    if path.suffix.lower() not in FILE_TYPES:
        raise UserError(f"{path.name} is not a mesh that can be read; choose an obj, glb, ply or stl file.")
    if not path.is_file():
        raise UserError(f"{path} does not exist; choose an existing mesh file.")
    try:
        scene = trimesh.load_scene(path, process=False)
        for geometry in scene.geometry.values():
            _show_vertex_colors(geometry)
        return [g for g in scene.dump() if isinstance(g, trimesh.Trimesh)]
    except Exception as error:
        raise UserError(f"{path.name} cannot be read as a mesh; save it again in another program.") from error


def _show_vertex_colors(geometry: Any) -> None:
    """Let glTF's vertex colours (COLOR_0) stand where the material has no picture that would be shown instead."""
    visual = geometry.visual
    if isinstance(visual, TextureVisuals) and "color" in visual.vertex_attributes and _picture(visual.material) is None:
        factor = getattr(visual.material, "baseColorFactor", None)
        light = _unit(visual.vertex_attributes["color"]) * (1 if factor is None else _unit(np.asarray(factor)))
        geometry.visual = ColorVisuals(geometry, vertex_colors=_srgb(light))


def _unit(values: NDArray) -> NDArray[np.float64]:
    """The RGB of (..., 3 or 4) colours in [0, 1], from floats or from integers over their whole range."""
    return values[..., :3] / (1.0 if values.dtype.kind == "f" else np.iinfo(values.dtype).max)


def _srgb(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Linear light in [0, 1] -> sRGB bytes (IEC 61966-2-1)."""
    light = linear.clip(0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)


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
    picture = _picture(material)
    if picture is None:
        return np.asarray(material.main_color, np.uint8).reshape(1, 1, 4) | np.array([0, 0, 0, 255], np.uint8)
    return np.array(picture.convert("RGBA"))


def _picture(material: Material) -> Image.Image | None:
    return getattr(material, "baseColorTexture" if isinstance(material, PBRMaterial) else "image", None)


def _joined(parts: list[TexturedMesh]) -> TexturedMesh:
    """One mesh of several, some textured, some not."""
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])[:-1]
    first = np.cumsum([0, *(len(part.textures) for part in parts)])[:-1]
    return TexturedMesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=True)]).astype(np.int32),
        np.concatenate([_corners(part) for part in parts]),
        np.concatenate([_materials(part, int(k)) for part, k in zip(parts, first, strict=True)]).astype(np.int32),
        tuple(texture for part in parts for texture in part.textures),
        np.concatenate([_colors(part) for part in parts]) if any(part.uv is None for part in parts) else None,
    )


def _corners(part: TexturedMesh) -> NDArray[np.float32]:
    return np.zeros((len(part.faces), 3, 2), np.float32) if part.uv is None else part.uv


def _materials(part: TexturedMesh, first: int) -> NDArray[np.int32]:
    return np.full(len(part.faces), -1, np.int32) if part.uv is None else part.materials + first


def _colors(part: TexturedMesh) -> NDArray[np.uint8]:
    return np.full((len(part.vertices), 3), GREY, np.uint8) if part.colors is None else part.colors


def _welded(mesh: TexturedMesh) -> TexturedMesh:
    """One vertex per position, so that shading is smooth across the seams of the textures."""
    if mesh.colors is not None:
        return mesh
    vertices, index = np.unique(mesh.vertices, axis=0, return_inverse=True)
    return replace(mesh, vertices=vertices, faces=index.reshape(-1)[mesh.faces].astype(np.int32))
