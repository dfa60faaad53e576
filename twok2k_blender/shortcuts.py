"""ESC over a 3D view stops the engine's work.

An entry of the keymap and no modal operator, which would take every ESC. Tools that run see their keys first; while
the engine is idle the operator's poll leaves ESC to whatever else it means.
"""

import bpy

KEYMAP = "3D View Generic"
"""Blender's keymap for the 3D view with its sidebar."""

_items: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def register() -> None:
    configuration = bpy.context.window_manager.keyconfigs.addon
    if configuration is None:
        return
    keymap = configuration.keymaps.new(name=KEYMAP, space_type="VIEW_3D")
    _items.append((keymap, keymap.keymap_items.new("twok2k.cancel", "ESC", "PRESS")))


def unregister() -> None:
    for keymap, item in _items:
        keymap.keymap_items.remove(item)
    _items.clear()
