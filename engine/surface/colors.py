"""One sRGB colour per vertex of the solid."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, blur, distance, exactly_at, nearest
from engine.surface import weld
from engine.surface.back import back_colors
from engine.surface.clean import Shell
from engine.surface.face import with_face_behind
from engine.surface.front import front_colors
from engine.surface.hair import with_hair_behind
from engine.surface.halves import with_other_half
from engine.surface.sides import meet
from engine.surface.solid import Solid, marked_pixels
from engine.types import Canvas, Head, Photo

_BESIDE = 0.01
"""Pixels from its own from which on a vertex stands beside that."""
_INNER = 1 << weld.BEHIND | 1 << weld.HIDDEN
"""The sheets of a gap."""
_FADES = 6.0
"""Pixels on which the colours of an edge fade to a third behind what occludes it; longer, and they are streaks."""


@dataclass(frozen=True)
class SheetColors:
    """front, back: (H, W, 3) float32 sRGB in [0, 255] of the near and the far sheet, on the shell's grid.

    photo: (H, W, 3) the photo's colours, of whose detail `front` has the share (H, W, 1) `seen`; what it has of others
    shows where the camera hardly sees the surface.
    """

    front: Float
    back: Float
    photo: Float
    seen: Float


def both_sides(shell: Shell, even: Bools, canvas: Canvas, photo: Photo) -> tuple[Float, Float]:
    """(H, W, 3) float32 sRGB in [0, 255]: the photo in front and made-up colours behind.

    shell: as the maps have it, for these colours do not ask for gaps and bent sides. even: (H, W) mask without
    bumps of the silhouette; in its filled dents the photo shows no person.
    """
    shell = replace(shell, mask=shell.mask & even)
    seen = front_colors(shell, canvas, photo)
    return seen, back_colors(shell, seen, canvas)


def sheet_colors(seen: Float, made: Float, shell: Shell, head: Head | None) -> SheetColors:
    """What `both_sides` says, joined on the sides of the finished shell, and on the head that of its other half."""
    front, back, share = meet(seen, made, shell)
    if head is not None and head.skin is not None:
        back = with_face_behind(back, shell, head)
    elif head is not None:
        front, back = with_hair_behind(front, back, share, shell, head)
        front, back, share = with_other_half(front, back, share, seen, shell, head)
    return SheetColors(front, back, seen, share)


def paint(solid: Solid, shell: Shell, sheets: SheetColors, grain: float = 0.0) -> NDArray[np.uint8]:
    """(N, 3) uint8: the sheets' colours, their mean on the rim, neighbours' colours in gaps.

    grain: standard deviation in pixels of a low-pass filter, for meshes that will have fewer vertices.
    """
    front, back = sheets.front, sheets.back
    if grain > 0:
        front, back = (blur(c, shell.mask.astype(np.float32), grain) for c in (front, back))
    place = _Places.of(solid, shell)
    on = [(solid.sheets >> s) & 1 == 1 for s in range(5)]
    colors = place.colors(front)
    far = on[weld.FAR] & ~on[weld.NEAR]
    colors[far] = place.within(far).colors(back)
    rim = on[weld.RIM]
    colors[rim] = (colors[rim] + place.within(rim).colors(back)) / 2
    hidden = on[weld.HIDDEN] & ~on[weld.NEAR] & ~on[weld.FAR]
    if hidden.any():
        colors[hidden] = place.within(hidden).colors(_continued(solid, shell, front, back))
    return np.clip(np.rint(colors), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class _Places:
    """Where vertices stand. rows, columns: (N,) pixels of the shell's grid. pixel: (N,) flat index of their own ones.
    beside: (N,) whether they stand beside those, along the silhouette; along cuts inside of it both sides have colours
    of their own. inside: (H, W) flat index of the nearest pixel of the body."""

    rows: Float
    columns: Float
    pixel: NDArray[np.int32]
    beside: Bools
    inside: NDArray[np.int32]

    @classmethod
    def of(cls, solid: Solid, shell: Shell) -> "_Places":
        rows, columns = solid.rows - shell.row, solid.columns - shell.column
        row, column = np.divmod(solid.pixel, shell.mask.shape[1])
        beside = np.maximum(np.abs(rows - row), np.abs(columns - column)) > _BESIDE
        return cls(rows, columns, solid.pixel, beside & (solid.sheets & _INNER == 0), nearest(shell.mask))

    def within(self, which: Bools) -> "_Places":
        return _Places(self.rows[which], self.columns[which], self.pixel[which], self.beside[which], self.inside)

    def colors(self, sheet: Float) -> Float:
        """Colours (N, 3) of a sheet (H, W, 3): a vertex beside its pixel lies up to 10 pixels deeper on a steep side,
        and the pixel's own colours would be teeth there."""
        flat = sheet.reshape(-1, 3)
        colors = flat[self.pixel]
        rows, columns = self.rows[self.beside], self.columns[self.beside]
        shape = self.inside.shape
        colors[self.beside] = exactly_at(lambda y, x: flat[self.inside[y, x]], rows, columns, shape)
        return colors


def _continued(solid: Solid, shell: Shell, front: Float, back: Float) -> Float:
    """(H, W, 3) colours of what is occluded: they go on from its visible edges, and soon are those of the back."""
    both = 1 << weld.NEAR | 1 << weld.HIDDEN
    edge = marked_pixels(solid.pixel[(solid.sheets & both) == both], shell.mask.shape)
    if not edge.any():
        return back
    smooth = blur(front, edge.astype(np.float32), 3.0)
    share = np.exp(-distance(~edge) / _FADES)[..., None]
    return np.asarray(back + share * (smooth.reshape(-1, 3)[nearest(edge)] - back), np.float32)
