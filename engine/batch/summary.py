"""What a run has come to, as a file: totals, the failures by name, and the facts about every picture."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.batch.record import Entry
from engine.errors import UserError

FILE = "summary.json"

_FACTS = ("photo", "mesh", "seconds", "vertices", "triangles", "warnings")


@dataclass(frozen=True)
class Summary:
    """pictures: how many were asked for. entries: those that are finished, also in earlier runs.

    settings: what all meshes were made with. seconds: of this run.
    """

    pictures: int
    entries: Sequence[Entry]
    settings: Mapping[str, Any]
    seconds: float

    @property
    def failures(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.error is not None]

    @property
    def made(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.error is None]

    def write(self, folder: Path) -> None:
        """Write summary.json, complete or not at all. Raises UserError where that cannot be done."""
        facts = {
            "pictures": self.pictures,
            "made": len(self.made),
            "failed": len(self.failures),
            "unfinished": self.pictures - len(self.entries),
            "seconds": round(self.seconds, 1),
            "settings": dict(self.settings),
            "failures": {entry.photo: entry.error for entry in self.failures},
            "meshes": [{name: getattr(entry, name) for name in _FACTS} for entry in self.made],
        }
        path = folder / FILE
        temporary = path.with_suffix(".part")
        try:
            temporary.write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
            os.replace(temporary, path)
        except OSError as error:
            raise UserError(
                f"{path} cannot be written ({error.strerror}); make room and run the same again."
            ) from error
