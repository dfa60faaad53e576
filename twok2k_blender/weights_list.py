"""The list of installed weights, asked for by itself when the tab, or the preferences without one, are drawn first.

The engine starts for it, without networks.
"""

from collections.abc import Mapping
from typing import Any

import bpy

from . import background
from .choices import remember_weights
from .jobs import Job, State

_asked = False


class WeightsList(Job):
    """Learns which weights the engine has."""

    silent = True
    brief = True

    def request(self) -> tuple[str, dict[str, Any]]:
        return "weights", {}

    def use(self, facts: Mapping[str, Any]) -> None:
        remember_weights(facts["available"])

    def end(self, state: State, error: str = "") -> None:
        """One that was cancelled may be asked for again; one that has failed would only fail again."""
        super().end(state, error)
        if state == "cancelled":
            ask_again()


def ask_once() -> None:
    """Ask the engine, unless it has been asked; may be called while something is drawn, where nothing may change."""
    global _asked
    if not _asked:
        _asked = True
        bpy.app.timers.register(_ask, persistent=True)


def ask_again() -> None:
    """Another engine may have others: it is asked when the tab or the preferences are drawn next."""
    global _asked
    _asked = False


def _ask() -> None:
    background.add([WeightsList("The list of weights")])


def register() -> None:
    ask_again()


def unregister() -> None:
    if bpy.app.timers.is_registered(_ask):
        bpy.app.timers.unregister(_ask)
