"""Images that are already in the .blend as photos."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest


def decode_png(path: Path) -> np.ndarray:
    data = path.read_bytes()
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    start = data.index(b"IDAT") + 4
    rows = zlib.decompress(data[start : start + struct.unpack(">I", data[start - 8 : start - 4])[0]])
    return np.frombuffer(rows, np.uint8).reshape(height, -1)[:, 1:].reshape(height, width, 3 if kind == 2 else 4)


def test_generated_image_becomes_a_png_right_side_up(part: Callable[[str], ModuleType], tmp_path: Path) -> None:
    image = bpy.data.images.new("Painted", 4, 3)
    pixels = np.ones((3, 4, 4), np.float32)
    pixels[2, :, :3] = (1, 0.5, 0)  # Blender's rows begin at the bottom
    image.pixels.foreach_set(pixels.ravel())
    picture = decode_png(part("photo").image_file(image, tmp_path))
    assert picture.shape == (3, 4, 3)
    assert picture[0, 0].tolist() == [255, 128, 0]
    assert picture[2, 0].tolist() == [255, 255, 255]


def test_float_image_is_encoded_as_srgb_and_keeps_alpha(part: Callable[[str], ModuleType], tmp_path: Path) -> None:
    image = bpy.data.images.new("Float", 2, 2, alpha=True, float_buffer=True)
    image.pixels.foreach_set(np.tile(np.array([0.21404, 2, -1, 0.5], np.float32), 4))
    assert decode_png(part("photo").image_file(image, tmp_path))[0, 0].tolist() == [127, 255, 0, 128]


def test_packed_image_is_handed_on_unchanged(part: Callable[[str], ModuleType], tmp_path: Path) -> None:
    content = part("photo").encode_png(np.full((8, 8, 3), 200, np.uint8))
    (tmp_path / "packed.png").write_bytes(content)
    image = bpy.data.images.load(str(tmp_path / "packed.png"))
    image.pack()
    (tmp_path / "packed.png").unlink()
    folder = tmp_path / "folder"
    folder.mkdir()
    assert part("photo").image_file(image, folder).read_bytes() == content


def test_image_of_a_file_is_that_file(part: Callable[[str], ModuleType], tmp_path: Path) -> None:
    path = tmp_path / "file.png"
    path.write_bytes(part("photo").encode_png(np.zeros((2, 2, 3), np.uint8)))
    assert part("photo").image_file(bpy.data.images.load(str(path)), tmp_path) == path


def test_image_whose_file_is_gone_is_told(part: Callable[[str], ModuleType], tmp_path: Path) -> None:
    path = tmp_path / "gone.png"
    path.write_bytes(part("photo").encode_png(np.zeros((2, 2, 3), np.uint8)))
    image = bpy.data.images.load(str(path))
    path.unlink()
    with pytest.raises(part("photo").PhotoError, match="gone"):
        part("photo").image_file(image, tmp_path)


@pytest.mark.usefixtures("small_engine")
def test_generate_from_an_image_in_the_file() -> None:
    bpy.data.images.new("Painted", 8, 8)
    assert bpy.ops.twok2k.generate(image="Painted") == {"FINISHED"}
    assert bpy.context.object["2K2K Photo"] == "Painted"
    panel = bpy.context.scene.twok2k
    panel.source, panel.image = "IMAGE", bpy.data.images["Painted"]
    assert bpy.ops.twok2k.generate() == {"FINISHED"}
