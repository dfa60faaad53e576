"""Both sides of a head on the canvas: their depths, and where the photo shows the same place of the other half."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.head.draw import Drawn, drawn
from engine.head.model import Float64, HeadModel
from engine.head.strands import strands
from engine.normals import vertex_normals
from engine.pixels import (
    Bools,
    Float,
    blur,
    distance,
    gradient,
    nearest,
    ramp,
    sampled,
    signed_distance,
    smooth,
    spread,
)
from engine.types import Head, HeadSide

_FIT, _DECAY = 8.0, 0.12
"""Largest distance in pixels of the head's outline from the silhouette onto which it is drawn out, and the way inward
(in widths of the face) on which that fades."""
_EVEN = 8.0
"""Standard deviation in pixels of the smoothing of that distance along the outline."""
_STRIP, _BESIDE = 12.0, 40.0
"""Widest strip in pixels between outline and silhouette on which the head's depth goes on: beside skull and jaw, and
beside the face (glasses, hair)."""
_PATCH, _SOME = 0.05, (0.3, 0.7)
"""Standard deviation, over the width of the face, of the smoothing of what is skin or hair, and shares of it between
which a place becomes that."""
_PIXEL, _COVERED = 0.7, 0.4
"""Standard deviation in pixels of the smoothing of the outline, and the cover from which on a pixel shows the head."""
_ENDS = (0.6, 1.0)
"""Shares of those widths between which it ends."""
_SMOOTH = 3.0
"""Standard deviation in pixels of the smoothing of that depth."""
_UNLIKE, _FAR_OUT = 0.3, 10.0
"""Widths of the face on which hair makes the head less certain that stands out so many pixels farther than thought."""
_FACETS = 0.008
"""Standard deviation, over the width of the face, of the smoothing that hides the triangles."""
_EDGE, _RISES, _HALF = 0.016, 0.25, 0.5
"""Way, over the width of the face, by which hair stands out at its edge, by how many pixels more for each pixel from
there, and the cover at which that is."""
_SLIT = 0.05
"""Width of slits that are filled, over the width of the face: that between the lips."""
_SOME_HAIR = (0.1, 0.5)
"""Shares of the outline nearby between which that makes the head uncertain."""
_GRAZING, _WELL = 0.2, 0.5
"""Part of the normal towards the camera from which on a place is seen, and from which on it is seen well."""
_BEHIND = 15.0
"""Pixels that a place may lie behind what the camera sees there (strands of hair before an ear)."""


@dataclass(frozen=True)
class Surroundings:
    """rgb: (H, W, 3) the picture. mask: (H, W) the person's pixels. skin, neck: (H, W) pixels that look like skin, and
    like skin in the shade. hair: (H, W) how far they look like hair, None for who has none (see `like_hair`). ears:
    (V,) vertices of ears that are seen. long: whether long hair covers skull and neck."""

    rgb: NDArray[np.uint8]
    mask: Bools
    skin: Bools
    neck: Bools
    hair: Float | None
    ears: Bools
    long: bool


def head_of(
    model: HeadModel,
    vertices: Float64,
    hair: Float64,
    seen: Surroundings,
    width: float,
    corner: tuple[int, int],
    scale: float,
) -> Head:
    """The head with these vertices (V, 3; pixels of the surroundings). hair: (V,) by how much more it stands out where
    the camera sees it. width: of the face in pixels. corner: row and column of the canvas at which the surroundings
    begin. scale: pixels per metre."""
    near, far = drawn(vertices, model.faces, seen.mask.shape)
    drawing = _Drawing(model, vertices, near, seen, width)
    front, back = drawing.side(near, model.near, -1, hair), drawing.side(far, model.far, 1, np.zeros_like(hair))
    lines = strands(seen.rgb, front.hair)
    return Head(front, back, drawing.bare(near), drawing.facing(near), lines, *corner, scale)


class _Drawing:
    """A drawn head whose outline is stretched onto the silhouette."""

    def __init__(self, model: HeadModel, vertices: Float64, near: Drawn, seen: Surroundings, width: float) -> None:
        self._model, self._vertices, self._near, self._mask = model, vertices, near, seen.mask
        self._normals = vertex_normals(vertices, model.faces)
        self._width, self._ears = width, seen.ears.astype(np.float32)
        self._slit = np.ones((max(1, round(_SLIT * width)),) * 2, np.uint8)
        self._source = nearest(near.hit)
        own, silhouette = signed_distance(near.hit), signed_distance(seen.mask)
        self._shift = _stretch(own, silhouette, _DECAY * width)
        self._places = _grid(seen.mask.shape) + self._shift
        cover = np.asarray(cv2.GaussianBlur(near.hit.astype(np.float32), (0, 0), _PIXEL), np.float32)
        self._hit = (sampled(cover, self._places) > _COVERED) & seen.mask
        self._skin, self._neck = (_in_patches(skin.astype(np.float32), width) for skin in (seen.skin, seen.neck))
        self._hair = None if seen.hair is None else _in_patches(seen.hair, width)
        self._likeness = np.float32(0) if seen.long else 1 - _unlike(own, silhouette, _UNLIKE * width)

    def side(self, drawn: Drawn, share: Float64, outward: int, thickness: Float64) -> HeadSide:
        """share: (V,) how far the head stands for the person. outward: sign of the depth towards outside. thickness:
        (V,) of hair, where it covers the head."""
        inside = self._hit.astype(np.float32)
        height = outward * self._beyond(drawn.rounded(self._vertices, self._normals))
        filled = np.asarray(cv2.morphologyEx(height, cv2.MORPH_CLOSE, self._slit), np.float32)
        hair = self._covered(drawn, outward)
        depth = outward * (blur(filled, inside, _FACETS * self._width) + self._before(drawn, thickness, hair))
        brow = self._at_pixels(drawn, self._model.crown * self._model.bare) * inside
        own = self._at_pixels(drawn, share) * inside * np.maximum(self.bare(drawn), self._likeness)
        depth, weight = _continued(depth, own, brow, self._hit, self._mask)
        return HeadSide(depth, weight * self._unclothed(drawn), hair, *self._other_half(drawn, inside))

    def _unclothed(self, drawn: Drawn) -> Float:
        """(H, W) 0..1 what no collar covers: below the lips only skin."""
        return np.maximum(self._at_pixels(drawn, np.maximum(self._model.crown, self._model.bare)), self._neck)

    def bare(self, drawn: Drawn) -> Float:
        """(H, W) 0..1 skin of the face; from forehead to chin whatever covers it."""
        inner, face = (self._at_pixels(drawn, values) * self._hit for values in (self._model.inner, self._model.bare))
        return np.maximum(inner, self._skin * face)

    def _covered(self, drawn: Drawn, outward: int) -> Float:
        """(H, W) 0..1 how far hair, or a cap, covers skull and forehead: as the photo shows, or where it usually is."""
        if self._hair is None:
            return np.zeros(self._hit.shape, np.float32)
        likely = self._hair if outward < 0 else 1 - self._at_pixels(drawn, self._model.bare)
        never = self._at_pixels(drawn, np.maximum(self._model.below_brows, self._ears))
        return likely * (1 - never) * self._at_pixels(drawn, self._model.crown) * self._hit

    def _before(self, drawn: Drawn, thickness: Float64, hair: Float) -> Float:
        """(H, W) pixels by which hair (V,) comes before the head that it covers (H, W), less at its edge."""
        most = self._at_pixels(drawn, thickness / np.maximum(-self._normals[:, 2], _GRAZING))
        return hair * np.minimum(most, _EDGE * self._width + _RISES * distance(hair > _HALF))

    def facing(self, drawn: Drawn) -> Float:
        """(H, W) 0..1 how well the camera sees what is drawn."""
        return ramp(self._at_pixels(drawn, -self._normals[:, 2]) * self._hit, _GRAZING, _WELL)

    def _at_pixels(self, drawn: Drawn, values: NDArray[np.floating[Any]]) -> Float:
        """Values per vertex (V,) -> (H, W), going on beyond the outline."""
        return self._beyond(drawn.at_pixels(values))

    def _beyond(self, values: Float) -> Float:
        """Values (H, W) of the drawn head, stretched, and going on beyond the outline."""
        return sampled(values.ravel()[self._source], self._places)

    def _other_half(self, drawn: Drawn, inside: Float) -> tuple[Float, Float]:
        """Where the photo shows the same place of the other half (H, W, 2), and how well (H, W)."""
        mirrored = self._vertices[self._model.mirror]
        x, y, z = (self._at_pixels(drawn, mirrored[:, axis]) for axis in range(3))
        places = np.dstack([x, y]) - np.float32(0.5)
        front = sampled(self._near.at_pixels(self._vertices[:, 2]).ravel()[self._source], places)
        facing = self._at_pixels(drawn, -self._normals[self._model.mirror, 2])
        shown = ramp(facing, _GRAZING, _WELL) * (z - front < _BEHIND) * inside
        return places - sampled(self._shift, places), shown


def _in_patches(share: Float, width: float) -> Float:
    """What pixels show (H, W), evened out to patches of 0 or 1 with soft borders. width: of the face in pixels."""
    return ramp(smooth(share, _PATCH * width), *_SOME)


def _stretch(own: Float, silhouette: Float, decay: float) -> Float:
    """(H, W, 2) from every pixel to the place in the drawing that it shows, so that the outline lies on the silhouette
    where both are close; fades inward. own, silhouette: (H, W) signed distances from them."""
    across = gradient(np.asarray(cv2.GaussianBlur(own, (0, 0), 2.0), np.float32))
    inward = across / np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 0.3)
    rim = np.abs(own) < 2
    gap = np.where(np.abs(silhouette - own) < _FIT, silhouette - own, 0).astype(np.float32)
    amount = cv2.GaussianBlur(spread(gap, rim, _EVEN), (0, 0), 2.0) * np.exp(-np.maximum(own, 0) / decay)
    return np.asarray(inward * amount[..., None], np.float32)


def _unlike(own: Float, silhouette: Float, reach: float) -> Float:
    """(H, W) 0..1 share of the outline nearby that lies far inside of the silhouette (see `_stretch`)."""
    rim = np.abs(own) < 2
    far_out = blur((silhouette - own > _FAR_OUT).astype(np.float32), rim.astype(np.float32), reach)
    return smooth(ramp(far_out, *_SOME_HAIR).ravel()[nearest(rim)], reach / 2)


def _continued(depth: Float, weight: Float, brow: Float, hit: Bools, mask: Bools) -> tuple[Float, Float]:
    """Depth and weight that go on from the outline on a narrow strip beside it."""
    source, beyond = nearest(hit), mask & ~hit
    strip = (distance(~hit) + distance(mask)) / (_STRIP + (_BESIDE - _STRIP) * brow.ravel()[source])
    fading = weight.ravel()[source] * (1 - ramp(strip, *_ENDS))
    even = blur(depth.ravel()[source], (hit | beyond).astype(np.float32), _SMOOTH)
    return np.where(beyond, even, depth), np.where(beyond, fading, weight)


def _grid(shape: tuple[int, ...]) -> Float:
    """(H, W, 2) x and y of every pixel."""
    rows, columns = np.indices(shape, np.float32)
    return np.dstack([columns, rows])
