"""Runs in a second Blender, which has no window: `-- TOOL NUMBERS FOLDER MESH`.

NUMBERS: a json list. Reads the mesh of that name from the folder's `before.blend`, and writes `after.blend`, or
`error.txt` with a sentence. Ends when nobody holds the other end of its standard input any more.
"""

import faulthandler
import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from threading import Thread

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from twok2k_blender.mesh_tools import MESH_TOOLS
from twok2k_blender.result import ToolError


def main(tool: str, numbers: str, folder: str, name: str) -> None:
    with bpy.data.libraries.load(str(Path(folder) / "before.blend")) as (_, here):
        here.meshes = [name]
    known = set(bpy.data.materials)
    try:
        mesh = MESH_TOOLS[tool](bpy.context, here.meshes[0], *json.loads(numbers))
    except ToolError as error:
        (Path(folder) / "error.txt").write_text(str(error), encoding="utf-8")
    else:
        for slot, material in enumerate(mesh.materials):
            if material in known:  # the first Blender has it
                mesh.materials[slot] = None
        bpy.data.libraries.write(str(Path(folder) / "after.blend"), {mesh})


def end_with_the_first_blender() -> None:
    with suppress(OSError):  # without a standard input there is nothing to watch
        while os.read(0, 1):
            pass
        os._exit(1)


faulthandler.enable()
Thread(target=end_with_the_first_blender, daemon=True).start()
try:
    main(*sys.argv[sys.argv.index("--") + 1 :])
except Exception:
    traceback.print_exc()
    os._exit(1)
os._exit(0)  # at once, because a thread that waits for input keeps some versions of Blender from ending
