"""Which mesh belongs to which picture: never one to two."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path, PurePosixPath

from engine.batch.inputs import Picture


def mesh_files(pictures: Sequence[Picture], earlier: Mapping[str, str], ending: str) -> dict[Picture, str]:
    """The mesh of every picture, relative to the output folder, with "/".

    A mesh is called as its picture; where that name is taken, "-2", "-3" ... follows. A picture keeps the name it has
    had in an earlier run, so that further pictures change nothing. earlier: photos and meshes of the record.
    """
    kept = {picture: _kept(picture, earlier.get(str(picture.path), "")) for picture in pictures}
    taken = {_key(PurePosixPath(mesh).with_suffix("").as_posix()) for mesh in earlier.values()}
    meshes = {}
    for picture in pictures:
        name = kept[picture] or next(name for name in _names(picture) if _key(name) not in taken)
        taken.add(_key(name))
        meshes[picture] = f"{name}{ending}"
    return meshes


def _kept(picture: Picture, mesh: str) -> str | None:
    """The name of an earlier mesh, if it is one that the picture may have: a record is no reason to write elsewhere."""
    pattern = rf"({re.escape(picture.name)}(?:-\d+)?)\.[a-z]+"
    match = re.fullmatch(pattern, mesh)
    return match[1] if match else None


def _names(picture: Picture) -> Iterator[str]:
    yield picture.name
    yield from (f"{picture.name}-{number}" for number in count(2))


def _key(name: str) -> str:
    """Names with the same key are one file on some systems."""
    return name.casefold()


def remove_leftovers(meshes: Sequence[Path]) -> None:
    """Remove what killed processes have left of unfinished meshes (`engine.export.save` names such files)."""
    names = {(mesh.parent, mesh.stem[:40]) for mesh in meshes}
    for folder in {mesh.parent for mesh in meshes}:
        for path in folder.glob(".*-*.part"):
            if (folder, path.name[1:].rpartition("-")[0]) in names:
                path.unlink(missing_ok=True)
