"""Key points that the user has put right, as files and messages carry them: {"left_wrist": [x, y], ...}."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.skeleton import INDEX, KEYPOINTS

Corrections = Mapping[str, tuple[float, float]]
"""x, y in photo pixels by the key point's name."""

MAX_BYTES = 100_000
"""Longest file of corrections."""

EXAMPLE = 'give them as {"left_wrist": [x, y], ...} in pixels of the photo'


def read_corrections(file: Path) -> Corrections:
    """Key points from a JSON file. Raises UserError if it cannot be read or `parse_corrections` refuses it."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"The key points {file} cannot be read ({error.strerror}); choose another file.") from error
    if len(content) > MAX_BYTES:
        raise UserError(f"The file {file} is too long for key points; {EXAMPLE}.")
    try:
        return parse_corrections(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise UserError(f"The file {file} is not JSON; {EXAMPLE}.") from error


def parse_corrections(values: object) -> Corrections:
    """Checked names and finite numbers. Raises UserError for anything else."""
    if not isinstance(values, Mapping):
        raise UserError(f"These are no keypoints; {EXAMPLE}.")
    return {_name(name): _point(name, point) for name, point in values.items()}


def named_points(points: NDArray[np.float64]) -> dict[str, list[float]]:
    """Key points (31, 2) as a file of corrections holds them; those that are missing (NaN) are left out."""
    known = np.isfinite(points).all(axis=1)
    return {name: [round(float(x), 2) for x in points[INDEX[name]]] for name in KEYPOINTS if known[INDEX[name]]}


def _name(name: object) -> str:
    if name not in INDEX:
        raise UserError(f"There is no key point {str(name)[:40]!r} in keypoints; use {', '.join(KEYPOINTS[:3])}, ...")
    return str(name)


def _point(name: object, point: object) -> tuple[float, float]:
    numbers = point if isinstance(point, (list, tuple)) else ()
    if len(numbers) != 2 or not all(type(value) in (int, float) and math.isfinite(value) for value in numbers):
        raise UserError(f"The place of {name} in keypoints is not two numbers; {EXAMPLE}.")
    return float(numbers[0]), float(numbers[1])
