"""How the preferences are drawn."""

import textwrap
from typing import TYPE_CHECKING

import bpy

from . import online, storage
from .choices import chosen_weights
from .engine_facts import engine_facts
from .session import session
from .weights_list import ask_once
from .widgets import draw_alert, draw_progress, draw_text
from .words import iface_

if TYPE_CHECKING:
    from .preferences import TWOK2K_AP_preferences, TWOK2K_PG_weights


LINE = 60
"""Characters that surely fit into a line."""

FREE = "Free for any use; license: {license}"
NON_COMMERCIAL = "Non-commercial use only; license: {license}"


def draw_engine(context: bpy.types.Context, layout: bpy.types.UILayout, preferences: "TWOK2K_AP_preferences") -> None:
    """The engine's Python, its devices and its test."""
    box = _section(layout, "Engine")
    box.prop(preferences, "engine_python")
    column = box.column()
    column.use_property_split = False
    column.label(text="Device")
    column.prop(preferences, "device", expand=True)
    _draw_facts(box, preferences.device)
    box.prop(preferences, "idle_minutes")
    row = box.row()
    row.operator("twok2k.check_engine", text="Test Engine", icon="CHECKMARK")
    row.operator("twok2k.release_memory", text="Release Memory", icon="X")
    row.operator("twok2k.copy_report", icon="COPYDOWN")
    if session.working is not None:
        draw_progress(box, session.working)
    elif session.message:
        draw_text(context, box, session.message, failed=session.failed)


def draw_weights(layout: bpy.types.UILayout, preferences: "TWOK2K_AP_preferences") -> None:
    """Which weights there are, what one may do with them, and how good they are."""
    box = _section(layout, "Weights")
    box.prop(preferences, "weights", text="Chosen")
    if not preferences.known_weights:
        ask_once()
        box.label(text="The engine is asked; if no list appears, Test Engine tells why.", icon="INFO")
    for weights in preferences.known_weights:
        _draw_weights(box.box(), weights)
    row = box.row()
    row.operator("twok2k.import_weights", text="Import Weights", icon="IMPORT")
    row.operator("twok2k.download_weights", text="Download Weights...", icon="URL")
    if reason := online.obstacle():
        box.label(text=reason, icon="INFO")


def draw_storage(layout: bpy.types.UILayout) -> None:
    """What is kept on disk and can be deleted."""
    box = _section(layout, "Disk")
    box.label(text=iface_("Imported weights: {size:.1f} MB", size=storage.imported_bytes() / 1e6))
    row = box.row()
    row.label(text=iface_("Logs and unfinished files: {size:.1f} MB", size=storage.used_bytes() / 1e6))
    row.operator("twok2k.clear_cache", text="Clear Cache", icon="TRASH")


def _section(layout: bpy.types.UILayout, title: str) -> bpy.types.UILayout:
    box = layout.box()
    box.label(text=title)
    column = box.column()
    column.use_property_split = True
    return column


def _draw_facts(layout: bpy.types.UILayout, device: str) -> None:
    """What is known since the last test."""
    column = layout.column(align=True)
    if not engine_facts.devices:
        column.label(text="Test the engine to see all devices and their free memory.", icon="INFO")
        return
    if engine_facts.chosen(device) is None:
        draw_alert(column, "The engine cannot use the chosen device; Test Engine tells why.")
    for text in (engine_facts.versions, engine_facts.program):
        column.label(text=text, translate=False)


def _draw_weights(box: bpy.types.UILayout, weights: "TWOK2K_PG_weights") -> None:
    row = box.row()
    chosen = weights.name == chosen_weights()
    row.label(text=weights.name, icon="RADIOBUT_ON" if chosen else "RADIOBUT_OFF", translate=False)
    row.operator("twok2k.show_weights", text="", icon="FILE_FOLDER").weights = weights.name
    if not weights.bundled:
        row.operator("twok2k.remove_weights", text="", icon="TRASH").weights = weights.name
    column = box.column(align=True)
    use = column.row()
    use.alert = not weights.commercial
    text = FREE if weights.commercial else NON_COMMERCIAL
    use.label(text=iface_(text, license=weights.licence), icon="CHECKMARK" if weights.commercial else "ERROR")
    column.label(text=weights.size, icon="BLANK1", translate=False)
    figures = weights.figures and iface_("Model card: {figures}", figures=weights.figures)
    for line in textwrap.wrap(figures, LINE):
        column.label(text=line, icon="BLANK1", translate=False)
