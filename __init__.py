"""The extension "2K2K Human": everything that concerns Blender is in `twok2k_blender`, the engine in `engine`."""

from importlib import import_module
from typing import Any


def register() -> None:
    """Called by Blender when the extension is enabled."""
    import_module(".twok2k_blender", __package__).register()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and when it ends."""
    import_module(".twok2k_blender", __package__).unregister()


def generate(photo: Any = None, **options: Any) -> Any:
    """For scripts: make a human of a photo and return the object; see `twok2k_blender.scripting`."""
    return import_module(".twok2k_blender.scripting", __package__).generate(photo, **options)
