"""How long the engine will still need, judged by its last run. Knows nothing of Blender."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.remaining import in_steps
else:  # within an extension there is no top-level package of the name "engine"
    from ..engine.remaining import in_steps


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
        """The same for people."""
        seconds = self.remaining(stage, elapsed)
        return None if seconds is None else in_steps(seconds)
