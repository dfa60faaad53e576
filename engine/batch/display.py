"""Progress on stderr: one bar in a terminal, else a line for each picture."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm

from engine.batch.record import Entry


class Show(Protocol):
    """Told of every picture that is finished."""

    def __call__(self, entry: Entry) -> None: ...


@contextmanager
def progress(pictures: int, finished: int) -> Iterator[Show]:
    """Shows how far a run is. finished: of the pictures, how many were so before. Failures are told at once."""
    failed = 0
    terminal = sys.stderr.isatty()
    with tqdm(total=pictures, initial=finished, unit="picture", file=sys.stderr, disable=not terminal) as bar:

        def show(entry: Entry) -> None:
            nonlocal finished, failed
            finished, failed = finished + 1, failed + (entry.error is not None)
            if entry.error is not None or not terminal:
                bar.write(f"{finished}/{pictures}  {_line(entry)}", file=sys.stderr)
            bar.set_postfix(failed=failed, refresh=False)
            bar.update()

        yield show


def _line(entry: Entry) -> str:
    if entry.error is not None:
        return f"{entry.photo} failed: {entry.error}"
    return f"{entry.mesh}: {entry.triangles:,} triangles, {entry.seconds:.1f} s"
