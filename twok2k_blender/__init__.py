"""The extension's Blender side; all heavy work is the engine's, in a process of its own.

This package can be imported without `bpy`; `register` imports the modules that need it.
"""

from importlib import import_module

MODULES = (
    "properties",
    "preferences",
    "thumbnails",
    "preview",
    "key_points_view",
    "photo_list",
    "adjust",
    "operators",
    "shortcuts",
    "panels",
    "result_panel",
    "menus",
    "status_bar",
    "background",
    "weights_list",
    "draft_view",
)
"""Modules with `register` and `unregister`, in the order in which they build on each other."""


def register() -> None:
    for name in MODULES:
        import_module(f".{name}", __package__).register()


def unregister() -> None:
    for name in reversed(MODULES):
        import_module(f".{name}", __package__).unregister()
