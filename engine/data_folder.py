"""Where the user's weights lie. Needs nothing but the standard library: Blender's process imports it too."""

import os
import sys
from pathlib import Path

SUFFIX = ".safetensors"
"""Ends the name of a file of imported weights."""

PARTIAL = ".partial"
"""Ends the name of a file whose download has not ended; what is known of it lies beside it."""


def data_folder() -> Path:
    """The user's folder for imported weights; it need not exist. TWOK2K_DATA overrides it."""
    if chosen := os.environ.get("TWOK2K_DATA"):
        return Path(chosen) / "weights"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "2k2k" / "weights"


def imported_weights() -> list[Path]:
    """The files of all imported weights, also of such as cannot be read."""
    return sorted(data_folder().glob(f"*{SUFFIX}"))


def unfinished_downloads() -> list[Path]:
    """The files of all downloads that were cut off or cancelled."""
    return sorted(data_folder().glob(f"*{PARTIAL}*"))
