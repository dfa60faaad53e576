import bpy

from ..key_points import inside, photo_place, shown
from ..preview import ask
from ..words import rpt_, tip_


class TWOK2K_OT_move_key_point(bpy.types.Operator):  # noqa: N801
    """A drag with the mouse in the Image Editor; a script gives the place."""

    bl_idname = "twok2k.move_key_point"
    bl_label = "Move Key Point"
    bl_options = {"UNDO", "INTERNAL", "BLOCKING"}  # noqa: RUF012

    name: bpy.props.StringProperty(options={"SKIP_SAVE"})
    location: bpy.props.FloatVectorProperty(size=2, description="Photo pixels, from the upper left")

    @classmethod
    def description(cls, _: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        point = tip_(properties.name.replace("_", " ").capitalize())
        return tip_("{point}: drag it to where it is in the photo", point=point)

    def invoke(self, context: bpy.types.Context, _: bpy.types.Event) -> set[str]:
        if shown(context) is None or self.name not in context.scene.twok2k.key_points:
            return {"CANCELLED"}
        self._before = tuple(context.scene.twok2k.key_points[self.name].location)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        panel = context.scene.twok2k
        if event.type in {"RIGHTMOUSE", "ESC"} or self.name not in panel.key_points:
            if self.name in panel.key_points:
                self._move(context, self._before)
            return {"CANCELLED"}
        if event.type == "MOUSEMOVE":
            self._move(context, photo_place(context, panel, (event.mouse_region_x, event.mouse_region_y)))
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE":
            ask(panel, context)
            return {"FINISHED"}
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        panel = context.scene.twok2k
        if self.name not in panel.key_points:
            text = rpt_("There is no key point {point!r}; use Correct Key Points first.", point=self.name)
            self.report({"ERROR"}, text)
            return {"CANCELLED"}
        self._move(context, inside(panel, self.location))
        ask(panel, context)
        return {"FINISHED"}

    def _move(self, context: bpy.types.Context, place: tuple[float, float]) -> None:
        context.scene.twok2k.key_points[self.name].location = place
        if context.area is not None:
            context.area.tag_redraw()
