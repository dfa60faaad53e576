import bpy

from ..choices import preferences, remember_weights
from ..session import session
from ..task_operator import TaskOperator
from ..worker_client import Task


class TWOK2K_OT_import_weights(TaskOperator):  # noqa: N801
    bl_idname = "twok2k.import_weights"
    bl_label = "Import Weights"
    bl_description = "Check a file with trained weights, add it to your weights and choose it"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: bpy.props.StringProperty(default="*.tar;*.pth;*.pt;*.safetensors", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.filepath:
            return super().invoke(context, event)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def start(self, _: bpy.types.Context) -> Task:
        return session.begin("import_weights", file=bpy.path.abspath(self.filepath))

    def complete(self, _: bpy.types.Context, task: Task) -> None:
        remember_weights(task.facts["available"])
        preferences().weights = task.facts["imported"]
        text = f"Imported and chose the weights '{task.facts['imported']}'."
        session.say(text)
        self.report({"INFO"}, text)
