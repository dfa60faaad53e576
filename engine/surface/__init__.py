"""Depth maps and photo -> closed, coloured, life-size triangle mesh."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.surface.clean import Shell, clean
from engine.surface.colors import SheetColors, paint, sheet_colors
from engine.surface.contour import bend
from engine.surface.detail import STEPS, grain, reduce
from engine.surface.occlusion import Gaps, find_gaps
from engine.surface.place import Placement, placement, world
from engine.surface.solid import Solid, solidify
from engine.types import Canvas, Maps, Mesh, Photo, Progress, Settings

__all__ = ["Surface", "build", "construct"]


@dataclass(frozen=True)
class Surface:
    """A mesh, and what it was made from, for later stages.

    origin: (N,) vertex of `solid` that each vertex of the mesh is. colors: of the sheets, without any low-pass filter.
    """

    mesh: Mesh
    origin: NDArray[np.int64]
    shell: Shell
    gaps: Gaps
    solid: Solid
    colors: SheetColors
    place: Placement


def build(
    maps: Maps, canvas: Canvas, photo: Photo, settings: Settings, progress: Progress | None = None
) -> tuple[Mesh, tuple[str, ...]]:
    """The mesh that `construct` makes, and what the user should know about it."""
    surface = construct(maps, canvas, photo, settings, progress)
    return surface.mesh, surface.place.warnings


def construct(
    maps: Maps, canvas: Canvas, photo: Photo, settings: Settings, progress: Progress | None = None
) -> Surface:
    """Build the person's mesh.

    The mesh is closed and manifold, in metres, z up, facing -y, feet at z = 0, centred in x and y, and
    `settings.height` high from the floor to the top of the head. Raises UserError where the maps hold no body, and
    whatever `progress` raises.
    """
    tell = progress or (lambda stage, fraction: None)
    shell, gaps = find_gaps(clean(maps))
    shell = bend(shell)
    tell("Building the mesh", 0.15)
    step = STEPS.get(settings.detail, 1)
    solid = solidify(shell, gaps, step)
    tell("Building the mesh", 0.45)
    points = world(solid.depth, solid.columns, solid.rows, canvas)
    place = placement(points, solid.rows, solid.columns, canvas, settings)
    vertices = (place.scale * points + place.shift).astype(np.float32)
    tell("Colouring the mesh", 0.55)
    smoothing = grain(settings.detail, step**2 * len(solid.faces))
    colors = sheet_colors(solid, shell, canvas, photo)
    mesh = Mesh(vertices, solid.faces, paint(solid, shell, colors, smoothing))
    tell("Reducing the mesh", 0.8)
    mesh, origin = reduce(mesh, settings.detail, solid, canvas)
    return Surface(mesh, origin, shell, gaps, solid, colors, place)
