"""Depth maps and photo -> closed, coloured, life-size triangle mesh."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from engine.surface.clean import Shell, clean
from engine.surface.colors import paint
from engine.surface.contour import bend
from engine.surface.detail import STEPS, TRIANGLES, grain, reduce
from engine.surface.health import check, failures
from engine.surface.occlusion import find_gaps
from engine.surface.place import Placement, placement, world
from engine.surface.solid import Solid, seams, solidify
from engine.surface.untangle import untangle
from engine.types import Canvas, Maps, Mesh, Photo, Progress, Settings

__all__ = ["build", "locate"]


def build(
    maps: Maps, canvas: Canvas, photo: Photo, settings: Settings, progress: Progress | None = None
) -> tuple[Mesh, tuple[str, ...]]:
    """Build the person's mesh and say what the user should know about it.

    The mesh is closed and manifold, in metres, z up, facing -y, feet at z = 0, centred in x and y, and
    `settings.height` high from the floor to the top of the head. Checks that it fails (docs/surface.md) are among what
    the user should know. Raises UserError where the maps hold no body, and whatever `progress` raises.
    """
    tell = progress or (lambda stage, fraction: None)
    step = STEPS.get(settings.detail, 1)
    tell("Building the mesh", 0.0)
    shell, solid = _shape(maps, step)
    tell("Building the mesh", 0.45)
    points, place = _located(solid, canvas, settings)
    vertices = (place.scale * points + place.shift).astype(np.float32)
    tell("Colouring the mesh", 0.55)
    smoothing = grain(settings.detail, step**2 * len(solid.faces))
    with ThreadPoolExecutor(1) as other:
        painted = other.submit(paint, solid, shell, canvas, photo, smoothing)
        if settings.detail in TRIANGLES:
            tell("Reducing the mesh", 0.75)
            mesh = reduce(Mesh(vertices, solid.faces, painted.result()), settings.detail, solid, canvas)
            colors, sound = mesh.colors, untangle(mesh.vertices, mesh.faces)
        else:
            sound = untangle(vertices, solid.faces, seams(solid, shell, step))
            colors = painted.result()
    tell("Checking the mesh", 0.95)
    mesh = Mesh(sound.vertices, sound.faces, colors[sound.source])
    failed = failures(check(mesh, sound.zone), sound.crossing, len(mesh.faces), settings.height)
    return mesh, (*place.warnings, *(f"Check '{name}' failed: {why}" for name, why in failed.items()))


def locate(maps: Maps, canvas: Canvas, settings: Settings) -> Placement:
    """Where `build` puts the upright points of the maps (camera units)."""
    return _located(_shape(maps, STEPS.get(settings.detail, 1))[1], canvas, settings)[1]


def _shape(maps: Maps, step: int) -> tuple[Shell, Solid]:
    shell, gaps = find_gaps(clean(maps))
    shell = bend(shell)
    return shell, solidify(shell, gaps, step)


def _located(solid: Solid, canvas: Canvas, settings: Settings) -> tuple[NDArray[np.float64], Placement]:
    points = world(solid.depth, solid.columns, solid.rows, canvas)
    return points, placement(points, solid.rows, solid.columns, canvas, settings)
