"""Entries in Blender's own menus."""

import bpy

from .pictures import SUFFIXES
from .words import iface_


def _draw_import(menu: bpy.types.Menu, _: bpy.types.Context) -> None:
    kinds = "/".join(suffix for suffix in SUFFIXES if suffix in (".jpg", ".png", ".webp", ".tif", ".bmp"))
    menu.layout.operator("twok2k.import_photos", text=iface_("Photo of a Person ({kinds})", kinds=kinds))


def _draw_add(menu: bpy.types.Menu, _: bpy.types.Context) -> None:
    menu.layout.operator("twok2k.import_photos", text="Human from Photo...", icon="OUTLINER_OB_ARMATURE")


def _draw_image(menu: bpy.types.Menu, _: bpy.types.Context) -> None:
    menu.layout.separator()
    menu.layout.operator("twok2k.generate_from_image", text="Generate Human", icon="OUTLINER_OB_ARMATURE")


ENTRIES = {
    "TOPBAR_MT_file_import": _draw_import,
    "VIEW3D_MT_add": _draw_add,
    "IMAGE_MT_image": _draw_image,
    "IMAGE_MT_uvs_context_menu": _draw_image,
    "IMAGE_MT_mask_context_menu": _draw_image,
}
"""What is added to which menu. The Image Editor has a right-click menu only for UVs and masks."""


def register() -> None:
    for menu, draw in ENTRIES.items():
        getattr(bpy.types, menu).append(draw)


def unregister() -> None:
    for menu, draw in ENTRIES.items():
        getattr(bpy.types, menu).remove(draw)
