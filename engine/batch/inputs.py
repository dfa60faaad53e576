"""Which pictures are meant by files, folders and patterns."""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
"""What is taken from folders and patterns; a file that is named itself may have any ending."""

_WILDCARD = re.compile(r"[*?[]")


@dataclass(frozen=True)
class Picture:
    """path: absolute. name: of its mesh, without ending; a relative path with "/" (the rule: `find_pictures`).

    size in bytes and mtime_ns, the time of the last change, tell whether the file is still the same.
    """

    path: Path
    name: str
    size: int
    mtime_ns: int


def find_pictures(inputs: Sequence[str], recursive: bool = False) -> list[Picture]:
    """The pictures of all inputs, each once, in the inputs' order and sorted within a folder or pattern.

    A picture that is named itself gives its name to the mesh; one from a folder its path below that folder; one from
    a pattern its path below the part before the first wildcard. recursive: folders with all folders in them.

    Raises UserError for an input that does not exist or holds no picture.
    """
    found: dict[Path, Picture] = {}
    for text in inputs:
        for path, root in _expand(text, recursive):
            absolute = path.resolve()
            if absolute not in found:
                found[absolute] = _picture(absolute, path.relative_to(root).with_suffix("").as_posix())
    return list(found.values())


def is_collection(text: str) -> bool:
    """Whether an input means the pictures of a folder or of a pattern instead of one file."""
    return os.path.isdir(text) or bool(_WILDCARD.search(text) and not os.path.exists(text))


def _expand(text: str, recursive: bool) -> Iterable[tuple[Path, Path]]:
    """Files of one input, each with the folder below which its path is its mesh's name."""
    path = Path(text).expanduser()
    if path.is_file():
        return [(path, path.parent)]
    if path.is_dir():
        files = [(file, path) for file in _in_folder(path, recursive)]
        hint = "choose another" if recursive else "choose another or add --recursive"
        return files or _nothing(f"The folder {text} holds no picture ({', '.join(SUFFIXES)}); {hint}.")
    if _WILDCARD.search(text):
        files = list(_matching(path, recursive))
        return files or _nothing(f"No picture ({', '.join(SUFFIXES)}) matches {text}; check the pattern.")
    return _nothing(f"{text} does not exist; choose a picture file or a folder.")


def _matching(pattern: Path, recursive: bool) -> Iterator[tuple[Path, Path]]:
    fixed = next(number for number, part in enumerate(pattern.parts) if _WILDCARD.search(part))
    root = Path(*pattern.parts[:fixed])
    for path in map(Path, sorted(glob.glob(str(pattern), recursive=True))):
        for file in _in_folder(path, recursive) if path.is_dir() else [path] if _is_picture(path) else []:
            yield file, root


def _in_folder(folder: Path, recursive: bool) -> list[Path]:
    return sorted(path for path in (folder.rglob("*") if recursive else folder.iterdir()) if _is_picture(path))


def _is_picture(path: Path) -> bool:
    """By its name; hidden files are what systems and programs leave beside pictures."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _picture(path: Path, name: str) -> Picture:
    state = path.stat()
    return Picture(path, name, state.st_size, state.st_mtime_ns)


def _nothing(sentence: str) -> list[tuple[Path, Path]]:
    raise UserError(sentence)
