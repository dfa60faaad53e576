"""Texture maps for a reduced mesh: its colours from the photo, and the full-detail surface's normals."""

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.surface import Surface, weld
from engine.surface.colors import paint
from engine.surface.place import world
from engine.surface.solid import Solid, solidify
from engine.texture.atlas import unwrap
from engine.texture.colors import bake_colors, palette
from engine.texture.fine import Fine
from engine.texture.normals import bake_normals
from engine.texture.tangents import frames
from engine.texture.texels import find_texels
from engine.types import TEXTURE_SIZES, Canvas, Mesh, Photo, Progress, Settings, Texture

__all__ = ["check_detail", "make_texture"]

_CHUNK = 1 << 19
"""Texels worked on at once."""


def check_detail(settings: Settings) -> None:
    """Raise UserError for a texture that cannot be made: of an unknown size, or of the full-detail mesh, which has
    a vertex and a colour for every pixel already."""
    if settings.texture is None:
        return
    if settings.texture not in TEXTURE_SIZES:
        sizes = " or ".join(map(str, TEXTURE_SIZES))
        raise UserError(f"A texture of {settings.texture} texels cannot be made; choose {sizes}.")
    if settings.detail == "full":
        raise UserError("Textures are made for reduced meshes; choose the detail high, medium or low with a texture.")


def make_texture(
    surface: Surface, canvas: Canvas, photo: Photo, size: int, progress: Progress | None = None
) -> Texture:
    """Unwrap the surface's mesh and bake its maps, `size` texels wide and high. Raises whatever `progress` raises."""
    tell = progress or (lambda stage, fraction: None)
    tell("Making the texture", 0.0)
    mesh = surface.mesh
    uv = unwrap(mesh.vertices, mesh.faces, _sheets(surface), size)
    tell("Making the texture", 0.25)
    solid = solidify(surface.shell, surface.gaps)
    fine = _fine(solid, surface, canvas)
    own = paint(solid, surface.shell, surface.colors)
    colors = palette(surface, solid.sheets, own, canvas, photo, _texel(mesh, uv, size))
    frame, texels = frames(mesh.vertices, mesh.faces, uv), find_texels(uv, size)
    color: list[NDArray[np.uint8]] = []
    normal: list[NDArray[np.uint8]] = []
    for part in texels.chunks(_CHUNK):
        tell("Making the texture", 0.45 + 0.45 * len(color) * _CHUNK / len(texels.pixels))
        points = part.interpolate(mesh.vertices[mesh.faces])
        nearby = fine.near(points, part.interpolate(frame.normal))
        color.append(bake_colors(fine.onto(points, nearby), nearby, colors, surface, canvas))
        normal.append(bake_normals(part, nearby, fine, frame))
    tell("Making the texture", 0.9)
    return Texture(uv, *texels.pictures(np.concatenate(color), np.concatenate(normal)))


def _sheets(surface: Surface) -> NDArray[np.float64]:
    """(V, 4) which sheets the mesh's vertices lie on."""
    bits = surface.solid.sheets[surface.origin]
    return np.stack([(bits >> sheet) & 1 for sheet in (weld.NEAR, weld.FAR, weld.BEHIND, weld.HIDDEN)], axis=1) * 1.0


def _fine(solid: Solid, surface: Surface, canvas: Canvas) -> Fine:
    """The full-detail mesh's vertices in metres."""
    points = world(solid.depth, solid.columns, solid.rows, canvas)
    vertices = (surface.place.scale * points + surface.place.shift).astype(np.float32)
    return Fine.of_mesh(vertices, solid.faces)


def _texel(mesh: Mesh, uv: NDArray[np.float32], size: int) -> float:
    """Mean side of a texel in metres."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    (ux, uy), (vx, vy) = (((uv[:, k] - uv[:, 0]) * size).astype(np.float64).T for k in (1, 2))
    return float(np.sqrt(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / np.abs(ux * vy - uy * vx).sum()))
