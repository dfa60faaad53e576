"""Entries in Blender's own menus. What is in a menu is found by the menu search, F3, as well."""

import bpy

from .pictures import SUFFIXES
from .words import iface_

TOOLS = ("generate_again", "quad_remesh", "decimate", "bake_texture", "make_printable", "turntable", "mark_asset")
"""Operators of this extension for the active object."""


class TWOK2K_MT_tools(bpy.types.Menu):  # noqa: N801
    bl_label = "2K2K Human"

    def draw(self, _: bpy.types.Context) -> None:
        self.layout.operator_context = "INVOKE_DEFAULT"
        for name in TOOLS:
            self.layout.operator(f"twok2k.{name}")
        self.layout.operator_menu_enum("twok2k.export_result", "format")


def _draw_import(menu: bpy.types.Menu, _: bpy.types.Context) -> None:
    kinds = "/".join(suffix for suffix in SUFFIXES if suffix in (".jpg", ".png", ".webp", ".tif", ".bmp"))
    menu.layout.operator("twok2k.import_photos", text=iface_("Photo of a Person ({kinds})", kinds=kinds))


def _draw_add(menu: bpy.types.Menu, _: bpy.types.Context) -> None:
    menu.layout.operator("twok2k.import_photos", text="Human from Photo...", icon="OUTLINER_OB_ARMATURE")


def _draw_image(menu: bpy.types.Menu, _: bpy.types.Context) -> None:
    menu.layout.separator()
    menu.layout.operator("twok2k.generate_from_image", text="Generate Human", icon="OUTLINER_OB_ARMATURE")


def _draw_object(menu: bpy.types.Menu, _: bpy.types.Context) -> None:
    menu.layout.separator()
    menu.layout.menu("TWOK2K_MT_tools", icon="OUTLINER_OB_ARMATURE")


ENTRIES = {
    "TOPBAR_MT_file_import": _draw_import,
    "VIEW3D_MT_add": _draw_add,
    "VIEW3D_MT_object": _draw_object,
    "IMAGE_MT_image": _draw_image,
    "IMAGE_MT_uvs_context_menu": _draw_image,
    "IMAGE_MT_mask_context_menu": _draw_image,
}
"""What is added to which menu. The Image Editor has a right-click menu only for UVs and masks."""


def register() -> None:
    bpy.utils.register_class(TWOK2K_MT_tools)
    for menu, draw in ENTRIES.items():
        getattr(bpy.types, menu).append(draw)


def unregister() -> None:
    for menu, draw in ENTRIES.items():
        getattr(bpy.types, menu).remove(draw)
    bpy.utils.unregister_class(TWOK2K_MT_tools)
