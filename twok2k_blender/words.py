"""What the user reads, in Blender's language; see "Translations" in docs/development.md.

Blender translates by itself what it is given as a literal. These functions are for all other texts: the message is
translated before its named placeholders are filled in. They are named as in Blender's own scripts, whose tool for
translators finds their messages by these names. Each heeds the user's choice of what is to be translated.
"""

import bpy

BUTTON = "Operator"
"""The context in which Blender translates the names of operators."""


def iface_(message: str, context: str = "*", /, **values: object) -> str:
    """A text of panels, menus and the status bar."""
    return _filled(message, bpy.app.translations.pgettext_iface(message, context), values)


def tip_(message: str, /, **values: object) -> str:
    """A text that is shown where the mouse rests."""
    return _filled(message, bpy.app.translations.pgettext_tip(message), values)


def rpt_(message: str, /, **values: object) -> str:
    """What an operator or a job has done, or why it cannot."""
    return _filled(message, bpy.app.translations.pgettext_rpt(message), values)


def _filled(message: str, translated: str, values: dict[str, object]) -> str:
    """A text without values may be a finished one, whose braces are the user's."""
    if not values:
        return translated
    try:
        return translated.format(**values)
    except (LookupError, ValueError):  # a slip in a translation must not keep a panel from being drawn
        return message.format(**values)
