"""Runs in Blender without a window: a scene with room for a person, and windows whose places are known.

prepare.py -- SCENE
"""

import sys

import bpy


def main(scene: str) -> None:
    view = bpy.context.preferences.view
    view.show_splash = False
    view.filebrowser_display_type = "SCREEN"
    bpy.ops.wm.save_userpref()
    bpy.data.objects["Cube"].location.x = -2.5  # not where the person will stand
    bpy.ops.wm.save_as_mainfile(filepath=scene)


main(sys.argv[-1])
