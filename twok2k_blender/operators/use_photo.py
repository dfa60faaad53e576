import bpy

from ..jobs import PhotoError
from ..photo import known_photo


class TWOK2K_OT_use_photo(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.use_photo"
    bl_label = "Show in Panel"
    bl_description = (
        "Show the photo and its person at the top of this tab, where you see what is found in it, "
        "and can correct the mask and the key points"
    )
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    filepath: bpy.props.StringProperty(name="Photo", description="Picture file", options={"SKIP_SAVE"})
    image: bpy.props.StringProperty(
        name="Image", description="Name of an image in this file, instead of a picture file", options={"SKIP_SAVE"}
    )
    person: bpy.props.IntProperty(
        name="Person", description="Who is chosen; 1 is the largest", min=1, default=1, options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            photo = known_photo(self.filepath, self.image)
        except PhotoError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        panel = context.scene.twok2k
        panel.person = self.person  # first: a mask that is not yet of any photo becomes that person's
        if isinstance(photo, bpy.types.Image):
            panel.image, panel.source = photo, "IMAGE"
        else:
            panel.filepath, panel.source = str(photo), "FILE"
        return {"FINISHED"}
