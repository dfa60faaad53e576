"""What an object made by this extension says about itself, in custom properties that any program can read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PREFIX = "2K2K "

NON_COMMERCIAL = "non-commercial use only"


def describe(photo: str, settings: Mapping[str, Any], facts: Mapping[str, Any], version: str) -> dict[str, str]:
    """The custom properties of a result. settings, facts: as exchanged with the worker."""
    seconds = sum(facts["seconds"].values())
    values = {
        "Photo": photo,
        "Weights": facts["weights"],
        "License": facts["licence"],
        "Use": "any use" if facts["commercial"] else NON_COMMERCIAL,
        "Version": version,
        "Settings": _settings_text(settings),
        "Person": f"{facts['person'] + 1} of {facts['people']}",
        "Seconds": f"{seconds:.1f}",
        "Warnings": "\n".join(facts["warnings"]),
    }
    return {PREFIX + key: value for key, value in values.items() if value}


def read(properties: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """The inverse of `describe`; empty for an object that this extension did not make."""
    return {key.removeprefix(PREFIX): str(value) for key, value in properties if key.startswith(PREFIX)}


def photo_source(photo: Path | str) -> dict[str, str]:
    """The custom property by which the photo is found again: a file's path, or the name of an image in the .blend."""
    return _source("Photo", photo)


def mask_source(mask: Path | str | None) -> dict[str, str]:
    """The same for the mask; none where the engine has found it."""
    return _source("Mask", mask) if mask else {}


def _source(what: str, picture: Path | str) -> dict[str, str]:
    return {f"{PREFIX}{what} {'File' if isinstance(picture, Path) else 'Image'}": str(picture)}


def key_points(points: Mapping[str, Sequence[float]]) -> dict[str, str]:
    """The custom property with the key points that the user has put right; none where all are as found."""
    return {PREFIX + "Key Points": json.dumps(points)} if points else {}


def known_key_points(properties: Iterable[tuple[str, Any]]) -> dict[str, list[float]]:
    """The inverse of `key_points`; empty where there are none, or none that can be read."""
    try:
        points = json.loads(read(properties).get("Key Points", "{}"))
    except ValueError:
        return {}
    return points if isinstance(points, dict) else {}


def settings(properties: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """The settings given to `describe`, as text; empty where there are none."""
    parts = read(properties).get("Settings", "").split(", ")
    return dict(part.split(" ", 1) for part in parts if " " in part)


def scaled_settings(properties: Iterable[tuple[str, Any]], factor: float) -> dict[str, str]:
    """The custom property with the settings of a person that has become larger by that factor.

    Empty where no height is told, or no number.
    """
    known = settings(properties)
    try:
        known["height"] = f"{float(known['height']) * factor:.4f}"
    except (KeyError, ValueError):
        return {}
    return {PREFIX + "Settings": _settings_text(known)}


def _settings_text(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())
