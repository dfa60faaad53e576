"""A Blender that lets a second one remesh a sphere for minutes, and never ends by itself."""

import time
from importlib import import_module
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[3]
MODULE = "bl_ext.user_default.twok2k_blender"


def main() -> None:
    link = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True)) / "twok2k_blender"
    link.symlink_to(ROOT)
    bpy.ops.preferences.addon_enable(module=MODULE)
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=8)
    module = import_module(f"{MODULE}.twok2k_blender.side_blender")
    side = module.SideBlender("quads", bpy.context.object.data, [200_000])
    print(f"side {side._process.pid}", flush=True)
    time.sleep(1000)


main()
