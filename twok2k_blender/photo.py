"""The photo as a file that the engine can read, wherever in Blender it comes from."""

import struct
import zlib
from pathlib import Path
from typing import cast

import bpy
import numpy as np
from numpy.typing import NDArray

UNUSABLE_TYPES = {"RENDER_RESULT", "COMPOSITING"}
UNUSABLE_SOURCES = {"MOVIE", "VIEWER"}


class PhotoError(Exception):
    """There is no photo; the text is one sentence for the user."""


def photo_file(filepath: str) -> Path:
    """The file that a path of Blender's means. Raises PhotoError."""
    if not filepath:
        raise PhotoError("No photo is chosen; choose a picture of a person first.")
    path = Path(bpy.path.abspath(filepath))
    if not path.is_file():
        raise PhotoError(f"The photo {path} does not exist; choose another.")
    return path


def image_file(image: bpy.types.Image | None, folder: Path) -> Path:
    """A file with the image's content: its own where it has one, else one in `folder`. Raises PhotoError."""
    if image is None:
        raise PhotoError("No image is chosen; choose one that shows a person first.")
    if not is_usable(image):
        raise PhotoError(f"The image '{image.name}' is not a still picture; save a frame as a file and choose that.")
    if image.source == "FILE" and not image.is_dirty:
        if image.packed_file:
            return _packed_file(image, folder)
        if (path := Path(bpy.path.abspath(image.filepath, library=image.library))).is_file():
            return path
    return _pixel_file(image, folder)


def is_usable(image: bpy.types.Image) -> bool:
    """Whether an image can be a photo at all."""
    return image.type not in UNUSABLE_TYPES and image.source not in UNUSABLE_SOURCES


def _packed_file(image: bpy.types.Image, folder: Path) -> Path:
    """The packed file as it is, with its EXIF data."""
    path = folder / f"photo{Path(image.filepath).suffix or '.png'}"
    path.write_bytes(cast(bytes, image.packed_file.data))
    return path


def _pixel_file(image: bpy.types.Image, folder: Path) -> Path:
    """The image's pixels as a PNG."""
    width, height = image.size
    if not (width and height and image.has_data):
        raise PhotoError(f"The image '{image.name}' has no pixels; choose another.")
    pixels = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    picture = pixels.reshape(height, width, image.channels)[::-1]
    path = folder / "photo.png"
    path.write_bytes(encode_png(_to_srgb_bytes(picture, image.is_float)))
    return path


def _to_srgb_bytes(picture: NDArray[np.float32], linear: bool) -> NDArray[np.uint8]:
    """HxWxC float32 -> HxWx3 or HxWx4 uint8 sRGB. linear: float images hold scene-linear values."""
    color = picture[..., :3] if picture.shape[2] >= 3 else np.repeat(picture[..., :1], 3, axis=2)
    color = np.clip(np.nan_to_num(color), 0, 1)
    if linear:
        color = np.where(color <= 0.0031308, color * 12.92, 1.055 * color ** (1 / 2.4) - 0.055)
    if picture.shape[2] == 4 and picture[..., 3].min() < 1:
        color = np.concatenate([color, np.clip(picture[..., 3:], 0, 1)], axis=2)
    return (color * 255 + 0.5).astype(np.uint8)


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """HxWx3 or HxWx4 uint8 -> a PNG file's bytes (Blender's Python has no picture library)."""
    height, width, channels = picture.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
