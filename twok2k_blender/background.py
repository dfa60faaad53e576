"""Lets the queue's work go on beside the user's, in Blender's window.

A timer of Blender's leads the queue on (a modal operator would keep Blender from saving copies for recovery, and take
the ESC key). A result comes into the scene only in Object Mode and while the user is in the middle of nothing: a
change of the scene during a stroke, a drag or a render is unsafe, and leaving a mode under the user's hands is rude.
"""

import atexit
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy

from . import photo_list, storage
from .identity import Asked, scene_of
from .jobs import Job
from .photo_job import begin_new_lineup
from .session import TICK, session

BLOCKING = {"BLOCKING", "GRAB_CURSOR", "GRAB_CURSOR_X", "GRAB_CURSOR_Y"}
"""Options of operators that have the mouse to themselves while they run: strokes, drags, knives."""

SHORT = 0.01
"""Seconds between two steps of the same work, which leave Blender the time for its own."""

SHOWING = {"VIEW_3D", "IMAGE_EDITOR", "PREFERENCES"}
"""Editors that show something of the queue."""

_drafts: list[Any] = []
"""The drafts that the 3D views show."""


def add(jobs: Sequence[Job]) -> None:
    """Put jobs in line; the call returns at once."""
    session.add(jobs)
    wake()


def wake() -> None:
    """The queue has changed: show it, and see to it that it is worked on."""
    show()
    if session.busy and not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=TICK, persistent=True)


def tick() -> float | None:
    """Called by Blender's timer: one look at the queue, and one step with what is ready, so that it is short.

    The seconds until the next one, None for the last.
    """
    session.step()
    if (job := session.drafted) is not None:
        with place_of(job):
            job.take_draft()
    pause = SHORT if _use_ready() else TICK
    show()
    return pause if session.busy else None


def _use_ready() -> bool:
    """One step with what is ready: whether it takes another one."""
    for job in session.queue.all("ready"):
        with place_of(job):
            if not (job.changes_scene and is_user_busy()):
                session.use(job)
                return job.state == "ready"
    return False


@contextmanager
def place_of(job: Asked) -> Iterator[None]:
    """The context is the job's scene, in a window that shows it and with its 3D view, or else in the first window."""
    scene, windows = scene_of(job), list(bpy.context.window_manager.windows)
    window = next((window for window in windows if window.scene == scene), windows[0])
    areas = window.screen.areas if window.scene == scene else ()
    view: dict[str, Any] = next(({"area": area} for area in areas if area.type == "VIEW_3D"), {})
    with (
        bpy.context.temp_override(window=window, **view),
        bpy.context.temp_override(scene=scene),  # the window's own would win if both were given at once
    ):
        yield


def is_user_busy() -> bool:
    """Whether the context's scene is better left alone at the moment."""
    active = bpy.context.view_layer.objects.active  # the mode is the window's, which may show another scene
    if bpy.context.mode != "OBJECT" or (active is not None and active.mode != "OBJECT"):
        return True
    if any(bpy.app.is_job_running(kind) for kind in ("RENDER", "OBJECT_BAKE")):
        return True
    windows = bpy.context.window_manager.windows
    return any(BLOCKING & set(operator.bl_options) for window in windows for operator in window.modal_operators)


def show() -> None:
    """Bring all windows up to date with the queue."""
    photo_list.update()
    whole = _drafts_changed()
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in SHOWING:
                _redraw(area, whole)
    redraw_status_bars()


def _drafts_changed() -> bool:
    """Whether the drafts under way are others than the 3D views show."""
    drafts = [draft for job in session.queue.all("working", "ready") if (draft := getattr(job, "draft", None))]
    if len(drafts) == len(_drafts) and all(a is b for a, b in zip(drafts, _drafts, strict=True)):
        return False
    _drafts[:] = drafts
    return True


def _redraw(area: bpy.types.Area, whole: bool) -> None:
    """The scene takes long to draw, and of all that a 3D view shows only the drafts in it are the queue's."""
    if whole or area.type != "VIEW_3D":
        area.tag_redraw()
        return
    for region in area.regions:
        if region.type == "UI":
            region.tag_redraw()


def redraw_status_bars() -> None:
    """Leaves out windows with a foreign operator, which may show its keys there and would lose them."""
    for window in bpy.context.window_manager.windows:
        if all(operator.bl_idname.lower().startswith("twok2k") for operator in window.modal_operators):
            _redraw_status_bar(window)


def _redraw_status_bar(window: bpy.types.Window) -> None:
    """No area of the window leads to its status bar, but the text that a tool may put there (here: none) does."""
    with bpy.context.temp_override(window=window):  # without a window in the context, as after a load, Blender crashes
        window.workspace.status_text_set_internal(None)


@bpy.app.handlers.persistent
def _before_load(*_: object) -> None:
    """Another file is opened: what was asked for here is not wanted there. The photos stay, for another try."""
    session.cancel_all()
    for job in session.queue.all("working", "failed", "cancelled"):
        if job.of_file:
            session.remove(job)
    begin_new_lineup()


@bpy.app.handlers.persistent
def _after_load(*_: object) -> None:
    wake()


def register() -> None:
    storage.tidy()
    atexit.register(session.end)
    bpy.app.handlers.load_pre.append(_before_load)
    bpy.app.handlers.load_post.append(_after_load)


def unregister() -> None:
    bpy.app.handlers.load_pre.remove(_before_load)
    bpy.app.handlers.load_post.remove(_after_load)
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    atexit.unregister(session.end)
    session.end()
