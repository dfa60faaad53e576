"""Which files are pictures, and which of them a text names. Knows nothing of Blender."""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
"""How the names of files end that the engine reads."""

MAX_LINES = 1000
"""Lines of a text that are looked at."""


def is_picture(path: Path) -> bool:
    """Whether a file's name is that of a picture that the engine reads."""
    return path.suffix.lower() in SUFFIXES


def named_pictures(text: str) -> list[Path]:
    """The existing pictures that a text names, one path or file address a line, as file managers copy them."""
    paths = [_path(line.strip().strip("\"'")) for line in text.splitlines()[:MAX_LINES]]
    return [path for path in paths if path is not None and is_picture(path) and _is_file(path)]


def _path(line: str) -> Path | None:
    if not line.lower().startswith("file:"):
        return Path(line) if line else None
    try:
        return Path(url2pathname(urlsplit(line).path))
    except ValueError:
        return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_absolute() and path.is_file()
    except (OSError, ValueError):
        return False
