from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..choices import DEFAULT_WEIGHTS, chosen_weights, preferences, remember_weights
from ..job_operator import JobOperator
from ..jobs import Job
from ..session import session
from ..words import iface_


class WeightsRemoval(Job):
    """Has the engine delete imported weights; the bundled ones take their place where they were chosen."""

    def request(self) -> tuple[str, dict[str, Any]]:
        return "remove_weights", {"name": self.name}

    def use(self, facts: Mapping[str, Any]) -> None:
        if chosen_weights() == self.name:
            preferences().weights = DEFAULT_WEIGHTS
        remember_weights(facts["available"])
        session.say(iface_("Removed the weights '{weights}'.", weights=self.name))


class TWOK2K_OT_remove_weights(JobOperator):  # noqa: N801
    bl_idname = "twok2k.remove_weights"
    bl_label = "Remove 2K2K Weights"
    bl_description = "Delete the file of these imported weights"

    weights: bpy.props.StringProperty(name="Weights", options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self._beside = not bpy.app.background
        question = iface_("Delete the weights '{weights}'?", weights=self.weights)
        context.window_manager.invoke_confirm(self, event, message=question)
        return {"RUNNING_MODAL"}

    def jobs(self, _: bpy.types.Context) -> Sequence[Job]:
        return [WeightsRemoval(self.weights)]
