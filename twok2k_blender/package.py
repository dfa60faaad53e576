"""The extension's own name, folder and version."""

from functools import lru_cache
from pathlib import Path
from tomllib import loads

PACKAGE = (__package__ or "").rpartition(".")[0]
"""The extension's module name, under which Blender knows its preferences."""

ROOT = Path(__file__).parent.parent
"""The folder that holds the manifest, this package and the engine."""


@lru_cache(maxsize=1)
def version() -> str:
    """The version that the manifest gives."""
    return loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))["version"]
