"""What the operators share that put a new mesh in the place of a result's."""

import time
from typing import ClassVar

import bpy

from .background import is_user_busy, show
from .mesh_tools import MESH_TOOLS
from .result import ResultOperator, ToolError, copy_materials, is_result, mesh_of, replace_mesh
from .scene import show_colors_without_uv
from .side_blender import SideBlender

PERIOD = 0.2
"""Seconds between two looks at the second Blender."""

CHANGED = "The human's mesh has changed meanwhile; use the tool again."


class MeshOperator(ResultOperator):
    """Called from a button it asks for its options, and a second Blender does the work, beside the user's.

    Called from a script it does the work itself, and returns when it is done.
    """

    bl_options = {"UNDO"}  # noqa: RUF012

    tool = ""
    """One of `MESH_TOOLS`."""

    at_work: ClassVar[str] = ""
    """What is being done beside the user's work, for people."""

    _beside = False
    _side: SideBlender | None = None

    @property
    def wanted(self) -> int:
        """About how many faces the new mesh shall have."""
        raise NotImplementedError

    def require_work(self, mesh: bpy.types.Mesh) -> None:
        """Raises ToolError where there is nothing to do."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if MeshOperator.at_work:
            cls.poll_message_set(f"{MeshOperator.at_work} is under way; ESC stops it")
            return False
        return super().poll(context)

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        self.require_work(mesh_of(person))
        return self._put(person, MESH_TOOLS[self.tool](context, mesh_of(person), self.wanted))

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
        if self._side.running or is_user_busy():
            self._tell(context)
            return {"PASS_THROUGH"}
        done = self._reported(self._end, context)
        self._stop(context)
        return done

    def cancel(self, context: bpy.types.Context) -> None:
        """Leave nothing of the work; called by Blender, too, when a file is opened or the options are refused."""
        if self._side is None:
            return
        self._side.close()
        context.window_manager.event_timer_remove(self._timer)
        MeshOperator.at_work = ""
        context.workspace.status_text_set(None)

    def _stop(self, context: bpy.types.Context) -> None:
        self.cancel(context)
        show()

    def _begin(self, context: bpy.types.Context) -> set[str]:
        person = context.object
        self.require_work(mesh_of(person))
        self._side = self._start(context, person)
        self._person, self._before, self._began = person.name, _fingerprint(person), time.monotonic()
        MeshOperator.at_work = f"{self.bl_label} of {person.name}"
        self._timer = context.window_manager.event_timer_add(PERIOD, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._tell(context)
        return {"RUNNING_MODAL"}

    def _start(self, _: bpy.types.Context, person: bpy.types.Object) -> SideBlender:
        return SideBlender(self.tool, mesh_of(person), self.wanted)

    def _end(self, context: bpy.types.Context) -> set[str]:
        mesh = self._side.result()
        person: bpy.types.Object | None = context.scene.objects.get(self._person)
        if person is None or not is_result(person) or _fingerprint(person) != self._before:
            self._discard(mesh)
            raise ToolError(CHANGED)
        self.report({"INFO"}, self._put(person, mesh))
        return {"FINISHED"}

    def _discard(self, mesh: bpy.types.Mesh) -> None:
        """Remove a new mesh that is not wanted any more."""
        bpy.data.meshes.remove(mesh)

    def _tell(self, context: bpy.types.Context) -> None:
        seconds = int(time.monotonic() - self._began)
        context.workspace.status_text_set(f"{MeshOperator.at_work}: {seconds} s; go on with your work, ESC stops this")

    def _put(self, person: bpy.types.Object, mesh: bpy.types.Mesh) -> str:
        before = mesh_of(person)
        copy_materials(mesh, before)
        show_colors_without_uv(mesh, before)
        replace_mesh(person, mesh)
        return f"The mesh has {len(mesh.polygons):,} faces."


def _fingerprint(person: bpy.types.Object) -> tuple[str, int, int]:
    """Differs where the object has got another mesh, or the mesh other vertices or faces."""
    mesh = mesh_of(person)
    return mesh.name, len(mesh.vertices), len(mesh.polygons)
