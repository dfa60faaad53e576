"""The head: a learned shape, fitted to the landmarks of the face and to the silhouette.

The networks of 2K2K see a face in a hundred pixels. The landmarks tell its shape and which way it looks, and a model
of heads what the camera does not see: ears, jaw, the far half of a face that is turned away.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.head.behind import head_behind
from engine.head.draw import Drawn, drawn
from engine.head.ears import hidden_ears
from engine.head.fit import fit_head, similarity
from engine.head.hair import fits, has_long_hair, with_hair
from engine.head.model import Float64, HeadModel, head_model
from engine.head.sides import Surroundings, head_of
from engine.head.skin import like_hair, skin_of, unlike_skin
from engine.pixels import Bools, Float, around
from engine.types import Head, HeadSide

__all__ = ["find_head", "find_head_behind"]

_SMALLEST = 24.0
"""Width in pixels of the smallest face that is worth it."""
_RIM = 0.5
"""Widths of the face around the head that are looked at."""
_INSIDE = 0.85
"""Least share of the face that lies within the silhouette."""
_FINEST = 200.0
"""Width in pixels of a face on whose grid the head is made; a larger one is made on a coarser grid."""
_LONGER = 1.4
"""Length of a face over its width."""
_FACE, _EAR = 0.5, 0.2
"""Shares of face and ear from which on a pixel and a vertex belong to it."""
_SHADED = 1.75
"""How much more than the face's the skin of the neck may differ from it, which is in the shade."""
_MISSES = 0.08
"""Mean distance of the landmarks, in widths of the face, from which on they are not those of a face."""


def find_head(rgb: NDArray[np.uint8], mask: Bools, face: Float64 | None) -> Head | None:
    """The head of a person with a face mesh (468, 3; pixels of rgb, HxWx3, and mask, HxW; z behind the middle of the
    head). None without a face, where it is tiny, and where what was found is none of this person's."""
    if face is None or not np.isfinite(face).all() or np.ptp(face[:, :2], axis=0).min() < _SMALLEST:
        return None
    coarser = _coarser(_width(face))
    head = _made(*_reduced(rgb, mask, coarser), face / coarser)
    return None if head is None else _enlarged(head, coarser)


def find_head_behind(
    rgb: NDArray[np.uint8], mask: Bools, keypoints: NDArray, depths: NDArray, scale: float, rise: float
) -> Head | None:
    """The head of a person who is seen from behind, with a usual face on the far side; None for others.

    keypoints: (31, 2) pixels of rgb (HxWx3) and mask (HxW). depths: (31,) pixels, greater is farther. scale: pixels
    per metre. rise: radians by which the camera looks up at the head.
    """
    model = head_model()
    vertices = head_behind(model, keypoints, depths, scale, rise)
    if vertices is None or _width(model.landmarks(vertices)) < _SMALLEST:
        return None
    coarser = _coarser(_width(model.landmarks(vertices)))
    skin = skin_of(rgb, mask, keypoints)
    head = _made_behind(*_reduced(rgb, mask, coarser), vertices / coarser, scale / coarser, skin)
    return None if head is None else _enlarged(head, coarser)


def _coarser(width: float) -> int:
    """By what to reduce a picture with so wide a face."""
    return int(2 ** max(0, int(np.log2(width / _FINEST))))


def _made(rgb: NDArray[np.uint8], mask: Bools, face: Float64) -> Head | None:
    """`find_head` on the grid that is given."""
    model = head_model()
    vertices, scale = fit_head(model, face)
    area = around(vertices, _RIM * _width(face), mask.shape)
    row, column = area[0].start, area[1].start
    vertices, face, inside = vertices - [column, row, 0], face - [column, row, 0], mask[area]
    near, _ = drawn(vertices, model.faces, inside.shape)
    if not _is_this_persons(model, vertices, near, face, inside):
        return None
    picture = np.ascontiguousarray(rgb[area])
    unlike = unlike_skin(model, near, picture)
    skin, neck = unlike < 1, unlike < _SHADED
    hidden, long = hidden_ears(model, vertices, near, skin), has_long_hair(model, vertices, near, scale, inside)
    ears = (model.ear > _EAR) & ~hidden
    seen = Surroundings(picture, inside, skin, neck, like_hair(model, near, picture, inside), ears, long)
    return _haired(model, _without_ears(model, vertices, scale, hidden), seen, _width(face), (row, column), scale)


def _made_behind(rgb: NDArray[np.uint8], mask: Bools, vertices: Float64, scale: float, skin: Float) -> Head | None:
    """`find_head_behind` on the grid that is given, from the vertices in the mirror and the colour (3,) of the skin."""
    model = head_model()
    width = _width(model.landmarks(vertices))
    area = around(vertices, _RIM * width, mask.shape)
    row, column = area[0].start, area[1].start
    vertices, inside = vertices - [column, row, 0], mask[area]
    near, _ = drawn(vertices, model.faces, inside.shape)
    if not (_is_within(model, near, inside) and fits(model, vertices, near, scale, inside)):
        return None
    long = has_long_hair(model, vertices, near, scale, inside)
    ears = (model.ear > _EAR) & (not long)
    if long:
        vertices = _without_ears(model, vertices, scale, np.ones(len(vertices), bool))
    face, throat = np.ones_like(inside), np.zeros_like(inside)
    hair = 1 - near.at_pixels(model.bare)
    seen = Surroundings(np.ascontiguousarray(rgb[area]), inside, face, throat, hair, ears, long)
    head = _haired(model, vertices, seen, width, (row, column), scale)
    tone = np.dstack([near.at_pixels(channel) for channel in model.tone.T]) + ~near.hit[..., None]
    photographed = replace(head.far, weight=np.zeros_like(head.far.weight))  # the networks know more of that side
    return replace(head, far=photographed, strands=0 * head.strands, skin=np.minimum(tone * skin, 255))


def _haired(
    model: HeadModel, vertices: Float64, seen: Surroundings, width: float, corner: tuple[int, int], scale: float
) -> Head:
    vertices, hair = with_hair(model, vertices, scale, seen.ears, seen.mask)
    return head_of(model, vertices, hair, seen, width, corner, scale)


def _width(face: Float64) -> float:
    """Width in pixels of a face, which looks narrower from the side."""
    return float(max(np.ptp(face[:, 0]), np.ptp(face[:, 1]) / _LONGER))


def _is_this_persons(model: HeadModel, vertices: Float64, near: Drawn, face: Float64, mask: Bools) -> bool:
    """Whether the landmarks are those of a head, and the face lies within the silhouette."""
    if not _is_within(model, near, mask):
        return False
    misses = np.linalg.norm((model.landmarks(vertices) - face)[model.trusted, :2], axis=1).mean()
    return bool(misses < _MISSES * _width(face))


def _is_within(model: HeadModel, near: Drawn, mask: Bools) -> bool:
    """Whether the face lies within the silhouette."""
    shown = near.at_pixels(model.bare) > _FACE
    if min(mask.shape) < _SMALLEST or near.hit.all() or not shown.any():
        return False
    return bool(mask[shown].mean() > _INSIDE)


def _without_ears(model: HeadModel, vertices: Float64, scale: float, hidden: Bools) -> Float64:
    _, turn, _ = similarity(model.mean, vertices, np.ones(len(vertices)))
    return vertices + hidden[:, None] * model.flat @ turn * scale


def _reduced(rgb: NDArray[np.uint8], mask: Bools, by: int) -> tuple[NDArray[np.uint8], Bools]:
    if by == 1:
        return rgb, mask
    height, width = (length // by for length in mask.shape)
    whole = np.s_[: height * by, : width * by]
    small, cover = (
        cv2.resize(picture[whole], (width, height), interpolation=cv2.INTER_AREA)
        for picture in (rgb, mask.astype(np.float32))
    )
    return np.asarray(small, np.uint8), np.asarray(cover > 0.5)


def _enlarged(head: Head, by: int) -> Head:
    if by == 1:
        return head

    def large(values: Float) -> Float:
        return np.asarray(cv2.resize(values, None, fx=by, fy=by, interpolation=cv2.INTER_LINEAR), np.float32)

    def enlarged(side: HeadSide) -> HeadSide:
        depth, source = by * large(side.depth), by * (large(side.source) + 0.5) - 0.5
        return HeadSide(depth, large(side.weight), large(side.hair), source, large(side.shown))

    planes = large(head.bare), large(head.seen), large(head.strands)
    skin, corner = None if head.skin is None else large(head.skin), (by * head.row, by * head.column)
    return Head(enlarged(head.near), enlarged(head.far), *planes, *corner, by * head.scale, skin)
