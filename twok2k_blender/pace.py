"""How long the engine will still need, judged by its last run. Knows nothing of Blender."""

from collections.abc import Mapping

STEP = 5
"""Seconds to which an estimate is rounded: it is no better than that."""


class Pace:
    """The stages of the last run in their order, and the seconds that each took."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def learn(self, seconds: Mapping[str, float]) -> None:
        """A run is over."""
        self._seconds = dict(seconds)

    def remaining(self, stage: str, elapsed: float) -> float | None:
        """Seconds until the end of a run that has been in `stage` for `elapsed` seconds; None if that is not known."""
        stages = list(self._seconds)
        if stage not in stages:
            return None
        later = stages[stages.index(stage) + 1 :]
        return max(self._seconds[stage] - elapsed, 0.0) + sum(self._seconds[name] for name in later)

    def words(self, stage: str, elapsed: float) -> str:
        """The same for people; empty if it is not known."""
        seconds = self.remaining(stage, elapsed)
        if seconds is None:
            return ""
        rounded = max(round(seconds / STEP), 1) * STEP
        return f"{rounded} s left" if rounded < 90 else f"{round(rounded / 60)} min left"
