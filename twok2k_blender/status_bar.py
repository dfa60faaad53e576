"""The work under way, in Blender's status bar: to be seen whatever editor and tab are open."""

import bpy

from .mesh_operator import MeshOperator
from .session import session
from .widgets import progress_text
from .words import iface_

BAR_WIDTH = 12
"""In the units of Blender's interface, the height of a button."""


def draw(header: bpy.types.Header, _: bpy.types.Context) -> None:
    if MeshOperator.status:
        header.layout.label(text=MeshOperator.status, translate=False)
    job = session.working
    if job is None:
        return
    row = header.layout.row(align=True)
    row.label(text=_title(job.name), icon="OUTLINER_OB_ARMATURE", translate=False)
    bar = row.row()
    bar.ui_units_x = BAR_WIDTH
    bar.progress(factor=job.fraction, type="BAR", text=progress_text(job))
    row.operator("twok2k.cancel", text="", icon="X")


def _title(name: str) -> str:
    waiting = sum(not job.silent for job in session.queue.all("waiting"))
    return iface_("{work}, {count} waiting", work=name, count=waiting) if waiting else name


def register() -> None:
    bpy.types.STATUSBAR_HT_header.append(draw)


def unregister() -> None:
    bpy.types.STATUSBAR_HT_header.remove(draw)
