"""Numbers on the command line."""

import argparse
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Number = TypeVar("Number", int, float)


def number(kind: Callable[[str], Number], low: Number, high: Number, what: str) -> Callable[[str], Number]:
    """The `type` of an argument that is a number between two others; what: "a height in metres"."""

    def parse(text: str) -> Number:
        with suppress(ValueError):
            if low <= (value := kind(text)) <= high:
                return value
        raise argparse.ArgumentTypeError(f"'{text}' is not {what} between {low:g} and {high:g}")

    return parse
