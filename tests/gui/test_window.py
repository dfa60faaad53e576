"""The main job in a real window, with mouse and keyboard only, from the light zip; and another language, which
Blender's module lacks.

TWOK2K_GUI names Blender roots (folders that `../shared/tools/blender-gui/get-blender-gui.sh` makes), joined like a
search path. The screenshots are kept in build/gui.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from build_steps import extension

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT.parent / "shared/tools/blender-gui/blender-gui.sh"
PHOTO = ROOT / "docs/images/sample_person.jpg"
ROOTS = [path for path in os.environ.get("TWOK2K_GUI", "").split(os.pathsep) if path]

SHOW = """
mkdir -p "$1$2"
mount --bind "$2" "$1$2"
mount -o remount,bind,ro "$1$2"
mount --rbind /sys "$1/sys"
exec "$3" "$1" "${@:4}"
"""
"""Lets the root $1 see the folder $2, in which the environment's Python is at home, and /sys, from which mediapipe
learns about the processor; runs $3 there. The mounts are in a namespace of their own and go away with it."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ROOTS, reason="needs TWOK2K_GUI, the folders of Blenders with windows"),
    pytest.mark.skipif(not TOOL.exists(), reason="needs ../shared/tools/blender-gui"),
]

LIBRARY = "libGLESv2.so.2"
"""mediapipe loads it, and the roots lack it."""


def library_folder() -> Path:
    """A folder inside the checkout, so that the roots see it, with a copy of the library."""
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    path = next((line.split()[-1] for line in known.splitlines() if line.split()[:1] == [LIBRARY]), None)
    if path is None:
        pytest.skip(f"needs the system library {LIBRARY}")
    folder = ROOT / "build/gui/libraries"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, folder / LIBRARY)
    return folder


@pytest.fixture(scope="session")
def light_zip() -> Path:
    return extension.build(None)


@pytest.mark.parametrize("blender", ROOTS)
def test_install_generate_cancel_and_undo_with_the_mouse(blender: str, light_zip: Path) -> None:
    pictures = ROOT / "build/gui" / Path(blender).name
    pictures.mkdir(parents=True, exist_ok=True)
    arguments = [str(each) for each in (light_zip, sys.executable, PHOTO, pictures)]
    drive = ["python3", str(ROOT / "tests/gui/drive.py"), *arguments]
    environment = ["env", f"LD_LIBRARY_PATH={library_folder()}"]
    show = ["unshare", "--mount", "bash", "-euc", SHOW, "-", blender, sys.base_prefix, str(TOOL)]
    done = subprocess.run([*show, *environment, *drive], cwd=ROOT, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture
def resources() -> Iterator[Path]:
    """A folder for Blender's settings, with the checkout as an extension; in the checkout, so that the roots see it."""
    (ROOT / "build/gui").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build/gui") as folder:
        extensions = Path(folder, "extensions/user_default")
        extensions.mkdir(parents=True)
        (extensions / "twok2k_blender").symlink_to(ROOT)
        yield Path(folder)


@pytest.mark.parametrize("blender", ROOTS)
def test_speaks_a_language_that_has_been_registered(blender: str, resources: Path) -> None:
    script = ["blender", "--background", "--python-exit-code", "1", "--python", str(ROOT / "tests/gui/speak.py")]
    show = ["unshare", "--mount", "env", f"BLENDER_USER_RESOURCES={resources}", "bash", str(TOOL), blender]
    done = subprocess.run([*show, *script], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
