"""Runs in Blender, without a window: the extension speaks a language that has been registered for Blender's."""

from collections.abc import Callable
from importlib import import_module

import bpy

MODULE = "bl_ext.user_default.twok2k_blender"
WORDS = {
    ("*", "{seconds} s left"): "supersunt {seconds} s",
    ("*", "The engine is not running"): "Machina quiescit",
    ("*", "No finished person has this number; generate one."): "Nemo est.",
    ("*", "The photo {path} no longer exists; put it back, or choose another."): "Imago {path} abest.",
    ("Operator", "Decimate"): "Decimare",
}


def refusal(operator: Callable[..., object], **options: object) -> str:
    """What an operator says that cannot do its work."""
    try:
        operator(**options)
    except RuntimeError as error:
        return str(error)
    raise AssertionError(operator)


def main() -> None:
    bpy.ops.preferences.addon_enable(module=MODULE)
    bpy.app.translations.register(__name__, {"fr_FR": WORDS})
    view = bpy.context.preferences.view
    view.language = "fr_FR"
    view.use_translate_interface = view.use_translate_tooltips = view.use_translate_reports = True
    words, widgets = (import_module(f"{MODULE}.twok2k_blender.{name}") for name in ("words", "widgets"))
    assert widgets.time_left(40) == "supersunt 40 s"
    assert widgets.time_left(240) == "4 min left", "what is not in the catalogue stays English"
    assert words.iface_("Decimate", words.BUTTON) == "Decimare"
    assert "Machina quiescit" in refusal(bpy.ops.twok2k.release_memory)
    assert "Nemo est." in refusal(bpy.ops.twok2k.add_person, key=99)
    assert "Imago /nowhere/anna.jpg abest." in refusal(bpy.ops.twok2k.use_photo, filepath="/nowhere/anna.jpg")
    view.use_translate_interface = False
    assert widgets.time_left(40) == "40 s left", "the user's choice of what is translated holds"


main()
