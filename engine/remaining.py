"""How long work will still take, for people. Needs the standard library alone: Blender's process uses it, too."""

STEP = 5
"""Seconds to which an estimate is rounded: it is no better than that."""


def in_steps(seconds: float) -> int:
    """At least one STEP."""
    return max(round(seconds / STEP), 1) * STEP


def steady(elapsed: float, begun: float, fraction: float) -> int | None:
    """Seconds that steady work, such as a download, will still take, which went from the fraction `begun` to `fraction`
    in `elapsed` seconds; None as long as that is too little to tell."""
    if elapsed < STEP or fraction <= begun:
        return None
    return in_steps(elapsed * (1 - fraction) / (fraction - begun))
