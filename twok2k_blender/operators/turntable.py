from math import tau

import bpy

from .. import studio
from ..result import ResultOperator
from ..words import rpt_

FRAMES_PER_SECOND = 24

MADE = "2K2K Turntable"
"""The custom property of what a turntable consists of."""


class TWOK2K_OT_turntable(ResultOperator):  # noqa: N801
    bl_idname = "twok2k.turntable"
    bl_label = "Turntable"
    bl_description = (
        "Put a camera and three lights, which circle the human once, into a collection of their own; the scene gets "
        "this camera, a gray world, the frames of one turn and 24 frames a second. Done again it replaces them"
    )

    frames: bpy.props.IntProperty(
        name="Frames",
        description="Length of one turn, 24 frames a second",
        default=120,
        min=2,
        soft_max=480,
        max=10_000,
    )

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        scene, name = context.scene, f"{person.name} Turntable"
        bounds = studio.Bounds.of(context, person)
        collection = _emptied(scene, name)
        if collection not in scene.collection.children_recursive:
            scene.collection.children.link(collection)
        before = scene.world
        stand = studio.build(scene, collection, bounds, name)
        _claim(stand, *stand.children, scene.world)
        if before is not None and not before.users:
            before.use_fake_user = True  # the user's own, which would not be saved
        _turn(stand, self.frames)
        scene.frame_start, scene.frame_end, scene.frame_current = 1, self.frames, 1
        scene.render.fps, scene.render.fps_base = FRAMES_PER_SECOND, 1.0
        return rpt_("One turn is {frames} frames; Render > Render Animation makes the film.", frames=self.frames)


def _turn(stand: bpy.types.Object, frames: int) -> None:
    """Let a driver turn the stand once in that many frames, so that the last frame leads on to the first."""
    driver = stand.driver_add("rotation_euler", 2).driver
    driver.type = "SCRIPTED"
    # so simple that Blender needs no Python for it
    driver.expression = f"{stand.rotation_euler.z!r} + (frame - 1) * {tau / frames!r}"


def _claim(*made: bpy.types.ID) -> None:
    """Write down what is ours; a copy or a thing that is renamed is the user's."""
    for item in made:
        item[MADE] = item.name


def _is_ours(item: bpy.types.ID | None) -> bool:
    return item is not None and item.get(MADE) == item.name


def _emptied(scene: bpy.types.Scene, name: str) -> bpy.types.Collection:
    """The collection of this name without what an earlier turntable has put there, or a new one."""
    collection: bpy.types.Collection = bpy.data.collections.get(name) or bpy.data.collections.new(name)
    ours = [item for item in collection.objects if _is_ours(item)]
    data: set[bpy.types.ID] = {item.data for item in ours if item.data}
    if _is_ours(scene.world):
        data.add(scene.world)
        scene.world = None
    bpy.data.batch_remove(ours)
    bpy.data.batch_remove([item for item in data if not item.users])
    return collection
