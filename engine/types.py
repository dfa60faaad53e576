"""The nouns that flow through the pipeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.camera import Camera, assumed_focal

Progress = Callable[[str, float], None]
"""progress(stage, fraction): `stage` in plain English, `fraction` of the whole run in [0, 1]; may raise Cancelled."""

Detail = Literal["full", "high", "medium", "low"]


TEXTURE_SIZES = (2048, 4096)

HEIGHTS = (0.3, 3.0)
"""Metres that a person can measure from the floor to the top of the head when they stand."""


@dataclass(frozen=True)
class Settings:
    """What the user can choose. height: metres from the floor to the top of the head, standing. person: index by size.

    texture: side of the texture maps in texels, one of `TEXTURE_SIZES`; None = no texture. keypoints: where key points
    really are, x and y in photo pixels by their names (`engine.person.corrections`).
    """

    detail: Detail = "full"
    height: float = 1.75
    weights: str = "default"
    device: str = "auto"
    person: int = 0
    mask: Path | None = None
    texture: int | None = None
    keypoints: Mapping[str, tuple[float, float]] | None = None


@dataclass(frozen=True)
class Photo:
    """rgb: HxWx3 uint8 sRGB, upright. alpha: HxW uint8 or None. focal: in pixels, None where the file does not tell."""

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    focal: float | None = None
    name: str = "photo"

    def focal_length(self, pixels_per_metre: float) -> float:
        """In pixels; what is usual for a person of this size where the file does not tell."""
        height, width = self.rgb.shape[:2]
        return self.focal or assumed_focal(height, width, pixels_per_metre)


@dataclass(frozen=True)
class Person:
    """One person in a photo.

    keypoints: (31, 2) float64 photo pixels (x, y), order of `skeleton.KEYPOINTS`, NaN = missing. All are in the photo,
        but for the hips of whom it cuts off above them.
    depths: (31,) float64 metres behind the pelvis's centre in the direction in which a level camera looks (positive =
        farther), for a person of the detector's own metric scale, NaN = missing.
    mask: HxW bool, the photo's size. index, count: which of how many people, by size.
    pixels_per_metre: photo pixels per metre of `depths`, NaN = unknown.
    face: (468, 3) float64 face mesh, x, y and depth behind the middle of the head in photo pixels; None = not seen.
    hands: (21, 3) float64 landmarks of each hand that is seen, x, y and depth behind the wrist in photo pixels.
    """

    keypoints: NDArray[np.float64]
    depths: NDArray[np.float64]
    mask: NDArray[np.bool_]
    index: int = 0
    count: int = 1
    warnings: tuple[str, ...] = ()
    pixels_per_metre: float = float("nan")
    face: NDArray[np.float64] | None = None
    hands: tuple[NDArray[np.float64], ...] = ()


@dataclass(frozen=True)
class HeadSide:
    """The nearest or the farthest surface of a head, on a part of the canvas (H, W).

    depth: pixels behind the middle of the head. weight: 0..1 how far it stands for the person's. hair: 0..1 how far
    hair or a cap covers skull and forehead. source: (H, W, 2) pixel (x, y; indices) that shows the same place on the
    other half of the head. shown: 0..1 how well it does.
    """

    depth: NDArray[np.float32]
    weight: NDArray[np.float32]
    hair: NDArray[np.float32]
    source: NDArray[np.float32]
    shown: NDArray[np.float32]

    def within(self, area: tuple[slice, slice]) -> "HeadSide":
        """Views of some rows and columns."""
        return HeadSide(*(values[area] for values in (self.depth, self.weight, self.hair, self.source, self.shown)))


@dataclass(frozen=True)
class Head:
    """The shape of a head, from the landmarks of the face and the silhouette.

    On the near side bare: (H, W) 0..1 skin of the face, from forehead to chin whatever covers it, and seen: (H, W) 0..1
    how well the camera sees what is there.
    strands: (H, W) logarithm of the brightness of strands of hair over that around, and mirrored beyond; else 0.
    row, column: canvas position of the part's upper left pixel. scale: canvas pixels per metre of a usual head.
    skin: (H, W, 3) colours (sRGB, 0 to 255) of the face of who is seen from behind; else None. Then all this is in the
    mirror: the near side, with the face, is on the back map, depths are counted towards the camera, and `seen` is that
    of a camera in the mirror.
    """

    near: HeadSide
    far: HeadSide
    bare: NDArray[np.float32]
    seen: NDArray[np.float32]
    strands: NDArray[np.float32]
    row: int
    column: int
    scale: float
    skin: NDArray[np.float32] | None = None

    def within(self, area: tuple[slice, slice]) -> "Head":
        """Views of some rows and columns."""
        planes = self.bare[area], self.seen[area], self.strands[area]
        corner = self.row + area[0].start, self.column + area[1].start
        skin = None if self.skin is None else self.skin[area]
        return Head(self.near.within(area), self.far.within(area), *planes, *corner, self.scale, skin)

    @property
    def area(self) -> tuple[slice, slice]:
        """Its rows and columns of the canvas."""
        height, width = self.near.depth.shape
        return slice(self.row, self.row + height), slice(self.column, self.column + width)


@dataclass(frozen=True)
class Canvas:
    """The person framed as the networks saw people in training.

    rgb: 2048x2048x3 uint8 (not masked). mask: 2048x2048 bool. keypoints: (31, 2) canvas pixels, NaN = missing.
    depths: (31,) camera units behind the body's centre, NaN = missing. scale, offset: canvas = scale * photo + offset
    (pixel-edge coordinates, x then y). head: its shape, None where neither the face is seen nor the head from behind.
    hands: (21, 3) landmarks of each hand that is seen, in canvas pixels.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    keypoints: NDArray[np.float64]
    depths: NDArray[np.float64]
    camera: Camera
    scale: float = 1.0
    offset: tuple[float, float] = (0.0, 0.0)
    head: Head | None = None
    hands: tuple[NDArray[np.float64], ...] = ()


@dataclass(frozen=True)
class Maps:
    """front, back: 2048x2048 float32 network depth, both 0 outside the person, front <= back inside.

    parts: what more is known where parts of the body are before each other; None = nothing. arms: (256, 256) bool,
    where an arm hides what the back map shows (every eighth pixel); None = unknown. cloths: (2, 1024, 1024) uint8,
    codes of `engine.networks.cloths` of what front and back show (every second pixel), or `UNSURE`; None = unknown.
    """

    UNSURE = 255

    front: NDArray[np.float32]
    back: NDArray[np.float32]
    parts: "Parts | None" = None
    arms: NDArray[np.bool_] | None = None
    cloths: NDArray[np.uint8] | None = None

    @property
    def mask(self) -> NDArray[np.bool_]:
        return self.front > 0


@dataclass(frozen=True)
class Parts:
    """Parts of the body before each other, as (H, W).

    front, back: uint8 number of the part that each map shows; `TRUNK` with the head, `UNKNOWN` where that is not known,
    `HAND` where a hand stands out from the others. behind, hidden: float32 depth of the rear of the part in front and
    of the front of the part in the back, which none of the maps shows.
    """

    UNKNOWN, HAND, TRUNK = 255, 254, 0

    front: NDArray[np.uint8]
    back: NDArray[np.uint8]
    behind: NDArray[np.float32]
    hidden: NDArray[np.float32]

    def within(self, area: tuple[slice, slice]) -> "Parts":
        """Views of some rows and columns."""
        return Parts(self.front[area], self.back[area], self.behind[area], self.hidden[area])


@dataclass(frozen=True)
class Mesh:
    """vertices: (N, 3) float32. faces: (M, 3) int32, counter-clockwise from outside. colors: (N, 3) uint8 sRGB."""

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    colors: NDArray[np.uint8]


@dataclass(frozen=True)
class Texture:
    """Texture maps of a mesh.

    uv: (M, 3, 2) float32 per face corner in [0, 1], (0, 0) the picture's top left. color: SxSx3 uint8 sRGB. normal:
    SxSx3 uint8, tangent space (MikkTSpace), red to the picture's right, green to its top (OpenGL, as glTF asks).
    """

    uv: NDArray[np.float32]
    color: NDArray[np.uint8]
    normal: NDArray[np.uint8]


@dataclass(frozen=True)
class Reconstruction:
    """A person's mesh (metres, z up, facing -y, feet at z = 0) and where it comes from.

    commercial: whether it may be used commercially.
    """

    mesh: Mesh
    maps: Maps
    canvas: Canvas
    person: Person
    settings: Settings
    weights: str
    licence: str
    commercial: bool
    warnings: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    texture: Texture | None = None
