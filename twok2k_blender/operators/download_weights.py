from collections.abc import Sequence
from typing import Any

import bpy

from .. import online
from ..choices import preferences
from ..job_operator import JobOperator
from ..jobs import Job, NotAllowed
from ..words import rpt_, tip_
from .import_weights import WeightsImport

REMEMBERED = ("address", "sha256", "size")
"""Options that the preferences keep, so that a download can go on another day."""

WIDTH = 600


class WeightsDownload(WeightsImport):
    """Has the engine fetch a file of weights, check and add it, and chooses it."""

    steady = True
    done = "Downloaded and chose the weights '{weights}'."

    def __init__(self, address: str, sha256: str, size: int) -> None:
        super().__init__(address)
        self._sha256, self._size = sha256, size

    def request(self) -> tuple[str, dict[str, Any]]:
        if reason := online.obstacle():
            raise NotAllowed(f"{rpt_(reason)}.")
        return "download_weights", {"address": self._file, "sha256": self._sha256, "size": self._size}


class TWOK2K_OT_download_weights(JobOperator):  # noqa: N801
    """Nothing goes over the network before the user has accepted the license here."""

    bl_idname = "twok2k.download_weights"
    bl_label = "Download 2K2K Weights"
    bl_description = (
        "Fetch a file with trained weights from its publisher, check it, add it to your weights and choose it; "
        "a download that was cut off goes on where it was"
    )

    address: bpy.props.StringProperty(
        name="Address",
        description="Address of the file itself, which begins with https://; if left out, the last one",
        options={"SKIP_SAVE"},
    )
    sha256: bpy.props.StringProperty(
        name="SHA-256",
        description="The file's SHA-256 of 64 digits, as its publisher names it; if left out, the last one",
        options={"SKIP_SAVE"},
    )
    size: bpy.props.IntProperty(
        name="Size in Bytes, if Known",
        description="The file's size, as its publisher names it; 0 if it is not known",
        min=0,
        options={"SKIP_SAVE"},
    )
    accepted: bpy.props.BoolProperty(
        name="I have read the license of these weights and accept it",
        description="The published weights are for non-commercial use only; read their license where they are offered",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        reason = online.obstacle()
        if reason:
            cls.poll_message_set(tip_(reason))
        return not reason

    def invoke(self, context: bpy.types.Context, _: bpy.types.Event) -> set[str]:
        self._beside = not bpy.app.background
        self._take_what_is_left_out()
        return set(context.window_manager.invoke_props_dialog(self, width=WIDTH))

    def draw(self, _: bpy.types.Context) -> None:
        column = self.layout.column()
        for name in REMEMBERED:
            column.prop(self, name)
        column.prop(self, "accepted")

    def jobs(self, _: bpy.types.Context) -> Sequence[Job]:
        self._take_what_is_left_out()
        for name in REMEMBERED:
            setattr(preferences(), f"download_{name}", getattr(self, name))
        bpy.context.preferences.is_dirty = True
        if not self.accepted:
            raise NotAllowed("Read the license of these weights and accept it before you download them.")
        return [WeightsDownload(self.address, self.sha256, self.size)]

    def _take_what_is_left_out(self) -> None:
        for name in REMEMBERED:
            if not self.properties.is_property_set(name):
                setattr(self, name, getattr(preferences(), f"download_{name}"))
