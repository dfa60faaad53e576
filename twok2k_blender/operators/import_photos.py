from collections.abc import Sequence
from pathlib import Path

import bpy

from ..job_operator import JobOperator
from ..jobs import Job, PhotoError
from ..photo_options import ImportOptions
from ..pictures import SUFFIXES


class TWOK2K_OT_import_photos(ImportOptions, JobOperator):  # noqa: N801
    """The file browser, a drop of files, and scripts with `directory` and `files` all end here."""

    bl_idname = "twok2k.import_photos"
    bl_label = "Generate Humans"
    bl_description = "Turn each photo of a person into a colored, life-size mesh (in meters), one beside the other"

    directory: bpy.props.StringProperty(subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"})
    files: bpy.props.CollectionProperty(type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})
    filter_glob: bpy.props.StringProperty(default=";".join(f"*{suffix}" for suffix in SUFFIXES), options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.files:
            return super().invoke(context, event)
        self.take_from_panel(context)
        return self.choose_files(context)

    def draw(self, _: bpy.types.Context) -> None:
        self.draw_options(self.layout)

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        folder = Path(bpy.path.abspath(self.directory))
        photos = [folder / file.name for file in self.files if file.name]
        if not photos:
            raise PhotoError("No photo is chosen; choose one or more pictures of a person.")
        return self.import_jobs(context, photos)


class TWOK2K_FH_photos(bpy.types.FileHandler):  # noqa: N801
    """Offers the import for pictures that are dropped into a 3D view, beside what Blender does with pictures."""

    bl_idname = "TWOK2K_FH_photos"
    bl_label = "Photos of people"
    bl_import_operator = "twok2k.import_photos"
    bl_file_extensions = ";".join(SUFFIXES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"
