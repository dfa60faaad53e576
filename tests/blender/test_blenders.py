"""Runs the checks of `inside` in every Blender that is set up as `.venv-bpy-X.Y` at the checkout's root."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).parent / "inside"
CHECKS = sorted(INSIDE.glob("checks_*.py"))


@pytest.mark.parametrize("version", ["4.2", "4.5", "5.0", "5.2"])
def test_inside_blender(version: str, tmp_path: Path) -> None:
    python = ROOT / f".venv-bpy-{version}" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        pytest.skip(f"needs the environment .venv-bpy-{version}, see docs/development.md")
    command = [
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        INSIDE,
        "--confcutdir",
        INSIDE,
        *CHECKS,
    ]
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path), "TWOK2K_INSIDE_BLENDER": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
