from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..choices import chosen_weights, preferences, remember_weights
from ..engine_facts import engine_facts
from ..job_operator import JobOperator
from ..jobs import Job
from ..session import session


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
        text = f"The engine works: a test on the device '{facts['device']}' took {facts['seconds']:.1f} s."
        session.say(" ".join((text, *facts["warnings"])))


class TWOK2K_OT_check_engine(JobOperator):  # noqa: N801
    bl_idname = "twok2k.check_engine"
    bl_label = "Test 2K2K Engine"
    bl_description = "Let every part of the engine work for a moment, and show its versions, devices and weights"

    def jobs(self, _: bpy.types.Context) -> Sequence[Job]:
        return [Introduction("The engine"), SelfCheck("The engine's test")]
