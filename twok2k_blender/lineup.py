"""Where the results of one run stand: beside each other. Knows nothing of Blender."""

from collections.abc import Sequence

GAP = 0.4
"""Metres of floor between two neighbours: room to walk around them, near enough to compare them."""


class Lineup:
    """People in a row along x, each clear of the one before; the first stands at the origin."""

    def __init__(self) -> None:
        self.origin: Sequence[float] | None = None
        self._ends: dict[float, float] = {}

    def place(self, left: float, right: float) -> float:
        """How far along x from the origin a person stands. left, right: its extent along x, in metres."""
        x = max(self._ends.values()) + GAP - left if self._ends else 0.0
        self._ends[x] = x + right
        return x

    def leave(self, x: float) -> None:
        """Nobody will stand at the place x."""
        del self._ends[x]
        if not self._ends:
            self.origin = None
