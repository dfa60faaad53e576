"""Depth maps and photo -> closed, coloured, life-size triangle mesh."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.surface.clean import Shell, clean
from engine.surface.colors import SheetColors, paint, sheet_colors
from engine.surface.contour import bend
from engine.surface.detail import STEPS, TRIANGLES, grain, reduce
from engine.surface.health import check, failures
from engine.surface.occlusion import Gaps, find_gaps
from engine.surface.place import Placement, placement, world
from engine.surface.solid import Solid, seams, solidify
from engine.surface.untangle import untangle
from engine.types import Canvas, Maps, Mesh, Photo, Progress, Settings

__all__ = ["Surface", "build", "construct", "locate"]


@dataclass(frozen=True)
class Surface:
    """A mesh, and what it was made from, for later stages.

    origin: (N,) vertex of `solid` that each vertex of the mesh is, or stands next to. colors: of the sheets, without
    any low-pass filter. warnings: what the user should know.
    """

    mesh: Mesh
    origin: NDArray[np.int64]
    shell: Shell
    gaps: Gaps
    solid: Solid
    colors: SheetColors
    place: Placement
    warnings: tuple[str, ...]


def build(
    maps: Maps, canvas: Canvas, photo: Photo, settings: Settings, progress: Progress | None = None
) -> tuple[Mesh, tuple[str, ...]]:
    """The mesh that `construct` makes, and what the user should know about it."""
    surface = construct(maps, canvas, photo, settings, progress)
    return surface.mesh, surface.warnings


def construct(
    maps: Maps, canvas: Canvas, photo: Photo, settings: Settings, progress: Progress | None = None
) -> Surface:
    """Build the person's mesh.

    The mesh is closed and manifold, in metres, z up, facing -y, feet at z = 0, centred in x and y, and
    `settings.height` high from the floor to the top of the head. Checks that it fails (docs/surface.md) are among what
    the user should know. Raises UserError where the maps hold no body, and whatever `progress` raises.
    """
    tell = progress or (lambda stage, fraction: None)
    step = STEPS.get(settings.detail, 1)
    tell("Building the mesh", 0.0)
    shell, gaps, solid = _shape(maps, step)
    tell("Building the mesh", 0.45)
    points, place = _located(solid, canvas, settings)
    vertices = (place.scale * points + place.shift).astype(np.float32)
    tell("Colouring the mesh", 0.55)
    smoothing = grain(settings.detail, step**2 * len(solid.faces))
    with ThreadPoolExecutor(1) as other:
        painting = other.submit(_painted, solid, shell, canvas, photo, smoothing)
        if settings.detail in TRIANGLES:
            colors, paints = painting.result()
            tell("Reducing the mesh", 0.75)
            mesh, origin = reduce(Mesh(vertices, solid.faces, paints), settings.detail, solid, canvas)
            paints, sound = mesh.colors, untangle(mesh.vertices, mesh.faces)
        else:
            origin, sound = np.arange(len(vertices)), untangle(vertices, solid.faces, seams(solid, shell, step))
            colors, paints = painting.result()
    tell("Checking the mesh", 0.95)
    mesh = Mesh(sound.vertices, sound.faces, paints[sound.source])
    failed = failures(check(mesh, sound.zone), sound.crossing, len(mesh.faces), settings.height)
    warnings = (*place.warnings, *(f"Check '{name}' failed: {why}" for name, why in failed.items()))
    return Surface(mesh, origin[sound.source], shell, gaps, solid, colors, place, warnings)


def _painted(
    solid: Solid, shell: Shell, canvas: Canvas, photo: Photo, smoothing: float
) -> tuple[SheetColors, NDArray[np.uint8]]:
    """The sheets' colours, and the vertices'."""
    colors = sheet_colors(solid, shell, canvas, photo)
    return colors, paint(solid, shell, colors, smoothing)


def locate(maps: Maps, canvas: Canvas, settings: Settings) -> Placement:
    """Where `build` puts the upright points of the maps (camera units)."""
    return _located(_shape(maps, STEPS.get(settings.detail, 1))[2], canvas, settings)[1]


def _shape(maps: Maps, step: int) -> tuple[Shell, Gaps, Solid]:
    shell, gaps = find_gaps(clean(maps))
    shell = bend(shell)
    return shell, gaps, solidify(shell, gaps, step)


def _located(solid: Solid, canvas: Canvas, settings: Settings) -> tuple[NDArray[np.float64], Placement]:
    points = world(solid.depth, solid.columns, solid.rows, canvas)
    return points, placement(points, solid.rows, solid.columns, canvas, settings)
