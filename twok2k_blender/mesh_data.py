"""The engine's files, checked before Blender sees them: Blender itself does not report bad indices or numbers.

Knows nothing of Blender.
"""

import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ARRAYS = {
    "vertices": (np.float32, 3),
    "faces": (np.int32, 3),
    "colors": (np.uint8, 3),
    "edges": (np.int32, 2),
    "corner_edges": (np.int32, 3),
}
"""Type and number of columns."""

TEXTURE_ARRAYS = {"uv": np.float32, "color_map": np.uint8, "normal_map": np.uint8}

STEP = 1 << 14
"""Triangles that are looked at in one go: few enough for the processor's cache."""

LARGEST_MAP = 8192
"""Texels per side."""


MAX_SIDE = 4096
"""Pixels of a picture for the panel."""


class MeshFileError(Exception):
    """The engine's file cannot be used; the text is one sentence for the user."""


@dataclass(frozen=True)
class TextureData:
    """uv: (..., 2) float32 per face corner, (0, 0) the picture's lower left. color, normal: PNG files."""

    uv: NDArray[np.float32]
    color: bytes
    normal: bytes | None


@dataclass(frozen=True)
class MeshData:
    """vertices: (N, 3) float32 metres. faces: (M, 3) int32. edges: (E, 2) int32. corner_edges: (M, 3) int32, which edge
    leads from each corner to the next. colors: (N, 4) float32 linear RGBA in [0, 1].
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    edges: NDArray[np.int32]
    corner_edges: NDArray[np.int32]
    colors: NDArray[np.float32]
    texture: TextureData | None = None


def read_mesh(path: Path) -> MeshData:
    """Read and check a mesh file. Raises MeshFileError."""
    *_, data = read_in_steps(path)
    assert data is not None
    return data


def read_in_steps(path: Path) -> Iterator[MeshData | None]:
    """`read_mesh`, a short step at a time: None, until the last one gives the mesh. Between them no file is open."""
    arrays: dict[str, np.ndarray] = {}
    for name in _names(path):
        arrays[name] = _array(path, name)
        yield None
    for fault in (_fault, _edge_fault, _texture_fault):
        if reason := fault(arrays):
            raise MeshFileError(f"The engine's result is damaged ({reason}); generate again.")
        yield None
    geometry = {name: arrays[name] for name in ARRAYS} | {"colors": linear_rgba(arrays["colors"])}
    yield MeshData(**geometry, texture=_texture(arrays))


def _names(path: Path) -> list[str]:
    """The arrays that a mesh file has to hold."""
    with _opened(path) as file:
        return [*ARRAYS, *(TEXTURE_ARRAYS if "uv" in file else ())]


def _array(path: Path, name: str) -> np.ndarray:
    with _opened(path) as file:
        return np.ascontiguousarray(file[name])


@contextmanager
def _opened(path: Path) -> Iterator[Mapping[str, np.ndarray]]:
    """A file of arrays. Raises MeshFileError."""
    try:
        with np.load(path, allow_pickle=False) as file:
            yield file
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise MeshFileError(f"The engine's result cannot be read ({error}); generate again.") from error


def _texture(arrays: dict[str, np.ndarray]) -> TextureData | None:
    if "uv" not in arrays:
        return None
    uv = arrays["uv"].copy()
    uv[..., 1] = 1 - uv[..., 1]
    return TextureData(uv, arrays["color_map"].tobytes(), arrays["normal_map"].tobytes())


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read and check a picture (H, W, 3) uint8. Raises MeshFileError."""
    try:
        with path.open("rb") as file:
            picture = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise MeshFileError(f"The engine's picture cannot be read ({error}); try again.") from error
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise MeshFileError("The engine's picture is damaged; try again.")
    if max(picture.shape) > MAX_SIDE:
        raise MeshFileError("The engine's picture is too large; try again.")
    return picture


def linear_rgba(srgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 3) uint8 sRGB -> (N, 4) float32 linear, opaque (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    table = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)
    rgba = np.ones((len(srgb), 4), np.float32)
    rgba[:, :3] = table[srgb]
    return rgba


def srgb(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear values in [0, 1] -> sRGB in [0, 1] (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def _fault(arrays: dict[str, np.ndarray]) -> str:
    """What is wrong with the arrays; empty if nothing is."""
    for name, (kind, columns) in ARRAYS.items():
        array = arrays[name]
        if array.dtype != kind or array.ndim != 2 or array.shape[1] != columns or not len(array):
            return f"{name} have the wrong form"
    vertices, faces, colors = (arrays[name] for name in ("vertices", "faces", "colors"))
    if len(colors) != len(vertices):
        return "not every vertex has a colour"
    if not np.isfinite(vertices).all():
        return "not all coordinates are numbers"
    if faces.min() < 0 or faces.max() >= len(vertices):
        return "triangles of vertices that do not exist"
    first, second, third = faces.T
    if ((first == second) | (second == third) | (third == first)).any():
        return "triangles with fewer than three corners"
    return ""


def _edge_fault(arrays: dict[str, np.ndarray]) -> str:
    whole = are_edges(arrays["faces"], arrays["edges"], arrays["corner_edges"])
    return "" if whole else "edges that are not those of the triangles"


def are_edges(faces: NDArray[np.int32], edges: NDArray[np.int32], corner_edges: NDArray[np.int32]) -> bool:
    """Whether every edge of the triangles is there once, in order, and each corner's leads to the next corner."""
    low, high = np.ascontiguousarray(edges.T)
    if corner_edges.shape != faces.shape or corner_edges.min() < 0 or corner_edges.max() >= len(edges):
        return False
    if (np.diff(high.astype(np.int64) << 32 | low) <= 0).any():
        return False
    used = np.zeros(len(edges), bool)
    for start in range(0, len(faces), STEP):
        first, of = faces[start : start + STEP], corner_edges[start : start + STEP]
        second = np.roll(first, -1, axis=1)
        if (low[of] != np.minimum(first, second)).any() or (high[of] != np.maximum(first, second)).any():
            return False
        used[of] = True
    return bool(used.all())


def _texture_fault(arrays: dict[str, np.ndarray]) -> str:
    """What is wrong with the texture's arrays, if there are any."""
    if "uv" not in arrays:
        return ""
    for name, kind in TEXTURE_ARRAYS.items():
        if arrays[name].dtype != kind:
            return f"{name} has the wrong form"
    uv = arrays["uv"]
    if uv.shape != (len(arrays["faces"]), 3, 2) or not ((uv >= 0) & (uv <= 1)).all():
        return "not every corner has texture coordinates"
    if not all(_is_square_png(arrays[name]) for name in ("color_map", "normal_map")):
        return "a texture is no picture"
    return ""


def _is_square_png(file: np.ndarray) -> bool:
    """Whether a file begins like a PNG of bounded size."""
    head = file[:24].tobytes()
    if file.ndim != 1 or len(head) < 24 or head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        return False
    width, height = struct.unpack(">II", head[16:])
    return bool(0 < width == height <= LARGEST_MAP)
