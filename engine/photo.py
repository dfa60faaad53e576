"""Pictures from files and arrays: any common kind becomes upright 8-bit sRGB, with alpha and focal length apart.

Files are untrusted: the content decides about the format (never the name), the size is checked before any pixel is
decoded, and whatever a decoder raises becomes a UserError.
"""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps

from engine.errors import UserError
from engine.types import Photo

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")
MAX_PIXELS = 100_000_000
MIN_SIDE = 256
"""The longer side of a picture must have at least this many pixels."""

_FULL_FRAME_DIAGONAL = math.hypot(36, 24)
_PLAUSIBLE_35MM = (10.0, 800.0)
_MILLIMETRES = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
_SRGB = ImageCms.createProfile("sRGB")


def load_photo(path: Path | str) -> Photo:
    """Read a JPEG, PNG, WebP, TIFF or BMP file.

    Grey, palette, 16 bit, CMYK and pictures with a colour profile are converted to 8-bit sRGB; the EXIF orientation
    is applied; the first frame is taken. `focal` comes from EXIF where it is there and plausible.

    Raises UserError if the file cannot be read, is no picture, is damaged, has more than 100 megapixels (noticed
    before decoding) or is smaller than 256 pixels on its longer side.
    """
    path = Path(path)
    with open_picture(path) as image:
        _check_size(*image.size, path.name)
        exif, stored_size = image.getexif(), image.size
        image = ImageOps.exif_transpose(image)
        rgb, alpha = _split(image)
    return Photo(rgb, alpha, _focal(exif, stored_size), path.stem)


def photo_from_array(array: NDArray) -> Photo:
    """A Photo from pixels: HxW grey, HxWx3 RGB or HxWx4 RGBA (straight alpha), sRGB-coded.

    uint8 is taken as it is, uint16 means 0..65535, floats mean 0..1 (values outside are clipped).
    Raises UserError on any other shape or type, NaN, and the sizes that `load_photo` refuses.
    """
    array = np.asarray(array)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4):
        raise UserError(f"An array of shape {array.shape} is no picture; give height x width x 3 (RGB) or 4 (RGBA).")
    _check_size(array.shape[1], array.shape[0], "the array")
    pixels = _to_bytes(array)
    rgb = np.ascontiguousarray(pixels[:, :, :3]) if pixels.shape[2] > 1 else np.repeat(pixels, 3, axis=2)
    return Photo(rgb, _alpha(pixels[:, :, 3]) if pixels.shape[2] == 4 else None)


@contextmanager
def open_picture(path: Path) -> Iterator[Image.Image]:
    """The decoded first frame of a picture file as a PIL image of at most 100 megapixels, not yet rotated.

    Raises UserError as `load_photo` does, except for small pictures.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures from 89 megapixels on
            image = Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise UserError(_too_large(path.name)) from error
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist; choose a picture file.") from error
    except Exception as error:
        reason = "cannot be read" if isinstance(error, PermissionError | IsADirectoryError) else "is not a picture"
        raise UserError(f"{path.name} {reason}; choose a JPEG, PNG, WebP, TIFF or BMP file.") from error
    with image:
        if image.width * image.height > MAX_PIXELS:
            raise UserError(_too_large(path.name, image.size))
        _decode(image, path.name)
        yield image


def _decode(image: Image.Image, name: str) -> None:
    try:
        image.load()
    except Exception as error:  # decoders raise nearly anything on damaged data
        raise UserError(f"{name} is damaged or incomplete; save or download the picture again.") from error


def _too_large(name: str, size: tuple[int, int] | None = None) -> str:
    pixels = f"{size[0]} x {size[1]} pixels" if size else "too many pixels"
    return f"{name} has {pixels}, more than 100 megapixels; scale it down first."


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise UserError(_too_large(name, (width, height)))
    if max(width, height) < MIN_SIDE or min(width, height) < 1:
        raise UserError(
            f"{name} has only {width} x {height} pixels; choose a picture with at least {MIN_SIDE} on its longer side."
        )


def _split(image: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """HxWx3 sRGB and HxW alpha (None where opaque)."""
    if image.mode.startswith("I") or image.mode == "F":
        grey = _to_bytes(_deep_grey(image))
        return np.repeat(grey[:, :, None], 3, axis=2), None
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = _alpha(np.asarray(image.getchannel("A")))
    return np.array(_to_srgb(image)), alpha


def _deep_grey(image: Image.Image) -> NDArray:
    """Grey values of more than 8 bits as uint16, or as floats in 0..1."""
    values = np.asarray(image)
    return values if image.mode == "F" else np.clip(values, 0, 65535).astype(np.uint16)


def _to_bytes(values: NDArray) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.uint16:
        return (values >> 8).astype(np.uint8)
    if values.dtype.kind != "f":
        raise UserError(f"Pixels of type {values.dtype} are not supported; give uint8, uint16 or float values in 0..1.")
    if not np.isfinite(values).all():
        raise UserError("The picture holds values that are not numbers; save it as 8 or 16 bit first.")
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def _alpha(alpha: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    return None if alpha.min() == 255 else np.array(alpha)


def _to_srgb(image: Image.Image) -> Image.Image:
    """RGB by the picture's own colour profile if it has a valid one, else by Pillow's plain conversion."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                image = image.convert("RGB") if image.mode == "RGBA" else image
                return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile is no reason to refuse the picture
    return image.convert("RGB")


def _focal(exif: Image.Exif, size: tuple[int, int]) -> float | None:
    """The focal length in pixels of the stored picture (width, height), None where unknown or implausible."""
    try:
        tags = exif.get_ifd(ExifTags.IFD.Exif)
        focal = _focal_from_35mm(tags, size) or _focal_from_sensor(tags, size)
    except Exception:  # EXIF is untrusted, and only an optional hint
        return None
    equivalent = focal / math.hypot(*size) * _FULL_FRAME_DIAGONAL
    return focal if _PLAUSIBLE_35MM[0] <= equivalent <= _PLAUSIBLE_35MM[1] and not _cropped(tags, size) else None


def _focal_from_35mm(tags: dict, size: tuple[int, int]) -> float:
    """EXIF 2.32, FocalLengthIn35mmFilm: relative to the diagonal of 36 x 24 mm (CIPA DC-008); 0 = unknown."""
    return float(tags.get(ExifTags.Base.FocalLengthIn35mmFilm, 0)) / _FULL_FRAME_DIAGONAL * math.hypot(*size)


def _focal_from_sensor(tags: dict, size: tuple[int, int]) -> float:
    """FocalLength times the pixels per millimetre on the sensor, corrected for a later change of size."""
    millimetres = float(tags.get(ExifTags.Base.FocalLength, 0))
    resolution = float(tags.get(ExifTags.Base.FocalPlaneXResolution, 0))
    unit = _MILLIMETRES[tags.get(ExifTags.Base.FocalPlaneResolutionUnit, 2)]
    original_width = tags.get(ExifTags.Base.ExifImageWidth) or size[0]
    return millimetres * resolution / unit * size[0] / original_width


def _cropped(tags: dict, size: tuple[int, int]) -> bool:
    """Whether EXIF remembers another aspect ratio: the picture was cropped, its focal length is no longer known."""
    width, height = (tags.get(tag) for tag in (ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight))
    if not width or not height:
        return False
    return abs(math.log(max(size) / min(size) * min(width, height) / max(width, height))) > 0.02
