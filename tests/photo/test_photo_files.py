"""Pictures of every kind come in upright; bad ones are refused with a sentence."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from engine.errors import UserError
from engine.photo import load_photo, photo_from_array

WIDTH, HEIGHT = 300, 200


def quadrants() -> np.ndarray:
    """Red, green / blue, white, so that every rotation and mirroring shows."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:100, :150], picture[:100, 150:] = (200, 30, 30), (30, 200, 30)
    picture[100:, :150], picture[100:, 150:] = (30, 30, 200), (230, 230, 230)
    return picture


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def assert_quadrants(rgb: np.ndarray, tolerance: int = 8) -> None:
    assert rgb.shape == (HEIGHT, WIDTH, 3)
    assert rgb.dtype == np.uint8
    for row, column in ((50, 75), (50, 225), (150, 75), (150, 225)):
        assert np.abs(rgb[row, column].astype(int) - quadrants()[row, column]).max() <= tolerance


@pytest.mark.parametrize(
    ("format_name", "options"),
    [("JPEG", {"quality": 95}), ("PNG", {}), ("WEBP", {"quality": 95}), ("TIFF", {}), ("BMP", {})],
)
def test_formats_are_told_by_content_not_by_name(tmp_path: Path, format_name: str, options: dict) -> None:
    path = save(tmp_path / "me.txt", Image.fromarray(quadrants()), format=format_name, **options)
    photo = load_photo(path)
    assert_quadrants(photo.rgb)
    assert photo.alpha is None
    assert photo.focal is None
    assert photo.name == "me"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "TIFF", "PNG"])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, format_name: str) -> None:
    inverse = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that undoes what the viewer will do
    stored = Image.fromarray(quadrants())
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(inverse[orientation]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    assert_quadrants(load_photo(save(tmp_path / "x", stored, format=format_name, exif=exif)).rgb)


def test_alpha_is_kept_apart_and_rotated_alike(tmp_path: Path) -> None:
    alpha = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    alpha[:, :40] = 7
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    stored = Image.fromarray(np.concatenate([quadrants(), alpha], axis=2)).transpose(Image.Transpose.ROTATE_180)
    photo = load_photo(save(tmp_path / "x.png", stored, exif=exif))
    assert_quadrants(photo.rgb, 0)
    assert photo.alpha is not None
    assert (photo.alpha == alpha[:, :, 0]).all()


def test_opaque_alpha_is_no_alpha(tmp_path: Path) -> None:
    path = save(tmp_path / "x.png", Image.fromarray(quadrants()).convert("RGBA"))
    assert load_photo(path).alpha is None


@pytest.mark.parametrize("mode", ["L", "1", "LA", "P", "CMYK"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(quadrants())
    path = save(tmp_path / "x.tif", image.convert(mode))
    rgb = load_photo(path).rgb
    assert rgb.shape == (HEIGHT, WIDTH, 3)
    assert rgb[150, 225].min() > 200
    assert np.abs(rgb.astype(int) - np.asarray(image.convert(mode).convert("RGB"))).max() <= 1


def test_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.fromarray(quadrants()).quantize(4, dither=Image.Dither.NONE)
    transparent = image.getpixel((10, 10))
    photo = load_photo(save(tmp_path / "x.png", image, transparency=transparent))
    assert photo.alpha is not None
    assert photo.alpha[10, 10] == 0
    assert photo.alpha[150, 225] == 255
    assert_quadrants(photo.rgb)


def test_cmyk_jpeg_keeps_its_colours(tmp_path: Path) -> None:
    assert_quadrants(load_photo(save(tmp_path / "x.jpg", Image.fromarray(quadrants()).convert("CMYK"))).rgb, 12)


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bit(tmp_path: Path, suffix: str, channels: int) -> None:
    deep = quadrants()[:, :, :channels].astype(np.uint16) * 257
    assert cv2.imwrite(str(tmp_path / f"x.{suffix}"), deep[:, :, ::-1])
    expected = np.repeat(quadrants()[:, :, :1], 3, axis=2) if channels == 1 else quadrants()
    assert np.abs(load_photo(tmp_path / f"x.{suffix}").rgb.astype(int) - expected).max() <= 1


def test_colour_profile_is_converted(tmp_path: Path) -> None:
    image = Image.fromarray(quadrants())
    path = save(tmp_path / "x.png", image, icc_profile=_swapped_rgb_profile())
    red, _, blue = load_photo(path).rgb[50, 75]
    assert blue > 150 > red
    path = save(tmp_path / "y.png", image, icc_profile=b"not a profile")
    assert_quadrants(load_photo(path).rgb, 0)


def _swapped_rgb_profile() -> bytes:
    """An sRGB profile under another name whose red and blue primaries have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    name = "sRGB".encode("utf-16-be")
    return swapped.replace(name, "Test".encode("utf-16-be"))


def exif_with(tags: dict[int, object]) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update(tags)
    return exif


DIAGONAL = float(np.hypot(WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ("tags", "focal"),
    [
        ({ExifTags.Base.FocalLengthIn35mmFilm: 50}, 50 / np.hypot(36, 24) * DIAGONAL),
        (
            {
                ExifTags.Base.FocalLength: 6.0,
                ExifTags.Base.FocalPlaneXResolution: 3000.0,
                ExifTags.Base.FocalPlaneResolutionUnit: 3,
                ExifTags.Base.ExifImageWidth: 1500,
            },
            6 * 300 * WIDTH / 1500,
        ),
        ({ExifTags.Base.FocalLengthIn35mmFilm: 0}, None),
        ({ExifTags.Base.FocalLengthIn35mmFilm: 2}, None),
        ({ExifTags.Base.FocalLengthIn35mmFilm: 9000}, None),
        ({ExifTags.Base.FocalLength: 6.0}, None),
        (
            {
                ExifTags.Base.FocalLengthIn35mmFilm: 50,
                ExifTags.Base.ExifImageWidth: 4000,
                ExifTags.Base.ExifImageHeight: 1000,
            },
            None,
        ),
    ],
)
def test_focal_length(tmp_path: Path, tags: dict[int, object], focal: float | None) -> None:
    path = save(tmp_path / "x.jpg", Image.fromarray(quadrants()), exif=exif_with(tags))
    assert load_photo(path).focal == (None if focal is None else pytest.approx(focal, rel=1e-3))


def test_focal_length_of_a_rotated_photo(tmp_path: Path) -> None:
    exif = exif_with(
        {
            ExifTags.Base.FocalLengthIn35mmFilm: 50,
            ExifTags.Base.ExifImageWidth: WIDTH * 10,
            ExifTags.Base.ExifImageHeight: HEIGHT * 10,
        }
    )
    exif[ExifTags.Base.Orientation] = 6
    photo = load_photo(save(tmp_path / "x.jpg", Image.fromarray(quadrants()), exif=exif))
    assert photo.rgb.shape[:2] == (WIDTH, HEIGHT)
    assert photo.focal == pytest.approx(50 / np.hypot(36, 24) * DIAGONAL, rel=1e-3)


def png_claiming(width: int, height: int) -> bytes:
    """A few hundred bytes whose header promises width x height pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 20_000), (10_001, 10_000), (60_000, 60_000), (2_000_000_000, 1)])
def test_bombs_are_refused_before_decoding(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "bomb.png").write_bytes(png_claiming(*size))
    with pytest.raises(UserError, match="megapixels"):
        load_photo(tmp_path / "bomb.png")


def test_truncated_files_are_refused(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8))
    for name in ("x.jpg", "x.png", "x.webp", "x.tif", "x.bmp"):
        whole = save(tmp_path / name, noise).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UserError, match=r"damaged|not a picture"):
            load_photo(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(20), b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(UserError, match=r"x\.jpg is not a picture|damaged"):
        load_photo(tmp_path / "x.jpg")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        load_photo(tmp_path / "nobody.png")
    with pytest.raises(UserError, match=r"cannot be read|is not a picture"):
        load_photo(tmp_path)


@pytest.mark.parametrize("size", [(1, 1), (255, 255), (255, 3)])
def test_small_pictures_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(UserError, match="pixels"):
        load_photo(save(tmp_path / "x.png", Image.new("RGB", size)))


def test_messages_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"nothing")
    with pytest.raises(UserError) as error:
        load_photo(tmp_path / "x")
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text


def test_arrays() -> None:
    picture = quadrants()
    assert (photo_from_array(picture).rgb == picture).all()
    assert (photo_from_array(picture.astype(np.uint16) * 257).rgb == picture).all()
    assert (photo_from_array(picture.astype(np.float32) / 255).rgb == picture).all()
    assert (photo_from_array(picture[:, :, 0]).rgb == picture[:, :, :1]).all()
    alpha = np.full((HEIGHT, WIDTH, 1), 9, np.uint8)
    photo = photo_from_array(np.concatenate([picture, alpha], axis=2))
    assert photo.alpha is not None
    assert (photo.alpha == 9).all()
    assert (photo.rgb == picture).all()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(300, np.uint8),
        np.zeros((300, 300, 2), np.uint8),
        np.zeros((300, 300, 3), np.int64),
        np.zeros((300, 300, 3), object),
        np.full((300, 300, 3), np.nan),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((0, 300, 3), np.uint8),
        np.broadcast_to(np.uint8(0), (20_000, 20_000, 3)),
    ],
)
def test_bad_arrays_are_refused(array: np.ndarray) -> None:
    with pytest.raises(UserError):
        photo_from_array(array)
