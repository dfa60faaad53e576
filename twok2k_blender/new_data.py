"""Data-blocks that a piece of work makes."""

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

KINDS = ("objects", "meshes", "materials", "images")
"""Of what makes up a person."""


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """What the block has made is removed if it fails."""
    before = _all()
    try:
        yield
    except BaseException:
        bpy.data.batch_remove(list(_all() - before))
        raise


def _all() -> set[bpy.types.ID]:
    return {item for kind in KINDS for item in getattr(bpy.data, kind)}
