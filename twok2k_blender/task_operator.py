"""What all operators share that let the engine work: a timer, ESC, the blocking mode, and the clean-up."""

import time
from typing import Literal

import bpy

from .mesh_data import MeshFileError
from .photo import PhotoError
from .session import session
from .worker_client import Task, WorkerError

TICK = 0.1
"""Seconds between two looks at the engine."""

Level = Literal["WARNING", "ERROR"]
"""How Blender reports a failure: in the status bar, or to a script as an exception."""

EXPECTED = (WorkerError, PhotoError, MeshFileError)
"""Errors whose text is a sentence for the user."""


class TaskOperator(bpy.types.Operator):
    """Base of operators with one engine task each.

    Called from a button it runs beside Blender's other work; called from a script it returns when all is done.
    A subclass says what to ask for (`start`) and what to do with the answer (`complete`, which is one undo step).
    """

    _timer: bpy.types.Timer | None = None

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if session.busy:
            cls.poll_message_set("The engine is at work")
        return not session.busy

    def start(self, context: bpy.types.Context) -> Task:
        """Begin the task. May raise what is EXPECTED."""
        raise NotImplementedError

    def complete(self, context: bpy.types.Context, task: Task) -> None:
        """Use the facts of the task, which is done. May raise what is EXPECTED."""
        raise NotImplementedError

    def clean_up(self) -> None:
        """Remove what `start` made; called once at the end, however that comes, and after a failed start."""

    def invoke(self, context: bpy.types.Context, _: bpy.types.Event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        if not self._begin(context):
            return {"CANCELLED"}
        manager = context.window_manager
        self._timer = manager.event_timer_add(TICK, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not self._begin(context, report="ERROR"):
            return {"CANCELLED"}
        try:
            while session.task and session.task.running:
                time.sleep(TICK / 4)
                session.poll()
            return self._conclude(context, report="ERROR")
        finally:
            self._end(context)

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type == "ESC" and event.value == "PRESS":
            session.cancel()
            _redraw(context)
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        session.poll()
        if session.task and session.task.running:
            _redraw(context)
            return {"PASS_THROUGH"}
        try:
            return self._conclude(context, report="WARNING")
        finally:
            self._end(context)

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator: another file is opened, or the window closed."""
        self._end(context)

    def _begin(self, context: bpy.types.Context, report: Level = "WARNING") -> bool:
        try:
            self.start(context)
        except EXPECTED as error:
            self._fail(str(error), report)
            self._end(context)
            return False
        return True

    def _conclude(self, context: bpy.types.Context, report: Level) -> set[str]:
        """The task is over: use what has come of it."""
        task = session.task
        if task is None or task.state == "cancelled":
            session.say("Cancelled.")
            return {"CANCELLED"}
        try:
            if task.state == "failed":
                raise WorkerError(task.error)
            self.complete(context, task)
        except EXPECTED as error:
            self._fail(str(error), report)
            return {"CANCELLED"}
        return {"FINISHED"}

    def _fail(self, text: str, report: Level) -> None:
        session.say(text, failed=True)
        self.report({report}, text)

    def _end(self, context: bpy.types.Context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        session.end()
        self.clean_up()
        _redraw(context)


def _redraw(context: bpy.types.Context) -> None:
    """Show the panel's new state in all windows."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "PREFERENCES"}:
                area.tag_redraw()
