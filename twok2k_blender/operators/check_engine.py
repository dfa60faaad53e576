from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..choices import chosen_weights, preferences, remember_weights
from ..engine_facts import engine_facts
from ..job_operator import JobOperator
from ..jobs import Job
from ..session import session
from ..words import iface_


class Introduction(Job):
    """Learns what the engine runs on and which weights it has."""

    def request(self) -> tuple[str, dict[str, Any]]:
        engine_facts.forget()
        return "hello", {}

    def use(self, facts: Mapping[str, Any]) -> None:
        engine_facts.learn(facts)
        remember_weights(facts["available"])


class SelfCheck(Job):
    """Lets every part of the engine work for a moment, with the chosen weights on the chosen device."""

    def request(self) -> tuple[str, dict[str, Any]]:
        return "check", {"weights": chosen_weights(), "device": preferences().device}

    def use(self, facts: Mapping[str, Any]) -> None:
        text = iface_(
            "The engine works: a test on the device '{device}' took {seconds:.1f} s.",
            device=facts["device"],
            seconds=facts["seconds"],
        )
        session.say(" ".join((text, *facts["warnings"])))


class TWOK2K_OT_check_engine(JobOperator):  # noqa: N801
    bl_idname = "twok2k.check_engine"
    bl_label = "Test 2K2K Engine"
    bl_description = "Let every part of the engine work for a moment, and show its versions, devices and weights"

    def jobs(self, _: bpy.types.Context) -> Sequence[Job]:
        return [Introduction(iface_("The engine")), SelfCheck(iface_("The engine's test"))]
