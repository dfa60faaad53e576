"""What panels and preferences draw alike."""

import textwrap
import time
from typing import TYPE_CHECKING

import bpy

from .jobs import Job
from .session import session
from .words import iface_
from .worker_client import Task

if TYPE_CHECKING:
    from engine.remaining import steady
else:  # within an extension there is no top-level package of the name "engine"
    from ..engine.remaining import steady

PIXELS_PER_CHARACTER = 6.5
"""Mean width of a character of Blender's font at scale 1."""

BUTTON = 20
"""Pixels that a small button takes at scale 1."""

MARGIN = 70
"""Pixels that icon, box and scroll bar take at scale 1."""


def draw_text(
    context: bpy.types.Context, layout: bpy.types.UILayout, text: str, failed: bool = False, cross: str = ""
) -> None:
    """A message in a box, wrapped to the region's width. cross: operator of a small cross beside it."""
    width = context.region.width / context.preferences.system.ui_scale - MARGIN - (BUTTON if cross else 0)
    column = layout.box().column(align=True)
    column.alert = failed
    lines = textwrap.wrap(iface_(text), max(int(width / PIXELS_PER_CHARACTER), 16))
    for index, line in enumerate(lines):
        row = column.row()
        row.label(text=line, icon="BLANK1" if index else "ERROR" if failed else "INFO", translate=False)
        if cross and not index:
            row.operator(cross, text="", icon="X", emboss=False)


def draw_alert(layout: bpy.types.UILayout, text: str) -> None:
    """A line that must be seen."""
    row = layout.row()
    row.alert = True
    row.label(text=text, icon="ERROR")


def draw_progress(layout: bpy.types.UILayout, job: Job) -> None:
    """How far the job under way is, and a button that stops it."""
    row = layout.row(align=True)
    row.progress(factor=job.fraction, type="BAR", text=progress_text(job))
    row.operator("twok2k.cancel", text="", icon="X")


def progress_text(job: Job) -> str:
    """What the engine is doing for the job under way."""
    if session.cancelled_at is not None:
        return iface_("Cancelling")
    if job.task is None or not job.task.stage:
        return f"{iface_('Starting the engine')}  0%"
    seconds = _seconds_left(job, job.task)
    left = [] if seconds is None else [time_left(seconds)]
    return "  ".join((iface_(job.task.stage), f"{job.fraction:.0%}", *left))


def _seconds_left(job: Job, task: Task) -> int | None:
    elapsed = time.monotonic() - task.stage_began
    return steady(elapsed, task.stage_from, task.fraction) if job.steady else session.pace.rounded(task.stage, elapsed)


def time_left(seconds: int) -> str:
    """In minutes where seconds would be too exact."""
    if seconds < 90:
        return iface_("{seconds} s left", seconds=seconds)
    return iface_("{minutes} min left", minutes=round(seconds / 60))
