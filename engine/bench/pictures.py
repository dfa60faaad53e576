"""The pictures that are measured: one photo at several sizes."""

from pathlib import Path

from PIL import Image, ImageOps

from engine.errors import UserError
from engine.photo import open_picture

SAMPLE = Path(__file__).parents[2] / "docs/images/sample_person.jpg"
"""A synthetic person, rendered by this project; part of a checkout, not of the extension."""


def at_sizes(photo: Path, sides: tuple[int, ...], folder: Path) -> dict[int, Path]:
    """Write the photo with each longer side in pixels into `folder`. Raises UserError where it cannot be read."""
    try:
        with open_picture(photo) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except UserError as error:
        raise UserError(f"The picture {photo} cannot be read; name one that shows a person.") from error
    return {side: _written(picture, side, folder / f"{side}.jpg") for side in sides}


def _written(picture: Image.Image, side: int, path: Path) -> Path:
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    picture.resize((width, height), Image.Resampling.LANCZOS).save(path, quality=92)
    return path
