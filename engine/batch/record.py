"""The record of a folder of meshes: one JSON line for every picture that is finished, made or failed."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from types import NoneType, TracebackType
from typing import Any

from engine.batch.inputs import Picture
from engine.errors import UserError

FILE = "record.jsonl"


@dataclass(frozen=True)
class Entry:
    """What became of one picture.

    photo: absolute path. size, mtime_ns, settings: the picture's and the run's state it was made from. mesh: file
    below the record's folder. seconds: of the work. error: one sentence, None where the mesh was made.
    """

    photo: str
    size: int
    mtime_ns: int
    settings: Mapping[str, Any]
    mesh: str
    seconds: float
    vertices: int
    triangles: int
    warnings: Sequence[str]
    error: str | None

    def is_of(self, picture: Picture, settings: Mapping[str, Any]) -> bool:
        """Whether neither the picture nor the settings have changed since."""
        return (self.size, self.mtime_ns, self.settings) == (picture.size, picture.mtime_ns, settings)


_KINDS: dict[str, type | tuple[type, ...]] = {
    **{"photo": str, "size": int, "mtime_ns": int, "settings": dict, "mesh": str},
    **{"seconds": (int, float), "vertices": int, "triangles": int, "warnings": list, "error": (str, NoneType)},
}
"""The fields of an entry in JSON."""


class Record:
    """The latest entry of every picture, and the open file to which further ones are added."""

    def __init__(self, folder: Path) -> None:
        """Read what is there; half a line at the end, from a run that was killed, is cut off."""
        path = folder / FILE
        self._file = path.open("ab+")
        self._file.seek(0)
        lines = self._file.readlines()
        if lines and not lines[-1].endswith(b"\n"):
            self._file.truncate(self._file.tell() - len(lines.pop()))
        self._entries = {entry.photo: entry for entry in filter(None, map(_parse, lines))}

    def of(self, photo: Path) -> Entry | None:
        """The latest entry of a picture."""
        return self._entries.get(str(photo))

    def meshes(self) -> dict[str, str]:
        """The mesh of every picture in the record."""
        return {photo: entry.mesh for photo, entry in self._entries.items()}

    def add(self, entry: Entry) -> None:
        """Append an entry; when this returns it is on the disk. Raises UserError where the disk is full."""
        try:
            self._file.write(json.dumps(asdict(entry)).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise UserError(
                f"The record {self._file.name} cannot be written ({error.strerror}); make room and run the same again."
            ) from error
        self._entries[entry.photo] = entry

    def __enter__(self) -> "Record":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _parse(line: bytes) -> Entry | None:
    """None where the line is no entry, as after damage to the disk: its picture is then done again."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    if not isinstance(values, dict) or values.keys() != _KINDS.keys():
        return None
    fits = all(isinstance(values[name], kind) for name, kind in _KINDS.items())
    return Entry(**values) if fits and PurePosixPath(values["mesh"]).name else None
