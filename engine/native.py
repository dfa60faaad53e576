"""Keeps libraries in native code from talking to the user and from taking cores that others need."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

YIELDING = {"GOMP_SPINCOUNT": "1000"}
"""Environment of a process that computes, set before torch is imported. Threads of GNU OpenMP that have nothing to do
then spin for a few microseconds and sleep. By default they spin for long: where a program like Blender uses the same
cores, the networks take 3 to 30 times as long; where nobody does, it makes no difference."""


@contextmanager
def quiet() -> Iterator[None]:
    """Send what native code writes to stderr to nowhere: it speaks of its internals, never of the user's picture."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
