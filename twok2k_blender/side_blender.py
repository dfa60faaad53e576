"""A second Blender, without a window, that makes a new mesh while this one goes on.

Blender's tools for meshes keep its window from responding for as long as they take, which is minutes for millions of
triangles. Its own Quadriflow dialog does not, but cannot be followed from Python and locks the whole interface.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import bpy

from .result import ToolError
from .storage import TEMPORARY, folder
from .words import rpt_

SCRIPT = Path(__file__).with_name("side_script.py")

CRASHED = (
    "The second Blender, which works on the mesh, has crashed (exit code {code}); "
    "try other numbers, and if that does not help, Copy Report."
)


class SideBlender:
    """tool: one of `MESH_TOOLS`. numbers: what it takes besides the mesh, which is taken as it is now."""

    def __init__(self, tool: str, mesh: bpy.types.Mesh, numbers: Sequence[float]) -> None:
        """Raises ToolError."""
        self._folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=bpy.app.tempdir))
        try:
            bpy.data.libraries.write(str(self._folder / "before.blend"), {mesh}, path_remap="ABSOLUTE")
            with side_log().open("wb") as log:
                self._process = subprocess.Popen(
                    (*_blender(), "--", tool, json.dumps(numbers), str(self._folder), mesh.name),
                    stdin=subprocess.PIPE,  # the second Blender ends when this one closes it, or dies
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    env=os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._folder)),
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except (OSError, RuntimeError) as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            reason = str(error).strip().rstrip(".")
            text = rpt_("A second Blender cannot work on the mesh ({reason}); try again.", reason=reason)
            raise ToolError(text) from error

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def result(self) -> bpy.types.Mesh:
        """The new mesh, in this file. Raises ToolError."""
        error, after = self._folder / "error.txt", self._folder / "after.blend"
        if error.is_file():
            raise ToolError(error.read_text(encoding="utf-8"))
        if not after.is_file():
            raise ToolError(rpt_(CRASHED, code=self._process.returncode))
        return _read(after)

    def close(self) -> None:
        """End the process and leave nothing of it."""
        self._process.kill()
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


def side_log() -> Path:
    """Where the last second Blender of this one has written what it has to say to developers."""
    return folder() / f"second-blender-{os.getpid()}.log"


def _blender() -> tuple[str, ...]:
    """The command that runs the script: this Blender again, or the Python that has Blender as a module."""
    if bpy.app.binary_path:
        return bpy.app.binary_path, "--background", "--factory-startup", "--python", str(SCRIPT)
    return sys.executable, str(SCRIPT)


def _read(path: Path) -> bpy.types.Mesh:
    known = set(bpy.data.libraries)
    with bpy.data.libraries.load(str(path)) as (there, here):
        here.meshes = there.meshes
    for library in set(bpy.data.libraries) - known:  # the file, of which nothing is linked
        bpy.data.libraries.remove(library)
    return here.meshes[0]
