"""One operator per module."""

import bpy

from .cancel import TWOK2K_OT_cancel
from .check_engine import TWOK2K_OT_check_engine
from .generate import TWOK2K_OT_generate
from .import_weights import TWOK2K_OT_import_weights
from .release_memory import TWOK2K_OT_release_memory

CLASSES = (
    TWOK2K_OT_generate,
    TWOK2K_OT_cancel,
    TWOK2K_OT_check_engine,
    TWOK2K_OT_import_weights,
    TWOK2K_OT_release_memory,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
