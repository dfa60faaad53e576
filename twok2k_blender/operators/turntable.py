from math import tau

import bpy

from .. import studio
from ..result import ResultOperator

FRAMES_PER_SECOND = 24


class TWOK2K_OT_turntable(ResultOperator):  # noqa: N801
    bl_idname = "twok2k.turntable"
    bl_label = "Turntable"
    bl_description = (
        "Put a camera and three lights, which circle the human once, into a collection of their own, and set the "
        "scene's camera, world and frames for an animation; done again it replaces them"
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
        _remove(name)
        collection = bpy.data.collections.new(name)
        scene.collection.children.link(collection)
        stand = studio.build(scene, collection, bounds, name)
        _turn(stand, self.frames)
        scene.frame_start, scene.frame_end, scene.frame_current = 1, self.frames, 1
        scene.render.fps, scene.render.fps_base = FRAMES_PER_SECOND, 1.0
        return f"One turn is {self.frames} frames; Render > Render Animation makes the film."


def _turn(stand: bpy.types.Object, frames: int) -> None:
    """Let a driver turn the stand once in that many frames, so that the last frame leads on to the first."""
    driver = stand.driver_add("rotation_euler", 2).driver
    driver.type = "SCRIPTED"
    # so simple that Blender needs no Python for it
    driver.expression = f"{stand.rotation_euler.z!r} + (frame - 1) * {tau / frames!r}"


def _remove(name: str) -> None:
    """Remove an earlier turntable of this name with all its data."""
    collection: bpy.types.Collection | None = bpy.data.collections.get(name)
    world: bpy.types.World | None = bpy.data.worlds.get(name)
    if collection:
        data = [item.data for item in collection.objects if item.data]
        bpy.data.batch_remove([*collection.objects, *data, collection])
    if world:
        bpy.data.worlds.remove(world)
