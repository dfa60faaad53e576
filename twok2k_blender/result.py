"""The active object as one of this extension's results, and a new mesh in the place of its old one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import bpy

from . import provenance
from .words import tip_


class ToolError(Exception):
    """A tool cannot do its work; the text is one sentence for the user."""


class ResultOperator(bpy.types.Operator):
    """Base of tools for the active result. A subclass implements `work`; what that raises is reported."""

    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = obstacle(context)
        if reason:
            cls.poll_message_set(tip_(reason))
        return not reason

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        """Do it; the text tells the user what has been done. Raises ToolError, with nothing changed."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self._reported(self._work, context)

    def _work(self, context: bpy.types.Context) -> set[str]:
        with wait_cursor(context.window):
            self.report({"INFO"}, self.work(context, context.object))
        return {"FINISHED"}

    def _reported(self, step: Callable[[bpy.types.Context], set[str]], context: bpy.types.Context) -> set[str]:
        """What the step returns; a ToolError of it is told to the user."""
        try:
            return step(context)
        except ToolError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}


@contextmanager
def wait_cursor(window: bpy.types.Window | None) -> Iterator[None]:
    """Let the mouse tell that Blender does not respond for as long as the block takes."""
    if window is None:
        yield
        return
    window.cursor_modal_set("WAIT")
    try:
        yield
    finally:
        window.cursor_modal_restore()


def is_result(item: bpy.types.Object | None) -> bool:
    """Whether an object is a person that this extension has made."""
    return item is not None and item.type == "MESH" and bool(provenance.read(item.items()))


def mesh_of(person: bpy.types.Object) -> bpy.types.Mesh:
    """The mesh of an object that has one."""
    return cast(bpy.types.Mesh, person.data)


def obstacle(context: bpy.types.Context) -> str:
    """Why no tool can work on the active object; empty if they can."""
    person = context.object
    if not is_result(person):
        return "Select a human that this extension has made"
    if person.library or person.data.library:
        return "The human is linked from another file; make it local first"
    if context.mode != "OBJECT":
        return "Switch to Object Mode first"
    return ""


def copy_materials(mesh: bpy.types.Mesh, source: bpy.types.Mesh) -> None:
    """Let a mesh have the materials of another, slot by slot; its faces keep theirs, as `clear` would not let them."""
    while len(mesh.materials) < len(source.materials):
        mesh.materials.append(None)
    while len(mesh.materials) > len(source.materials):
        mesh.materials.pop()
    for slot, material in enumerate(source.materials):
        mesh.materials[slot] = material


def replace_mesh(person: bpy.types.Object, mesh: bpy.types.Mesh) -> None:
    """Let `mesh` take the place and the name of the person's mesh, in objects that share it as well."""
    old = mesh_of(person)
    name = old.name
    old.user_remap(mesh)
    bpy.data.meshes.remove(old)
    mesh.name = name


@contextmanager
def temporary_object(context: bpy.types.Context, mesh: bpy.types.Mesh) -> Iterator[bpy.types.Object]:
    """An object that shows the mesh for as long as the block takes."""
    item = bpy.data.objects.new("2K2K Temporary", mesh)
    context.scene.collection.objects.link(item)
    try:
        yield item
    finally:
        bpy.data.objects.remove(item)


def baked(context: bpy.types.Context, item: bpy.types.Object) -> bpy.types.Mesh:
    """A new mesh: the object's own with all its modifiers applied, in local coordinates."""
    graph = context.evaluated_depsgraph_get()
    return bpy.data.meshes.new_from_object(item.evaluated_get(graph), preserve_all_data_layers=True, depsgraph=graph)


def triangle_count(mesh: bpy.types.Mesh) -> int:
    """How many triangles the mesh's polygons are."""
    return len(mesh.loops) - 2 * len(mesh.polygons)


def decimated(context: bpy.types.Context, mesh: bpy.types.Mesh, triangles: int) -> bpy.types.Mesh:
    """A new mesh with about that many triangles, or all of them where there are fewer; colours are interpolated."""
    with temporary_object(context, mesh) as item:
        modifier = item.modifiers.new("Decimate", "DECIMATE")
        modifier.ratio = min(triangles / max(triangle_count(mesh), 1), 1.0)
        modifier.use_collapse_triangulate = True
        return baked(context, item)


def select_only(context: bpy.types.Context, person: bpy.types.Object) -> None:
    """Make the person the active and the only selected object, visible in a local view as well."""
    for other in context.view_layer.objects:
        if other.select_get():
            other.select_set(False)
    context.view_layer.objects.active = person
    person.select_set(True)
    view = context.space_data
    if isinstance(view, bpy.types.SpaceView3D) and view.local_view:
        person.local_view_set(view, True)
