"""The photo as a file that the engine can read, wherever in Blender it comes from."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import bpy
import numpy as np
from numpy.typing import NDArray

from .jobs import PhotoError
from .mesh_data import srgb
from .pictures import is_picture
from .words import rpt_


def photo_file(filepath: str) -> Path:
    """The file that a path of Blender's means, whether it exists or not. Raises PhotoError if none is given."""
    if not filepath:
        raise PhotoError("No photo is chosen; choose a picture of a person first.")
    return Path(bpy.path.abspath(filepath))


def known_photo(filepath: str, image: str) -> Path | bpy.types.Image:
    """The photo of a file, or an image of that name, if it is given. Raises PhotoError if it is no longer there."""
    if image:
        found: bpy.types.Image | None = bpy.data.images.get(image)
        if found is None:
            raise PhotoError(rpt_("The image '{image}' is no longer in this file; choose another photo.", image=image))
        return found
    path = photo_file(filepath)
    if not path.is_file():
        raise PhotoError(rpt_("The photo {path} no longer exists; put it back, or choose another.", path=filepath))
    return path


def image_file(image: bpy.types.Image | None, folder: Path) -> Path:
    """A file with the image's content: its own where the engine can read that, else one in `folder`.

    A render result is that of the current scene. Raises PhotoError.
    """
    if image is None:
        raise PhotoError("No image is chosen; choose one that shows a person first.")
    if not is_usable(image):
        text = rpt_("The image '{image}' is a movie; save a frame as a file and choose that.", image=image.name)
        raise PhotoError(text)
    if image.source == "VIEWER":
        return _render_file(image, folder)
    if image.source == "FILE" and not image.is_dirty:
        path = Path(bpy.path.abspath(image.filepath, library=image.library))
        if image.packed_file and (is_picture(path) or not image.has_data):
            return _packed_file(image, folder)
        if is_picture(path) and path.is_file():
            return path
    return _pixel_file(image, folder)


def is_usable(image: bpy.types.Image) -> bool:
    """Whether an image can be a photo at all."""
    return image.source != "MOVIE"


def _render_file(image: bpy.types.Image, folder: Path) -> Path:
    """A render result, or what a viewer node shows, as the scene's view transform shows it; its pixels are closed."""
    path, scene = folder / "photo.png", bpy.context.scene
    with _saving_as_png(scene):
        try:
            image.save_render(str(path), scene=scene)
        except RuntimeError as error:
            raise PhotoError(rpt_("The image '{image}' is empty; render first.", image=image.name)) from error
    return path


@contextmanager
def _saving_as_png(scene: bpy.types.Scene) -> Iterator[None]:
    """The scene's output format is PNG with 8 bits meanwhile."""
    settings = scene.render.image_settings
    names = [name for name in ("media_type", "file_format", "color_mode", "color_depth") if hasattr(settings, name)]
    before = {name: getattr(settings, name) for name in names}
    wanted = {"media_type": "IMAGE", "file_format": "PNG", "color_mode": "RGBA", "color_depth": "8"}
    try:
        for name in names:
            setattr(settings, name, wanted[name])
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def _packed_file(image: bpy.types.Image, folder: Path) -> Path:
    """The packed file as it is, with its EXIF data."""
    path = folder / f"photo{Path(image.filepath).suffix or '.png'}"
    path.write_bytes(cast(bytes, image.packed_file.data))
    return path


def _pixel_file(image: bpy.types.Image, folder: Path) -> Path:
    """The image's pixels as a PNG."""
    width, height = image.size
    if not (width and height and image.has_data):
        raise PhotoError(rpt_("The image '{image}' has no pixels; choose another.", image=image.name))
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
        color = srgb(color)
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
