"""The true people of a folder."""

from collections.abc import Iterable
from pathlib import Path

from engine.errors import UserError
from engine.render.mesh import FILE_TYPES


def find_people(folder: Path) -> list[tuple[str, Path]]:
    """Name and mesh file of every person, sorted by name.

    A person is a mesh file in `folder` itself, named after it, or a sub-folder with a mesh in it, however deep: the one
    in the highest folder, the first by name. Raises UserError where there is none.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder; give one with a mesh or a sub-folder per person.")
    people = [(path.stem, path) for path in meshes(folder.iterdir())]
    for sub in folder.glob("*/"):
        people += [(sub.name, found[0]) for found in [meshes(sub.rglob("*"))] if found]
    if not people:
        raise UserError(f"{folder} holds no {', '.join(FILE_TYPES)} file; put one mesh or sub-folder per person there.")
    names = [name for name, _ in people]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UserError(f"{folder} holds two people named {twice}; rename one of them.")
    return sorted(people)


def meshes(paths: Iterable[Path]) -> list[Path]:
    """Those of the paths that are mesh files, from the highest folder down, then by name."""
    found = [path for path in paths if path.suffix.lower() in FILE_TYPES and path.is_file()]
    return sorted(found, key=lambda path: (len(path.parts), path))
