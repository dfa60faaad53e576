"""People who are made only when they are asked for."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import overload

from engine.training.people.person import SyntheticPerson


class LazyPeople(Sequence[SyntheticPerson]):
    """A sequence whose subclasses say how many people there are and how to make one."""

    @abstractmethod
    def make(self, position: int) -> SyntheticPerson:
        """Person number `position`, from 0."""

    @overload
    def __getitem__(self, index: int) -> SyntheticPerson: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SyntheticPerson]: ...

    def __getitem__(self, index: int | slice) -> SyntheticPerson | Sequence[SyntheticPerson]:
        positions = range(len(self))[index]
        return self.make(positions) if isinstance(positions, int) else [self.make(i) for i in positions]
