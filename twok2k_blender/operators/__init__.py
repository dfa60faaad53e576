"""One operator per module."""

import bpy

from .add_person import TWOK2K_OT_add_person
from .cancel import TWOK2K_OT_cancel
from .cancel_all import TWOK2K_OT_cancel_all
from .check_engine import TWOK2K_OT_check_engine
from .clear_cache import TWOK2K_OT_clear_cache
from .clear_finished import TWOK2K_OT_clear_finished
from .generate import TWOK2K_OT_generate
from .generate_from_image import TWOK2K_OT_generate_from_image
from .import_photos import TWOK2K_FH_photos, TWOK2K_OT_import_photos
from .import_weights import TWOK2K_OT_import_weights
from .paste_photos import TWOK2K_OT_paste_photos
from .release_memory import TWOK2K_OT_release_memory
from .remove_photo import TWOK2K_OT_remove_photo
from .remove_weights import TWOK2K_OT_remove_weights
from .retry_photos import TWOK2K_OT_retry_photos
from .show_weights import TWOK2K_OT_show_weights

CLASSES = (
    TWOK2K_OT_add_person,
    TWOK2K_OT_cancel,
    TWOK2K_OT_cancel_all,
    TWOK2K_OT_check_engine,
    TWOK2K_OT_clear_cache,
    TWOK2K_OT_clear_finished,
    TWOK2K_OT_generate,
    TWOK2K_OT_generate_from_image,
    TWOK2K_OT_import_photos,
    TWOK2K_FH_photos,
    TWOK2K_OT_import_weights,
    TWOK2K_OT_paste_photos,
    TWOK2K_OT_release_memory,
    TWOK2K_OT_remove_photo,
    TWOK2K_OT_remove_weights,
    TWOK2K_OT_retry_photos,
    TWOK2K_OT_show_weights,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
