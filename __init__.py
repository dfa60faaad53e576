"""The extension "2K2K Human": everything that concerns Blender is in `twok2k_blender`, the engine in `engine`."""


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from . import twok2k_blender

    twok2k_blender.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and when it ends."""
    from . import twok2k_blender

    twok2k_blender.unregister()
