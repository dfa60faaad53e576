from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..choices import remember_weights
from ..job_operator import JobOperator
from ..jobs import Job
from ..session import session


class EngineCheck(Job):
    """Learns what the engine runs on and which weights it has."""

    def request(self) -> tuple[str, dict[str, Any]]:
        return "hello", {}

    def use(self, facts: Mapping[str, Any]) -> None:
        remember_weights(facts["available"])
        devices = ", ".join(facts["devices"])
        session.engine = f"Python {facts['python']}, torch {facts['torch']}, {devices}"
        session.say(f"The engine works: {session.engine}.")


class TWOK2K_OT_check_engine(JobOperator):  # noqa: N801
    bl_idname = "twok2k.check_engine"
    bl_label = "Check 2K2K Engine"
    bl_description = "Start the engine, and show its versions, devices and weights"

    def jobs(self, _: bpy.types.Context) -> Sequence[Job]:
        return [EngineCheck("The engine")]
