"""Shell and gaps -> the mesh's shape: welded, placed, reduced and untangled, until no triangle crosses another."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools
from engine.surface import cells
from engine.surface.clean import Shell
from engine.surface.detail import SHARES, STEPS, TRIANGLES, reduce
from engine.surface.occlusion import Gaps
from engine.surface.place import Placement, placement, world
from engine.surface.solid import Solid, marked_pixels, seams, solidify
from engine.surface.untangle import Untangled, untangle
from engine.types import Canvas, Detail, Settings

_FILLINGS = 4
"""How often gaps are filled at most."""
_REACH = 5
"""Vertices of the grid around a knot within which its gap is filled, for every time that it was."""
_FIRST = 2
"""Rings of triangles around knots that are cut out at most in a first try, which looks at the seams alone."""
_ROOM = 16
"""Pixels around what that leaves within which a second try may cut out more."""


@dataclass(frozen=True)
class Form:
    """gaps: those that were kept. solid: the mesh on the canvas with all its vertices. sound: the mesh in metres.
    origin: (N,) vertex of `solid` that each vertex of `sound` is, or stands next to. knots: vertices of
    `solid` near which triangles still cross."""

    gaps: Gaps
    solid: Solid
    place: Placement
    sound: Untangled
    origin: NDArray[np.int64]
    knots: NDArray[np.int64]


def form_of(shell: Shell, gaps: Gaps, canvas: Canvas, settings: Settings) -> Form:
    """The person's shape at the level of detail.

    A gap whose sides the level's triangles cannot keep apart is filled around the knot, and the mesh is made anew.
    Raises UserError where nothing is left.
    """
    best = found = _formed(shell, gaps, canvas, settings, SHARES)
    for wider in range(1, _FILLINGS + 1):
        filled = _filled(found, shell, wider * _REACH * STEPS.get(settings.detail, 1))
        if filled is None:
            break
        found = _formed(shell, filled, canvas, settings, SHARES[:1])
        if found.sound.crossing < best.sound.crossing:
            best = found
    return best


def _formed(shell: Shell, gaps: Gaps, canvas: Canvas, settings: Settings, shares: tuple[float, ...]) -> Form:
    step = STEPS.get(settings.detail, 1)
    solid = solidify(shell, gaps, step)
    vertices, place = located(solid, canvas, settings)
    if settings.detail in TRIANGLES:
        origin, sound = _reduced(vertices, solid, canvas, settings.detail, shares)
    else:
        origin, zone = np.arange(len(vertices)), seams(solid, shell)
        sound = untangle(vertices, solid.faces, zone, _FIRST)
        if sound.crossing:
            around = _around(sound.knots, solid, shell, _ROOM)
            again = untangle(vertices, solid.faces, zone | around.ravel()[solid.pixel[solid.faces[:, 0]]])
            sound = min(sound, again, key=lambda made: made.crossing)
    return Form(gaps, solid, place, sound, origin[sound.source], origin[sound.knots])


def _reduced(
    vertices: NDArray[np.float32], solid: Solid, canvas: Canvas, detail: Detail, shares: tuple[float, ...]
) -> tuple[NDArray[np.int64], Untangled]:
    """The fewer triangles of the level, and which of the vertices (N, 3) theirs are."""
    best: tuple[NDArray[np.int64], Untangled] | None = None
    for share in shares if len(solid.faces) > TRIANGLES[detail] else shares[:1]:
        points, faces, origin = reduce(vertices, solid.faces, detail, solid, canvas, share)
        sound = untangle(points, faces)
        if best is None or sound.crossing < best[1].crossing:
            best = origin, sound
        if not sound.crossing:
            break
    assert best is not None
    return best


def located(solid: Solid, canvas: Canvas, settings: Settings) -> tuple[NDArray[np.float32], Placement]:
    """The solid's vertices (N, 3) in metres, and how they got there from upright points in camera units."""
    points = world(solid.depth, solid.columns, solid.rows, canvas)
    place = placement(points, solid.rows, solid.columns, canvas, settings)
    return (place.scale * points + place.shift).astype(np.float32), place


def _filled(found: Form, shell: Shell, reach: int) -> Gaps | None:
    """The gaps without those `reach` pixels around knots; None where there is no knot or no gap near one."""
    gaps, around = found.gaps, _around(found.knots, found.solid, shell, reach)[:-1, :-1]
    if not (around & (gaps.cells | gaps.cut_near | gaps.cut_far)).any():
        return None
    return replace(gaps, cells=gaps.cells & ~around, cut_near=gaps.cut_near & ~around, cut_far=gaps.cut_far & ~around)


def _around(vertices: NDArray[np.int64], solid: Solid, shell: Shell, reach: int) -> Bools:
    """Pixels (H, W) within `reach` of vertices."""
    return cells.near(marked_pixels(solid.pixel[vertices], shell.mask.shape), reach)
