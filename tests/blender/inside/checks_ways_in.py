"""The ways by which photos come in: import, drop, image editor, clipboard; and that each says when it cannot work."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import bpy
import numpy as np
import pytest

Part = Callable[[str], ModuleType]
Photo = Callable[[str], str]
Wait = Callable[[Callable[[], Any]], None]


def files_of(*paths: str) -> dict[str, object]:
    return {"directory": str(Path(paths[0]).parent), "files": [{"name": Path(path).name} for path in paths]}


@pytest.mark.usefixtures("small_engine")
def test_import_of_several_photos_from_a_script(photo: Photo) -> None:
    done = bpy.ops.twok2k.import_photos(**files_of(photo("anna.jpg"), photo("berta.png")), height=1.5)
    assert done == {"FINISHED"}
    anna, berta = bpy.data.objects["anna"], bpy.data.objects["berta"]
    assert berta.location.x > anna.location.x + anna.dimensions.x
    assert anna.dimensions.z == pytest.approx(1.5)


@pytest.mark.usefixtures("small_engine")
def test_script_learns_of_each_failure_and_gets_the_rest(photo: Photo) -> None:
    with pytest.raises(RuntimeError, match=r"shows no person.*does not exist"):
        bpy.ops.twok2k.import_photos(**files_of(photo("user.jpg"), photo("anna.jpg"), "gone.jpg"))
    assert bpy.data.objects.keys() == ["anna"]
    assert not bpy.context.window_manager.twok2k_rows


@pytest.mark.usefixtures("small_engine")
def test_who_is_chosen_in_the_panel_means_nothing_in_other_photos(photo: Photo) -> None:
    bpy.context.scene.twok2k.person = 3
    bpy.ops.twok2k.import_photos(**files_of(photo("anna.jpg")))
    assert bpy.context.object["2K2K Person"] == "1 of 1"
    bpy.ops.twok2k.import_photos(**files_of(photo("anna.jpg")), person=2)
    assert bpy.context.object["2K2K Person"] == "2 of 2"


@pytest.mark.usefixtures("small_engine", "beside")
def test_another_try_keeps_what_was_set_for_the_photo(photo: Photo, part: Part, wait: Wait) -> None:
    bpy.ops.twok2k.import_photos(**files_of(photo("user.jpg")), height=1.2)
    (job,) = part("session").session.queue.listed
    wait(lambda: job.over)
    panel = bpy.context.scene.twok2k
    panel.height, panel.person, panel.detail = 2.5, 3, "medium"
    job._photo = Path(photo("anna.jpg"))
    bpy.ops.twok2k.retry_photos(key=job.key)
    wait(lambda: job.over)
    assert bpy.context.object["2K2K Settings"].startswith("detail medium, height 1.2, person 0,")


@pytest.mark.usefixtures("small_engine")
def test_single_photo_is_shown_in_a_panel_that_has_none(photo: Photo, part: Part) -> None:
    panel = bpy.context.scene.twok2k
    panel.source, panel.person = "IMAGE", 3
    bpy.ops.twok2k.import_photos(**files_of(photo("anna.jpg"), photo("berta.jpg")))
    with pytest.raises(RuntimeError, match="does not exist"):
        bpy.ops.twok2k.import_photos(**files_of("gone.jpg"))
    assert part("preview").choice_of(panel) is None
    bpy.ops.twok2k.import_photos(**files_of(photo("anna.jpg")), person=2)
    assert (panel.source, panel.filepath, panel.person) == ("FILE", photo("anna.jpg"), 2)
    bpy.ops.twok2k.import_photos(**files_of(photo("berta.jpg")))
    assert panel.filepath == photo("anna.jpg"), "it has one"


@pytest.mark.usefixtures("small_engine", "beside")
def test_photo_of_a_row_is_shown_in_the_panel(photo: Photo, part: Part) -> None:
    panel = bpy.context.scene.twok2k
    panel.filepath = photo("anna.jpg")
    bpy.data.images.new("Painted", 8, 8)
    bpy.ops.twok2k.import_photos(**files_of(photo("berta.jpg")), person=2)
    bpy.ops.twok2k.generate(image="Painted")
    file, image = part("session").session.queue.listed
    row = MagicMock()
    part("photo_list")._draw_state(row, file)
    row.operator.assert_any_call("twok2k.use_photo", text="", icon="HIDE_OFF", emboss=False)
    assert (row.operator().filepath, row.operator().person) == (photo("berta.jpg"), 2)
    bpy.ops.ed.undo_push(message="Before")
    assert bpy.ops.twok2k.use_photo("EXEC_DEFAULT", True, **file.shown) == {"FINISHED"}
    assert (panel.source, panel.filepath, panel.person) == ("FILE", photo("berta.jpg"), 2)
    bpy.ops.ed.undo()
    panel = bpy.context.scene.twok2k
    assert (panel.filepath, panel.person) == (photo("anna.jpg"), 1)
    assert bpy.ops.twok2k.use_photo(**image.shown) == {"FINISHED"}
    assert (panel.source, panel.image.name, panel.person) == ("IMAGE", "Painted", 1)


@pytest.mark.usefixtures("small_engine", "beside")
def test_row_of_an_image_shows_that_image_alone(part: Part) -> None:
    painted = bpy.data.images.new("Painted", 8, 8)
    bpy.ops.twok2k.generate(image="Painted")
    (job,) = part("session").session.queue.listed
    painted.name = "Renamed"
    bpy.data.images.new("Painted", 8, 8)
    assert job.shown == {"image": "Renamed", "person": 1}
    bpy.ops.wm.read_homefile(use_empty=True)
    for name in ("Painted", "Renamed"):
        bpy.data.images.new(name, 8, 8)
    row = MagicMock()
    part("photo_list")._draw_state(row, job)
    assert "twok2k.use_photo" not in [call.args[0] for call in row.operator.call_args_list]


def test_photo_that_is_gone_is_not_shown() -> None:
    with pytest.raises(RuntimeError, match=r"gone\.jpg no longer exists"):
        bpy.ops.twok2k.use_photo(filepath="/gone.jpg")
    with pytest.raises(RuntimeError, match="'Painted' is no longer in this file"):
        bpy.ops.twok2k.use_photo(image="Painted")
    assert not bpy.context.scene.twok2k.filepath


def test_pasted_picture_stays_in_the_file(part: Part, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The system's clipboard cannot be had without a window."""

    def paste(_: bpy.types.Context) -> None:
        bpy.data.images.new("Pasted", 8, 8).pixels[0] = 0.5

    monkeypatch.setattr(part("clipboard"), "_paste", paste)
    assert bpy.ops.twok2k.use_photo(image=part("clipboard").image(bpy.context).name) == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    pasted = bpy.context.scene.twok2k.image
    assert (tuple(pasted.size), round(pasted.pixels[0], 1)) == ((8, 8), 0.5)
    assert part("photo").image_file(pasted, tmp_path).read_bytes().startswith(b"\x89PNG")


def test_message_can_be_dismissed(part: Part) -> None:
    session = part("session").session
    with pytest.raises(RuntimeError):
        bpy.ops.twok2k.generate()
    assert session.failed
    assert bpy.ops.twok2k.dismiss() == {"FINISHED"}
    assert (session.message, session.failed) == ("", False)


def test_import_without_files_is_told() -> None:
    with pytest.raises(RuntimeError, match="No photo is chosen"):
        bpy.ops.twok2k.import_photos(directory="/", files=[{"name": ""}])


def test_drop_is_offered_for_pictures_in_3d_views_only(part: Part) -> None:
    handler = part("operators.import_photos").TWOK2K_FH_photos
    assert set(handler.bl_file_extensions.split(";")) == set(part("pictures").SUFFIXES)
    areas = {area.type: area for area in bpy.context.screen.areas}
    with bpy.context.temp_override(area=areas["VIEW_3D"]):
        assert handler.poll_drop(bpy.context)
    with bpy.context.temp_override(area=areas["OUTLINER"]):
        assert not handler.poll_drop(bpy.context)


@pytest.fixture
def image_editor() -> bpy.types.Area:
    area = next(area for area in bpy.context.screen.areas if area.type == "OUTLINER")
    area.type = "IMAGE_EDITOR"
    return area


@pytest.mark.usefixtures("small_engine")
def test_image_editor_generates_from_the_shown_image(image_editor: bpy.types.Area) -> None:
    image_editor.spaces.active.image = bpy.data.images.new("Painted", 8, 8)
    with bpy.context.temp_override(area=image_editor):
        assert bpy.ops.twok2k.generate_from_image() == {"FINISHED"}
    assert bpy.context.object["2K2K Photo"] == "Painted"


def test_wrong_context_is_refused_and_not_failed_in(image_editor: bpy.types.Area) -> None:
    assert not bpy.ops.twok2k.generate_from_image.poll(), "no image editor"
    with bpy.context.temp_override(area=image_editor):
        assert not bpy.ops.twok2k.generate_from_image.poll(), "no image"
    assert not bpy.ops.twok2k.paste_photos.poll(), "no window, no clipboard"


def test_numbers_of_no_job_are_told() -> None:
    with pytest.raises(RuntimeError, match="No finished person"):
        bpy.ops.twok2k.add_person(key=12345)


def test_every_operator_has_a_tooltip() -> None:
    operators = [getattr(bpy.ops.twok2k, name).get_rna_type() for name in dir(bpy.ops.twok2k)]
    assert len(operators) > 10
    assert not [item.identifier for item in operators if not item.description and "add_person" not in item.identifier]
    options = bpy.ops.twok2k.import_photos.get_rna_type().properties
    assert all(options[name].description for name in ("detail", "height", "person"))


@pytest.mark.usefixtures("small_engine")
def test_render_result_is_a_photo(tmp_path: Path, part: Part) -> None:
    scene = bpy.context.scene
    result = render(scene)
    settings = scene.render.image_settings
    settings.file_format = "OPEN_EXR"
    path = part("photo").image_file(result, tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert settings.file_format == "OPEN_EXR"
    assert bpy.ops.twok2k.generate(image="Render Result") == {"FINISHED"}


def render(scene: bpy.types.Scene) -> bpy.types.Image:
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x = scene.render.resolution_y = 16
    bpy.ops.render.render()
    return bpy.data.images["Render Result"]


def test_formats_that_the_engine_does_not_read_are_converted(tmp_path: Path, part: Part) -> None:
    image = bpy.data.images.new("Scan", 8, 8)
    image.file_format, image.filepath_raw = "TARGA", str(tmp_path / "scan.tga")
    image.save()
    loaded = bpy.data.images.load(str(tmp_path / "scan.tga"))
    assert np.asarray(loaded.pixels).size == 256, "Blender has read it"
    folder = tmp_path / "folder"
    folder.mkdir()
    assert part("photo").image_file(loaded, folder).read_bytes().startswith(b"\x89PNG")


def test_clipboard_area_is_put_back(part: Part) -> None:
    before = [area.ui_type for area in bpy.context.screen.areas]
    with pytest.raises(part("jobs").PhotoError, match="no picture on the clipboard"):
        part("clipboard").image(bpy.context)
    assert [area.ui_type for area in bpy.context.screen.areas] == before


class Recorder:
    """A layout and a menu that write down what is put into them."""

    def __init__(self) -> None:
        self.layout, self.operators, self.menus = self, [], []

    def separator(self) -> None:
        pass

    def operator(self, name: str, **_: object) -> None:
        self.operators.append(name)

    def operator_menu_enum(self, name: str, choice: str) -> None:
        operator = getattr(bpy.ops.twok2k, name.removeprefix("twok2k."))
        assert len(operator.get_rna_type().properties[choice].enum_items) > 1
        self.operators.append(name)

    def menu(self, name: str, **_: object) -> None:
        self.menus.append(name)
        getattr(bpy.types, name).draw(self, bpy.context)


def test_menus_lead_to_what_there_is(part: Part) -> None:
    """Also to the tools, so that the menu search finds them."""
    found = Recorder()
    for draw in part("menus").ENTRIES.values():
        draw(found, bpy.context)
    assert found.menus == ["TWOK2K_MT_tools"]
    assert {"twok2k.import_photos", "twok2k.generate_from_image", "twok2k.quad_remesh"} < set(found.operators)
    for name in found.operators:
        assert getattr(bpy.ops.twok2k, name.removeprefix("twok2k.")).get_rna_type().description
