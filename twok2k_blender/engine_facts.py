"""What the engine has said about itself since Blender's start. Knows nothing of Blender."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GIGABYTE = 1e9


@dataclass(frozen=True)
class Device:
    """name: what the engine calls it. label: what it is. free, total: bytes of its memory, 0 = unknown."""

    name: str
    label: str
    free: int
    total: int

    @property
    def text(self) -> str:
        """For people: what it is and how much memory it has."""
        total = f"{self.total / GIGABYTE:.1f} GB"
        return f"{self.label}: {f'{self.free / GIGABYTE:.1f} of {total} free' if self.free else total}"

    def is_chosen_by(self, name: str) -> bool:
        """Whether it is one of a kind of devices ("cuda") or the device itself ("cuda:1")."""
        return name in (self.name, self.name.partition(":")[0])


class EngineFacts:
    """What is empty is not known.

    program: the engine's Python. versions: of Python and torch, for people. devices: the fastest first.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """It may be another engine from now on."""
        self.program = self.versions = ""
        self.devices: tuple[Device, ...] = ()

    def learn(self, facts: Mapping[str, Any]) -> None:
        """Take in the engine's answer to "hello"."""
        self.program = facts["program"]
        self.versions = f"Python {facts['python']}, torch {facts['torch']}"
        self.devices = tuple(Device(**device) for device in facts["devices"])

    def chosen(self, name: str) -> Device | None:
        """The device that is taken for a choice; None if that is not known, or there is none."""
        return next((device for device in self.devices if name == "auto" or device.is_chosen_by(name)), None)


engine_facts = EngineFacts()
