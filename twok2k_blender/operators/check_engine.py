import bpy

from ..choices import remember_weights
from ..session import session
from ..task_operator import TaskOperator
from ..worker_client import Task


class TWOK2K_OT_check_engine(TaskOperator):  # noqa: N801
    bl_idname = "twok2k.check_engine"
    bl_label = "Check Engine"
    bl_description = "Start the engine, and show its versions, devices and weights"

    def start(self, _: bpy.types.Context) -> Task:
        return session.begin("hello")

    def complete(self, _: bpy.types.Context, task: Task) -> None:
        facts = task.facts
        remember_weights(facts["available"])
        text = f"The engine works: Python {facts['python']}, torch {facts['torch']}, {', '.join(facts['devices'])}."
        session.say(text)
        self.report({"INFO"}, text)
