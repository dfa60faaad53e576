"""Depth maps and photo -> closed, coloured, life-size triangle mesh."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.surface.clean import Shell, clean
from engine.surface.colors import SheetColors, both_sides, paint, sheet_colors
from engine.surface.detail import STEPS, grain
from engine.surface.form import form_of, located
from engine.surface.health import check, failures
from engine.surface.occlusion import Gaps, bent, find_gaps
from engine.surface.parts import with_parts
from engine.surface.place import Placement
from engine.surface.solid import Solid, solidify
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
    `settings.height` high from the floor to the top of the head if they stand. Checks that it fails (docs/surface.md)
    are among what the user should know. Raises UserError where the maps hold no body, and whatever `progress` raises.
    """
    tell = progress or (lambda stage, fraction: None)
    tell("Building the mesh", 0.0)
    cleaned = clean(maps)
    shell, gaps = _opened(cleaned)
    tell("Building the mesh", 0.3)
    with ThreadPoolExecutor(1) as other:
        coloring = other.submit(_colored, cleaned, shell, canvas, photo)
        made = form_of(shell, gaps, canvas, settings)
        tell("Colouring and checking the mesh", 0.75)
        painting = other.submit(
            lambda: paint(made.solid, shell, coloring.result(), grain(settings.detail, made.solid))[made.origin]
        )
        health = check(made.sound, made.sound.zone)
        paints, colors = painting.result(), coloring.result()
    mesh = Mesh(made.sound.vertices, made.sound.faces, paints)
    failed = failures(health, made.sound.crossing, len(mesh.faces), settings.height)
    warnings = (*made.place.warnings, *(f"Check '{name}' failed: {why}" for name, why in failed.items()))
    return Surface(mesh, made.origin, shell, made.gaps, made.solid, colors, made.place, warnings)


def locate(maps: Maps, canvas: Canvas, settings: Settings) -> Placement:
    """Where `build` puts the upright points of the maps (camera units)."""
    return located(solidify(*_opened(clean(maps)), STEPS.get(settings.detail, 1)), canvas, settings)[1]


def _colored(cleaned: Shell, shell: Shell, canvas: Canvas, photo: Photo) -> SheetColors:
    return sheet_colors(*both_sides(cleaned, shell.mask, canvas, photo), shell, canvas.head)


def _opened(shell: Shell) -> tuple[Shell, Gaps]:
    return bent(*with_parts(shell, *find_gaps(shell)))
