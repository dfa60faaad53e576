"""Where the results of one run stand: beside each other. Knows nothing of Blender."""

from collections.abc import Sequence

GAP = 0.4
"""Metres of floor between two neighbours: room to walk around them, near enough to compare them."""


class Lineup:
    """People in a row along x, each clear of the one before; the first stands at the origin."""

    def __init__(self) -> None:
        self.origin: Sequence[float] | None = None
        self._end: float | None = None

    def place(self, left: float, right: float) -> float:
        """How far along x from the origin a person stands. left, right: its extent along x, in metres."""
        x = 0.0 if self._end is None else self._end + GAP - left
        self._end = x + right
        return x
