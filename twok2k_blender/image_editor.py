"""An Image Editor to show something in."""

from typing import Literal, cast

import bpy


def show_image(image: bpy.types.Image, mode: Literal["VIEW", "PAINT"]) -> bool:
    """Show an image, all of it, in the largest Image Editor of all windows, else in a new window.

    False where there are no windows.
    """
    manager = bpy.context.window_manager
    places = [(window, area) for window in manager.windows for area in window.screen.areas]
    editors = [(window, area) for window, area in places if area.type == "IMAGE_EDITOR"]
    if not editors and bpy.app.background:
        return False
    window, area = max(editors, key=lambda place: place[1].width * place[1].height) if editors else _new_editor()
    editor = cast(bpy.types.SpaceImageEditor, area.spaces.active)
    editor.image = image
    editor.ui_mode = mode
    editor.show_gizmo = True
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        if not bpy.app.background:
            bpy.ops.image.view_all(fit_view=True)
    return True


def _new_editor() -> tuple[bpy.types.Window, bpy.types.Area]:
    bpy.ops.wm.window_new()
    window = bpy.context.window_manager.windows[-1]
    window.screen.areas[0].ui_type = "IMAGE_EDITOR"
    return window, window.screen.areas[0]
