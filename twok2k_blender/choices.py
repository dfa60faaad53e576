"""What the preferences say, for the other modules."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import bpy

from .package import PACKAGE

if TYPE_CHECKING:
    from .preferences import TWOK2K_AP_preferences, TWOK2K_PG_weights

DEFAULT_WEIGHTS = "default"
"""Name of the bundled weights."""


def preferences() -> "TWOK2K_AP_preferences":
    """This extension's preferences."""
    return cast("TWOK2K_AP_preferences", bpy.context.preferences.addons[PACKAGE].preferences)


def remember_weights(descriptions: Sequence[Mapping[str, Any]]) -> None:
    """Keep what the engine says about its weights, for menus and the next session."""
    known, wanted = preferences().known_weights, [_for_display(description) for description in descriptions]
    if len(known) == len(wanted) and all(map(_is_same, known, wanted)):
        return
    known.clear()
    for description in wanted:
        item = known.add()
        for key, value in description.items():
            setattr(item, key, value)
    bpy.context.preferences.is_dirty = True


def _is_same(item: "TWOK2K_PG_weights", description: Mapping[str, Any]) -> bool:
    return all(getattr(item, key) == value for key, value in description.items())


def _for_display(description: Mapping[str, Any]) -> dict[str, Any]:
    """The members of `TWOK2K_PG_weights`, from the engine's description."""
    kept = {key: description[key] for key in ("name", "licence", "commercial", "bundled", "file", "figures")}
    return {**kept, "size": f"{description['bytes'] / 1e6:.1f} MB, width {description['width']:g}"}


def chosen_weights() -> str:
    """The name of the chosen weights; the default's where they no longer exist."""
    return preferences().weights or DEFAULT_WEIGHTS


def is_non_commercial(name: str) -> bool:
    """Whether weights are known not to be free for any use."""
    return any(weights.name == name and not weights.commercial for weights in preferences().known_weights)
