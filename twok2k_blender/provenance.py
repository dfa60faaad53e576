"""What an object made by this extension says about itself, in custom properties that any program can read."""

from collections.abc import Iterable, Mapping
from typing import Any

PREFIX = "2K2K "


def describe(photo: str, settings: Mapping[str, Any], facts: Mapping[str, Any], version: str) -> dict[str, str]:
    """The custom properties of a result. settings, facts: as exchanged with the worker."""
    seconds = sum(facts["seconds"].values())
    values = {
        "Photo": photo,
        "Weights": facts["weights"],
        "License": facts["licence"],
        "Use": "any use" if facts["commercial"] else "non-commercial use only",
        "Version": version,
        "Settings": ", ".join(f"{name} {value}" for name, value in settings.items()),
        "Person": f"{facts['person'] + 1} of {facts['people']}",
        "Seconds": f"{seconds:.1f}",
        "Warnings": "\n".join(facts["warnings"]),
    }
    return {PREFIX + key: value for key, value in values.items() if value}


def read(properties: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """The inverse of `describe`; empty for an object that this extension did not make."""
    return {key.removeprefix(PREFIX): str(value) for key, value in properties if key.startswith(PREFIX)}
