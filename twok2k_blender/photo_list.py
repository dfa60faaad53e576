"""The panel's list of photos: a picture of the queue, which itself is not Blender's data.

The rows are in the window manager, which an undo leaves alone; they hold nothing but the numbers of jobs, because
Blender saves them with the file.
"""

import bpy

from .jobs import Job, State
from .photo_job import PhotoJob
from .session import session
from .widgets import draw_text
from .words import iface_

MAX_ROWS = 6
"""Rows that are visible without scrolling."""

NAME_WIDTH = 0.45
"""Part of a row that the photo and its name take."""

STATES: dict[State, str] = {
    "waiting": "Waiting",
    "working": "Working",
    "ready": "Ready",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Stopped",
}
"""Short words, rows are narrow."""


class TWOK2K_PG_row(bpy.types.PropertyGroup):  # noqa: N801
    """key: of a job in the queue."""

    key: bpy.props.IntProperty()


class TWOK2K_UL_photos(bpy.types.UIList):  # noqa: N801
    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: bpy.types.WindowManager,
        item: TWOK2K_PG_row,
        _icon: int,
        _active_data: bpy.types.WindowManager,
        _active_name: str,
    ) -> None:
        job = session.queue.find(item.key)
        if isinstance(job, PhotoJob):
            split = layout.split(factor=NAME_WIDTH)
            split.label(text=job.name, icon_value=job.icon, translate=False)
            _draw_state(split.row(align=True), job)

    def draw_filter(self, context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """Nothing: the rows have no names of their own, and their order is the queue's."""


def draw_photos(context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
    """The list with its buttons, and what there is to say about the chosen photo."""
    manager = context.window_manager
    if not manager.twok2k_rows:
        return
    row = layout.row()
    size = max(min(len(manager.twok2k_rows), MAX_ROWS), 3)
    row.template_list(
        "TWOK2K_UL_photos", "", manager, "twok2k_rows", manager, "twok2k_row", rows=size, maxrows=MAX_ROWS
    )
    column = row.column(align=True)
    column.operator("twok2k.retry_photos", text="", icon="FILE_REFRESH")
    column.operator("twok2k.clear_finished", text="", icon="TRASH")
    column.operator("twok2k.cancel_all", text="", icon="CANCEL")
    if job := _to_explain(manager):
        named = job.name in job.error
        text = job.error if named else iface_("{photo}: {reason}", photo=job.name, reason=iface_(job.error))
        draw_text(context, layout, text, failed=True)
    if any(job.state == "ready" for job in session.queue.jobs):
        draw_text(context, layout, "Finished people come into the scene as soon as you are in Object Mode.")


def update() -> None:
    """Let the rows show the queue as it is."""
    manager = bpy.context.window_manager
    rows, jobs = manager.twok2k_rows, session.queue.listed
    if [row.key for row in rows] != [job.key for job in jobs]:
        chosen = _chosen(manager)
        rows.clear()
        for job in jobs:
            rows.add().key = job.key
        manager.twok2k_row = jobs.index(chosen) if chosen in jobs else max(len(jobs) - 1, 0)


def _chosen(manager: bpy.types.WindowManager) -> Job | None:
    index = manager.twok2k_row
    return session.queue.find(manager.twok2k_rows[index].key) if index < len(manager.twok2k_rows) else None


def _to_explain(manager: bpy.types.WindowManager) -> Job | None:
    """The chosen photo if it has failed, else the last one that has."""
    chosen, failed = _chosen(manager), session.queue.all("failed")
    return chosen if chosen in failed else failed[-1] if failed else None


def _draw_state(row: bpy.types.UILayout, job: PhotoJob) -> None:
    """What becomes of the photo; one that has come to nothing tells why, and can be tried again."""
    text = iface_(STATES[job.state])
    if job.state == "working":
        row.progress(factor=job.fraction, type="BAR", text=f"{job.fraction:.0%}")
    elif job.state in ("failed", "cancelled"):
        state = row.row()
        state.alert = job.state == "failed"
        state.operator("twok2k.retry_photos", text=text, emboss=False).key = job.key
    else:
        row.label(text=text, icon="CHECKMARK" if job.state == "done" else "NONE")
    _draw_eye(row, job)
    row.operator("twok2k.remove_photo", text="", icon="X", emboss=False).key = job.key


def _draw_eye(row: bpy.types.UILayout, job: PhotoJob) -> None:
    """The button that shows the photo in the panel; its place is empty if the photo is an image that is gone."""
    if not (shown := job.shown):
        row.label(text="", icon="BLANK1")
        return
    button = row.operator("twok2k.use_photo", text="", icon="HIDE_OFF", emboss=False)
    for name, value in shown.items():
        setattr(button, name, value)


CLASSES = (TWOK2K_PG_row, TWOK2K_UL_photos)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.WindowManager.twok2k_rows = bpy.props.CollectionProperty(type=TWOK2K_PG_row)
    bpy.types.WindowManager.twok2k_row = bpy.props.IntProperty(name="Photo", min=0)


def unregister() -> None:
    del bpy.types.WindowManager.twok2k_rows, bpy.types.WindowManager.twok2k_row
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
