"""Runs in Blender without a window: enables the checkout as an extension, and saves preferences and a scene.

prepare.py -- ENGINE_PYTHON PHOTO SCENE
"""

import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]
MODULE = "bl_ext.user_default.twok2k_blender"


def main(engine_python: str, photo: str, scene: str) -> None:
    link = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True)) / "twok2k_blender"
    link.symlink_to(ROOT)
    bpy.ops.preferences.addon_enable(module=MODULE)
    preferences = bpy.context.preferences
    preferences.addons[MODULE].preferences.engine_python = engine_python
    preferences.view.show_splash = False
    bpy.ops.wm.save_userpref()
    bpy.data.objects["Cube"].location.x = -2.5  # not where the person will stand
    picture = bpy.context.scene.twok2k
    picture.filepath, picture.detail = photo, "low"
    bpy.ops.wm.save_as_mainfile(filepath=scene)


main(*sys.argv[sys.argv.index("--") + 1 :])
