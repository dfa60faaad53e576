"""What the operators share that make a new mesh of a result's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import bpy

from .background import is_user_busy, place_of, redraw_status_bars, show
from .material import show_colors
from .mesh_tools import MESH_TOOLS
from .result import ResultOperator, ToolError, copy_materials, mesh_of, replace_mesh
from .session import session
from .side_work import SideWork
from .words import BUTTON, iface_, rpt_, tip_

PERIOD = 0.2
"""Seconds between two looks at the second Blender."""


class MeshOperator(ResultOperator):
    """Called from a button it asks for its options, and a second Blender does the work, beside the user's.

    Called from a script it does the work itself, and returns when it is done.
    """

    bl_options = {"UNDO"}  # noqa: RUF012

    tool = ""
    """One of `MESH_TOOLS`."""

    replaces = True
    """Whether the new mesh takes the place of the person's."""

    at_work: ClassVar[str] = ""
    """What is being done beside the user's work, for people."""

    status: ClassVar[str] = ""
    """The same with the time that it has taken, for the status bar."""

    _beside = False
    _side: SideWork | None = None

    def numbers(self, context: bpy.types.Context) -> Sequence[float]:
        """What the tool takes besides the mesh."""
        raise NotImplementedError

    def require_work(self, mesh: bpy.types.Mesh) -> None:
        """Raises ToolError where there is nothing to do."""

    @contextmanager
    def given(self, context: bpy.types.Context, person: bpy.types.Object) -> Iterator[bpy.types.Mesh]:
        """The mesh that the tool works on."""
        yield mesh_of(person)

    def put(self, context: bpy.types.Context, person: bpy.types.Object, mesh: bpy.types.Mesh) -> str:
        """Bring the new mesh into the scene; the text tells the user what has been done."""
        copy_materials(mesh, mesh_of(person))
        shown = self.place(context, person, mesh)
        if not mesh.uv_layers:
            show_colors(shown, None)
        return self.told(context, mesh)

    def place(self, _: bpy.types.Context, person: bpy.types.Object, mesh: bpy.types.Mesh) -> bpy.types.Object:
        """Let an object of the scene have the new mesh."""
        replace_mesh(person, mesh)
        return person

    def told(self, _: bpy.types.Context, mesh: bpy.types.Mesh) -> str:
        """What the user is told of the new mesh."""
        return rpt_("The mesh has {count:,} faces.", count=len(mesh.polygons))

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if MeshOperator.at_work:
            cls.poll_message_set(tip_("{work} is under way; ESC stops it", work=MeshOperator.at_work))
            return False
        return super().poll(context)

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        self.require_work(mesh_of(person))
        with self.given(context, person) as given:
            mesh = MESH_TOOLS[self.tool](context, given, *self.numbers(context))
        return self.put(context, person, mesh)

    def invoke(self, context: bpy.types.Context, _: bpy.types.Event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        self._beside = True
        return set(context.window_manager.invoke_props_dialog(self))

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self._reported(self._begin, context) if self._beside else super().execute(context)

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type == "ESC" and event.value == "PRESS":
            self._stop(context)
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not self._may_end():
            self._tell()
            return {"PASS_THROUGH"}
        try:
            with place_of(self._side):
                return self._reported(self._end, bpy.context)
        finally:
            self._stop(context)

    def _may_end(self) -> bool:
        if self._side.running:
            return False
        with place_of(self._side):
            return not is_user_busy()

    def cancel(self, context: bpy.types.Context) -> None:
        """Leave nothing of the work; called by Blender, too, when a file is opened or the options are refused."""
        if self._side is None:
            return
        self._side.close()
        context.window_manager.event_timer_remove(self._timer)
        MeshOperator.at_work = MeshOperator.status = ""

    def _stop(self, context: bpy.types.Context) -> None:
        self.cancel(context)
        show()

    def _begin(self, context: bpy.types.Context) -> set[str]:
        person = context.object
        self.require_work(mesh_of(person))
        with self.given(context, person) as mesh:
            self._side = SideWork(self.tool, person, mesh, self.numbers(context), self.replaces)
        session.say("")
        MeshOperator.at_work = iface_("{tool} of {person}", tool=iface_(self.bl_label, BUTTON), person=person.name)
        self._timer = context.window_manager.event_timer_add(PERIOD, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._tell()
        return {"RUNNING_MODAL"}

    def _end(self, context: bpy.types.Context) -> set[str]:
        try:
            text = self.put(context, *self._side.result(context))
        except ToolError as error:
            session.say(str(error), failed=True)  # the user may have looked elsewhere when it was reported
            raise
        self.report({"INFO"}, text)
        return {"FINISHED"}

    def _tell(self) -> None:
        """In every window; the text of a workspace would stay there when the user has gone to another one."""
        MeshOperator.status = iface_(
            "{work}: {seconds} s; go on with your work, ESC stops this",
            work=MeshOperator.at_work,
            seconds=self._side.seconds,
        )
        redraw_status_bars()
