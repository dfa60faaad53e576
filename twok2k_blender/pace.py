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

    def rounded(self, stage: str, elapsed: float) -> int | None:
        """The same for people: at least one STEP."""
        seconds = self.remaining(stage, elapsed)
        return None if seconds is None else max(round(seconds / STEP), 1) * STEP
