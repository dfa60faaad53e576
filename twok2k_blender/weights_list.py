"""The list of installed weights, asked for by itself where nothing is known of it yet."""

from collections.abc import Mapping
from typing import Any

import bpy

from . import background
from .choices import remember_weights
from .jobs import Job

_asked = False


class WeightsList(Job):
    """Learns which weights the engine has."""

    silent = True

    def request(self) -> tuple[str, dict[str, Any]]:
        return "weights", {}

    def use(self, facts: Mapping[str, Any]) -> None:
        remember_weights(facts["available"])


def ask_once() -> None:
    """Ask the engine, once since Blender's start; may be called while something is drawn, where nothing may change."""
    global _asked
    if not _asked:
        _asked = True
        bpy.app.timers.register(_ask)


def _ask() -> None:
    background.add([WeightsList("The list of weights")])
