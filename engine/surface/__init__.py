"""Depth maps and photo -> closed, coloured, life-size triangle mesh."""

import numpy as np

from engine.surface.clean import clean
from engine.surface.colors import paint
from engine.surface.contour import bend
from engine.surface.detail import STEPS, grain, reduce
from engine.surface.occlusion import find_gaps
from engine.surface.place import placement, world
from engine.surface.solid import solidify
from engine.types import Canvas, Maps, Mesh, Photo, Progress, Settings

__all__ = ["build"]


def build(
    maps: Maps, canvas: Canvas, photo: Photo, settings: Settings, progress: Progress | None = None
) -> tuple[Mesh, tuple[str, ...]]:
    """Build the person's mesh and say what the user should know about it.

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
    mesh = Mesh(vertices, solid.faces, paint(solid, shell, canvas, photo, smoothing))
    tell("Reducing the mesh", 0.8)
    return reduce(mesh, settings.detail, solid, canvas), place.warnings
