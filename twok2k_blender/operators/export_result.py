from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import bpy

from ..adjust import has_adjusted_colors, unadjusted
from ..material import images_of, require_saved_images
from ..result import ResultOperator, ToolError, mesh_of, select_only
from ..words import rpt_

FORMATS = (
    ("GLB", "glTF Binary (.glb)", "For game engines and the web, with colors"),
    ("OBJ", "Wavefront (.obj)", "For most 3D programs, with colors at the vertices, or the textures beside it"),
    ("PLY", "Stanford (.ply)", "For scans and measurements, with colors"),
    ("STL", "STL (.stl)", "For 3D printing, in millimeters and without colors"),
)

UNADJUSTED = "The colors are the photo's: a file cannot hold what the panel Adjust changes."


class TWOK2K_OT_export_result(ResultOperator):  # noqa: N801
    bl_idname = "twok2k.export_result"
    bl_label = "Export"
    bl_description = (
        "Write this human alone to a file, with Blender's exporter set up so that the photo's colors and the size come "
        "through; what the panel Adjust does to the colors is left out"
    )
    bl_options = set()  # noqa: RUF012

    format: bpy.props.EnumProperty(name="Format", description="Kind of file", items=FORMATS)
    filepath: bpy.props.StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: bpy.props.StringProperty(default="*.glb;*.obj;*.ply;*.stl", options={"HIDDEN"})
    check_existing: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _: bpy.types.Event) -> set[str]:
        if bpy.app.background or self.filepath:
            return self.execute(context)
        self.filepath = f"{bpy.path.clean_name(context.object.name)}.{self.format.lower()}"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, context: bpy.types.Context) -> None:
        """Beside the files."""
        self.layout.label(text=next(name for kind, name, _ in FORMATS if kind == self.format))
        if self.format != "STL" and has_adjusted_colors(context.object):
            self.layout.label(text="Without Adjust's colors", icon="INFO")

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        if not self.filepath:
            raise ToolError("There is no file to write; choose one.")
        path = Path(bpy.path.ensure_ext(bpy.path.abspath(self.filepath), f".{self.format.lower()}"))
        if self.format == "OBJ":  # glTF's exporter takes the pixels from memory, and the others take none
            require_saved_images([person])
        metres, textured = context.scene.unit_settings.scale_length, bool(mesh_of(person).uv_layers)
        exporter, options = _exporter(self.format, metres, textured)
        select_only(context, person)
        try:
            with unadjusted(person), _maps_beside(person, path if self.format == "OBJ" else None):
                exporter(filepath=str(path), **options)
        except (RuntimeError, OSError) as error:
            raise ToolError(rpt_("The file {path} cannot be written; choose another place.", path=path)) from error
        text = rpt_("Written to {path}.", path=path)
        return f"{text} {rpt_(UNADJUSTED)}" if self.format != "STL" and has_adjusted_colors(person) else text


def _exporter(kind: str, metres: float, textured: bool) -> tuple[Callable[..., set[str]], dict[str, Any]]:
    """Blender's operator for a format, and its options; metres: in one of the scene's units.

    Beside a texture glTF must not have vertex colours, which would be multiplied with it. Raises ToolError.
    """
    if kind == "GLB":
        _require_gltf()
        colors = {"export_vertex_color": "NONE" if textured else "ACTIVE", "export_all_vertex_colors": False}
        return bpy.ops.export_scene.gltf, {
            "export_format": "GLB",
            "use_selection": True,
            "export_apply": True,
            **colors,
        }
    selected = {"export_selected_objects": True, "apply_modifiers": True}
    if kind == "OBJ":
        return bpy.ops.wm.obj_export, {**selected, "export_colors": True, "global_scale": metres}
    if kind == "PLY":
        return bpy.ops.wm.ply_export, {**selected, "export_colors": "SRGB", "global_scale": metres}
    return bpy.ops.wm.stl_export, {**selected, "global_scale": 1000 * metres}


def _require_gltf() -> None:
    """Unlike the others, this exporter is an add-on, which the user may have disabled."""
    if not hasattr(bpy.types, "EXPORT_SCENE_OT_gltf"):
        raise ToolError('Blender cannot write glTF now; enable the add-on "glTF 2.0 format" in the preferences.')


@contextmanager
def _maps_beside(person: bpy.types.Object, path: Path | None) -> Iterator[None]:
    """Write the person's packed images beside a file, whose exporter names them, but cannot write them.

    The images are told of those files for as long as the block takes; if it fails, the files are what they were.
    """
    files = _map_files(person, path) if path else {}
    names = {image: image.filepath_raw for image in files}
    before = {file: file.read_bytes() if file.is_file() else None for file in files.values()}
    try:
        for image, file in files.items():
            file.write_bytes(image.packed_file.data)  # type: ignore[arg-type]
            image.filepath_raw = str(file)
        yield
    except BaseException:
        for file, content in before.items():
            _put_back(file, content)
        raise
    finally:
        for image, name in names.items():
            image.filepath_raw = name


def _map_files(person: bpy.types.Object, path: Path) -> dict[bpy.types.Image, Path]:
    """A file for each of the person's packed images, two of which may have names that make the same file name."""
    files: dict[bpy.types.Image, Path] = {}
    taken: set[str] = set()
    images = {image for image in images_of(person) if image.packed_file}
    for image in sorted(images, key=lambda image: image.name_full):
        stem, number = f"{bpy.path.clean_name(path.stem)}_{bpy.path.clean_name(image.name)}", 1
        name = stem
        while name.lower() in taken:  # some file systems do not tell capital letters from small ones
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.lower())
        files[image] = path.with_name(name + (Path(image.filepath).suffix or ".png"))
    return files


def _put_back(file: Path, content: bytes | None) -> None:
    """The file has its old content again, or is gone where there was none."""
    with suppress(OSError):
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(content)
