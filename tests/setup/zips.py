"""The zips that the tests look at: this machine's for Python 3.11, or those that TWOK2K_ZIPS names."""

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from build_steps.targets import Target, chosen

NAMES = os.environ.get("TWOK2K_ZIPS", "").split() or [chosen(None, "3.11", cuda=False).name]

BLENDERS_OWN = {"numpy", "requests", "certifi", "idna", "urllib3", "charset-normalizer"}
"""All extensions share one folder of packages, ahead of Blender's own."""


@dataclass(frozen=True)
class Zip:
    """A finished one."""

    target: Target
    file: Path

    @property
    def names(self) -> list[str]:
        """Paths of the files in it."""
        with zipfile.ZipFile(self.file) as archive:
            return [name for name in archive.namelist() if not name.endswith("/")]

    def read(self, name: str) -> str:
        with zipfile.ZipFile(self.file) as archive:
            return archive.read(name).decode()
