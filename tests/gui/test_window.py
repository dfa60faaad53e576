"""The main job in a real window, with mouse clicks only.

TWOK2K_GUI names Blender roots (folders that `../shared/tools/blender-gui/get-blender-gui.sh` makes), joined like a
search path. TWOK2K_GUI_PICTURES: folder inside the checkout that keeps the screenshots.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT.parent / "shared/tools/blender-gui/blender-gui.sh"
PHOTO = ROOT / "docs/images/sample_person.jpg"
ROOTS = [path for path in os.environ.get("TWOK2K_GUI", "").split(os.pathsep) if path]

SHOW_PYTHON = """
mkdir -p "$1$2"
mount --bind "$2" "$1$2"
mount -o remount,bind,ro "$1$2"
exec "$3" "$1" "${@:4}"
"""
"""Lets the root $1 see the folder $2, in which the environment's Python is at home, and runs $3 there."""


@pytest.mark.slow
@pytest.mark.skipif(not ROOTS, reason="needs TWOK2K_GUI, the folders of Blenders with windows")
@pytest.mark.skipif(not TOOL.exists(), reason="needs ../shared/tools/blender-gui")
@pytest.mark.parametrize("blender", ROOTS)
def test_generate_cancel_and_undo_with_the_mouse(blender: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    pictures = Path(os.environ.get("TWOK2K_GUI_PICTURES", ROOT / "build/gui")) / Path(blender).name
    pictures.mkdir(parents=True, exist_ok=True)
    drive = ["python3", str(ROOT / "tests/gui/drive.py"), sys.executable, str(PHOTO), str(pictures)]
    command = ["unshare", "--mount", "bash", "-euc", SHOW_PYTHON, "-", blender, sys.base_prefix, str(TOOL), *drive]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
