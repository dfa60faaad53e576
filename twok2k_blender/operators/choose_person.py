import bpy


class TWOK2K_OT_choose_person(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.choose_person"
    bl_label = "Choose Person"
    bl_description = "Turn the person into a mesh whose frame has this number; 1 is the largest"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    person: bpy.props.IntProperty(min=1, default=1)

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.twok2k.person = self.person
        return {"FINISHED"}
