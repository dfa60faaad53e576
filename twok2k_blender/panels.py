"""The sidebar's tab "2K2K"."""

import bpy

from .choices import chosen_weights, is_non_commercial, preferences
from .photo_list import draw_photos
from .photo_options import draw_shown
from .photo_view import draw_photo, has_photo
from .preview import has_mask_of_another
from .session import session
from .weights_list import ask_once
from .widgets import draw_alert, draw_progress, draw_text


class Tab:
    """Where all panels of this extension are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "2K2K"


class TWOK2K_PT_main(Tab, bpy.types.Panel):  # noqa: N801
    bl_label = "2K2K Human"

    def draw(self, context: bpy.types.Context) -> None:
        ask_once()  # so that the engine runs by the time a photo is chosen
        layout, picture = self.layout, context.scene.twok2k
        column = layout.column()
        row = column.row(align=True)
        row.prop(picture, "source", expand=True)
        row.operator("twok2k.paste_photos", text="", icon="PASTEDOWN")
        column.prop(picture, "filepath" if picture.source == "FILE" else "image", text="")
        if chosen := has_photo(picture):
            draw_photo(context, layout, picture)
        else:
            draw_text(context, layout, "Choose a photo that shows a person from head to feet, or drop some here.")
        row = layout.row()
        row.scale_y = 1.6
        row.enabled = chosen
        row.operator("twok2k.generate", icon="OUTLINER_OB_ARMATURE")
        if session.working:
            draw_progress(layout, session.working)
        draw_photos(context, layout)
        if session.message:
            draw_text(context, layout, session.message, session.failed, cross="twok2k.dismiss")
        if session.failed or session.queue.all("failed"):
            layout.operator("twok2k.copy_report", icon="COPYDOWN")


class TWOK2K_PT_settings(Tab, bpy.types.Panel):  # noqa: N801
    bl_label = "Settings"
    bl_parent_id = "TWOK2K_PT_main"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        layout, picture = self.layout, context.scene.twok2k
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        draw_shown(column, picture)
        row = column.row(align=True)
        row.template_ID(picture, "mask", open="image.open", text="Mask")
        row.operator("twok2k.paint_mask", text="", icon="BRUSH_DATA")
        if has_mask_of_another(picture):
            draw_text(
                context, column, "The mask is of another photo or person and not used; clear it or choose it again."
            )
        row = column.row(align=True)
        row.enabled = has_photo(picture)
        row.operator("twok2k.correct_key_points", icon="ARMATURE_DATA")
        row.operator("twok2k.reset_key_points", text="", icon="LOOP_BACK")
        column.prop(picture, "show_colors")
        if is_non_commercial(chosen_weights()):
            draw_alert(column, "Non-commercial use only")


class TWOK2K_PT_engine(Tab, bpy.types.Panel):  # noqa: N801
    bl_label = "Engine"
    bl_parent_id = "TWOK2K_PT_main"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012
    bl_order = 2

    def draw(self, _: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        row = layout.row(align=True)
        row.prop(preferences(), "weights")
        row.operator("twok2k.import_weights", text="", icon="IMPORT")
        layout.prop(preferences(), "device")
        layout.operator("twok2k.release_memory", text="Release Memory")


CLASSES = (TWOK2K_PT_main, TWOK2K_PT_settings, TWOK2K_PT_engine)

register, unregister = bpy.utils.register_classes_factory(CLASSES)
