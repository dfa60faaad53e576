"""One operator per module."""

import bpy

from .add_key_points import TWOK2K_OT_add_key_points
from .add_mask import TWOK2K_OT_add_mask
from .add_person import TWOK2K_OT_add_person
from .bake_texture import TWOK2K_OT_bake_texture
from .cancel import TWOK2K_OT_cancel
from .cancel_all import TWOK2K_OT_cancel_all
from .check_engine import TWOK2K_OT_check_engine
from .choose_person import TWOK2K_OT_choose_person
from .clear_cache import TWOK2K_OT_clear_cache
from .clear_finished import TWOK2K_OT_clear_finished
from .copy_report import TWOK2K_OT_copy_report
from .correct_key_points import TWOK2K_OT_correct_key_points
from .decimate import TWOK2K_OT_decimate
from .dismiss import TWOK2K_OT_dismiss
from .download_weights import TWOK2K_OT_download_weights
from .export_result import TWOK2K_OT_export_result
from .find_people import TWOK2K_OT_find_people
from .generate import TWOK2K_OT_generate
from .generate_again import TWOK2K_OT_generate_again
from .generate_from_image import TWOK2K_OT_generate_from_image
from .import_photos import TWOK2K_FH_photos, TWOK2K_OT_import_photos
from .import_weights import TWOK2K_OT_import_weights
from .make_printable import TWOK2K_OT_make_printable
from .mark_asset import TWOK2K_OT_mark_asset
from .move_key_point import TWOK2K_OT_move_key_point
from .paint_mask import TWOK2K_OT_paint_mask
from .paste_photos import TWOK2K_OT_paste_photos
from .quad_remesh import TWOK2K_OT_quad_remesh
from .release_memory import TWOK2K_OT_release_memory
from .remove_photo import TWOK2K_OT_remove_photo
from .remove_weights import TWOK2K_OT_remove_weights
from .reset_key_points import TWOK2K_OT_reset_key_points
from .retry_photos import TWOK2K_OT_retry_photos
from .show_weights import TWOK2K_OT_show_weights
from .turntable import TWOK2K_OT_turntable
from .use_photo import TWOK2K_OT_use_photo

CLASSES = (
    TWOK2K_OT_add_key_points,
    TWOK2K_OT_correct_key_points,
    TWOK2K_OT_move_key_point,
    TWOK2K_OT_reset_key_points,
    TWOK2K_OT_add_mask,
    TWOK2K_OT_add_person,
    TWOK2K_OT_cancel,
    TWOK2K_OT_cancel_all,
    TWOK2K_OT_check_engine,
    TWOK2K_OT_choose_person,
    TWOK2K_OT_clear_cache,
    TWOK2K_OT_clear_finished,
    TWOK2K_OT_dismiss,
    TWOK2K_OT_download_weights,
    TWOK2K_OT_find_people,
    TWOK2K_OT_generate,
    TWOK2K_OT_generate_from_image,
    TWOK2K_OT_import_photos,
    TWOK2K_FH_photos,
    TWOK2K_OT_import_weights,
    TWOK2K_OT_paint_mask,
    TWOK2K_OT_paste_photos,
    TWOK2K_OT_release_memory,
    TWOK2K_OT_remove_photo,
    TWOK2K_OT_remove_weights,
    TWOK2K_OT_retry_photos,
    TWOK2K_OT_bake_texture,
    TWOK2K_OT_copy_report,
    TWOK2K_OT_decimate,
    TWOK2K_OT_export_result,
    TWOK2K_OT_generate_again,
    TWOK2K_OT_make_printable,
    TWOK2K_OT_mark_asset,
    TWOK2K_OT_quad_remesh,
    TWOK2K_OT_turntable,
    TWOK2K_OT_show_weights,
    TWOK2K_OT_use_photo,
)

register, unregister = bpy.utils.register_classes_factory(CLASSES)
