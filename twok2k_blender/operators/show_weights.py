from pathlib import Path

import bpy

from ..choices import preferences
from ..words import rpt_


class TWOK2K_OT_show_weights(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.show_weights"
    bl_label = "Show 2K2K Weights"
    bl_description = "Open the folder in which the file of these weights lies"

    weights: bpy.props.StringProperty(name="Weights", options={"SKIP_SAVE"})

    def execute(self, _: bpy.types.Context) -> set[str]:
        known = preferences().known_weights
        file = Path(known[self.weights].file) if self.weights in known else None
        if file is None or not file.exists():
            text = rpt_("There is no file of the weights '{weights}'; test the engine.", weights=self.weights)
            self.report({"WARNING"}, text)
            return {"CANCELLED"}
        return bpy.ops.wm.path_open(filepath=str(file.parent))
