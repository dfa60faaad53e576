"""The extension "2K2K Human": everything that concerns Blender is in `twok2k_blender`, the engine in `engine`."""

from importlib import import_module


def register() -> None:
    """Called by Blender when the extension is enabled."""
    import_module(".twok2k_blender", __package__).register()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and when it ends."""
    import_module(".twok2k_blender", __package__).unregister()
