"""Runs in a second Blender, which has no window: `-- TOOL FACES FOLDER MESH`.

Reads the mesh of that name from the folder's `before.blend`, and writes `after.blend`, or `error.txt` with a sentence.
"""

import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from twok2k_blender.mesh_tools import MESH_TOOLS
from twok2k_blender.result import ToolError


def main(tool: str, faces: str, folder: str, name: str) -> None:
    with bpy.data.libraries.load(str(Path(folder) / "before.blend")) as (_, here):
        here.meshes = [name]
    known = set(bpy.data.materials)
    try:
        mesh = MESH_TOOLS[tool](bpy.context, here.meshes[0], int(faces))
    except ToolError as error:
        (Path(folder) / "error.txt").write_text(str(error), encoding="utf-8")
    else:
        for slot, material in enumerate(mesh.materials):
            if material in known:  # the first Blender has it
                mesh.materials[slot] = None
        bpy.data.libraries.write(str(Path(folder) / "after.blend"), {mesh})


main(*sys.argv[sys.argv.index("--") + 1 :])
