import bpy

from .. import background
from ..key_points import reset
from ..preview import ask, choice_of


class TWOK2K_OT_reset_key_points(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.reset_key_points"
    bl_label = "Reset Key Points"
    bl_description = "Put all key points back to where they were found"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        choice = choice_of(context.scene.twok2k)
        return choice is not None and bool(choice.points)

    def execute(self, context: bpy.types.Context) -> set[str]:
        reset(context.scene.twok2k)
        ask(context.scene.twok2k, context)
        background.show()
        return {"FINISHED"}
