from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..choices import preferences, remember_weights
from ..job_operator import JobOperator
from ..jobs import Job
from ..session import session
from ..words import iface_


class WeightsImport(Job):
    """Has the engine check a file of weights and add it, and chooses it."""

    done = "Imported and chose the weights '{weights}'."
    """What has been done, for people."""

    def __init__(self, file: str) -> None:
        super().__init__(iface_("Weights"))
        self._file = file

    def request(self) -> tuple[str, dict[str, Any]]:
        return "import_weights", {"file": self._file}

    def use(self, facts: Mapping[str, Any]) -> None:
        remember_weights(facts["available"])
        preferences().weights = facts["imported"]
        session.say(iface_(self.done, weights=facts["imported"]))


class TWOK2K_OT_import_weights(JobOperator):  # noqa: N801
    bl_idname = "twok2k.import_weights"
    bl_label = "Import 2K2K Weights"
    bl_description = "Check a file with trained weights, add it to your weights and choose it"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: bpy.props.StringProperty(default="*.tar;*.pth;*.pt;*.safetensors", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return super().invoke(context, event) if self.filepath else self.choose_files(context)

    def jobs(self, _: bpy.types.Context) -> Sequence[Job]:
        return [WeightsImport(bpy.path.abspath(self.filepath))]
