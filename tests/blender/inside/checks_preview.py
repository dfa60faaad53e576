"""What is found in the panel's photo, the choice among several people, masks, and the ESC key."""

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest
from result_tools import run_and_undo

pytestmark = pytest.mark.usefixtures("small_engine")

Part = Callable[[str], ModuleType]
Photo = Callable[[str], str]


@pytest.fixture
def found(part: Part) -> Any:
    part("preview").found.forget()
    return part("preview").found


@pytest.fixture
def panel(photo: Photo) -> Callable[..., Any]:
    """The panel with a photo."""

    def choose(name: str, person: int = 1) -> Any:
        panel = bpy.context.scene.twok2k
        panel.filepath, panel.person = photo(name), person
        return panel

    return choose


Panel = Callable[..., Any]
Wait = Callable[[Callable[[], Any]], None]


def test_picture_is_shown_right_side_up(found: Any, panel: Panel) -> None:
    panel("anna.jpg")
    assert bpy.ops.twok2k.find_people() == {"FINISHED"}
    icon = found.pictures["overlay"]
    pixels = np.empty(4 * 10 * 20, np.float32)
    icon.image_pixels_float.foreach_get(pixels)
    assert tuple(icon.image_size) == (10, 20)
    assert np.allclose(pixels.reshape(20, 10, 4)[19, 0], [1, 0, 0, 1], atol=0.01)  # Blender's rows begin at the bottom
    assert np.allclose(pixels.reshape(20, 10, 4)[0, 0], [0, 0, 0, 1], atol=0.01)


def test_person_is_limited_to_those_found(part: Part, found: Any, panel: Panel) -> None:
    settings = panel("two.jpg", person=7)
    bpy.ops.twok2k.find_people()
    assert (found.people, settings.person) == (2, 2)
    assert found.choice == part("preview").choice_of(settings), "what is shown is what is chosen"
    bpy.ops.twok2k.choose_person(person=1)
    assert settings.person == 1
    assert found.is_of(part("preview").choice_of(settings)), "the picture stays until the next one is there"
    assert found.choice != part("preview").choice_of(settings)


def test_failure_is_a_sentence_in_the_panel_alone(part: Part, found: Any, panel: Panel, wait: Wait) -> None:
    session = part("session").session
    session.say("Something else.")
    part("preview").begin(panel("user.jpg"))
    wait(lambda: not session.busy)
    assert found.error == "The picture shows no person; choose another photo."
    assert session.message == "Something else."
    assert not bpy.context.window_manager.twok2k_rows
    part("preview").begin(bpy.context.scene.twok2k)
    assert not session.busy, "the same question is not asked twice"


def test_work_that_was_asked_for_goes_first(
    part: Part, found: Any, panel: Panel, photo_jobs: Callable[..., list[Any]], wait: Wait
) -> None:
    session = part("session").session
    part("preview").begin(panel("slow.jpg"))
    preview = session.queue.jobs[0]
    wait(lambda: preview.task is not None and preview.task.stage)
    assert session.working is None, "nothing shows a preview at work"
    assert not bpy.ops.twok2k.cancel.poll()
    jobs = photo_jobs("anna.jpg", "slow.jpg")
    part("background").add(jobs)
    wait(lambda: jobs[0].over)
    assert preview.state == "cancelled"
    part("preview").begin(panel("clara.jpg"))
    wait(lambda: jobs[1].fraction > 0)
    assert session.queue.jobs[-1].state == "waiting"
    assert bpy.ops.twok2k.cancel() == {"FINISHED"}
    wait(lambda: not session.busy)
    assert found.people == 1


def test_later_choice_replaces_an_earlier_one(part: Part, found: Any, panel: Panel, wait: Wait) -> None:
    session = part("session").session
    part("preview").begin(panel("slow.jpg"))
    wait(lambda: session.queue.first("working"))
    part("preview").begin(panel("two.jpg"))
    wait(lambda: not session.busy)
    assert found.people == 2


def test_another_file_shows_and_asks_nothing(part: Part, found: Any, panel: Panel, wait: Wait) -> None:
    session = part("session").session
    panel("anna.jpg")
    bpy.ops.twok2k.find_people()
    part("preview").begin(panel("slow.jpg"))
    wait(lambda: session.queue.first("working"))
    bpy.ops.wm.read_homefile(use_empty=True)
    wait(lambda: not session.busy)
    assert (found.choice, found.icon, found.people) == (None, 0, 0)
    assert not part("preview").looking()


@pytest.fixture
def at_once(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is asked whenever it would be in a window, without the delay."""
    monkeypatch.setattr(part("preview"), "ask", lambda panel, _: part("preview").begin(panel))


@pytest.mark.usefixtures("at_once")
def test_undo_and_redo_show_what_is_chosen_then(part: Part, found: Any, panel: Panel, wait: Wait) -> None:
    session = part("session").session
    panel("two.jpg")
    bpy.ops.twok2k.find_people()
    bpy.ops.ed.undo_push(message="Before")
    bpy.ops.twok2k.choose_person("EXEC_DEFAULT", True, person=2)
    bpy.ops.twok2k.find_people()
    assert found.choice.person == 2
    for step, person in ((bpy.ops.ed.undo, 1), (bpy.ops.ed.redo, 2)):
        step()
        wait(lambda: not session.busy)
        assert found.choice.person == bpy.context.scene.twok2k.person == person


@pytest.mark.usefixtures("at_once")
def test_undo_of_a_moved_key_point_shows_it_where_it_was(part: Part, found: Any, panel: Panel, wait: Wait) -> None:
    panel("anna.jpg")
    bpy.ops.twok2k.correct_key_points()
    bpy.ops.ed.undo_push(message="Before")
    bpy.ops.twok2k.move_key_point("EXEC_DEFAULT", True, name="nose", location=(12, 34))
    bpy.ops.twok2k.find_people()
    assert found.choice.points
    bpy.ops.ed.undo()
    wait(lambda: not part("session").session.busy)
    assert found.choice.points == ()


def test_undo_asks_nothing_where_nothing_is_shown(
    part: Part, found: Any, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel("anna.jpg")
    asked: list[Any] = []
    monkeypatch.setattr(part("preview"), "ask", lambda panel, _: asked.append(panel))
    run_and_undo(lambda: bpy.ops.mesh.primitive_cube_add("EXEC_DEFAULT", True))
    assert not asked, "an opened file does not start the engine"


def test_no_photo_is_told() -> None:
    for operator in (bpy.ops.twok2k.find_people, bpy.ops.twok2k.paint_mask):
        with pytest.raises(RuntimeError, match="No photo is chosen"):
            operator()


def test_masks_of_images_and_files_reach_the_engine(part: Part, panel: Panel, found: Any, tmp_path: Path) -> None:
    settings = panel("anna.jpg")
    settings.mask = bpy.data.images.new("Mask", 4, 4)
    bpy.ops.twok2k.find_people()
    assert found.facts["warnings"] == ["The mask is mask.png."]
    job = part("photo_job").PhotoJob(Path(settings.filepath), {}, part("lineup").Lineup(), tmp_path / "mask.png")
    with pytest.raises(part("jobs").PhotoError, match=r"mask .*mask.png does not exist"):
        job.request()
    (tmp_path / "mask.png").write_bytes(b"picture")
    assert job.request()[1]["settings"]["mask"] == str(tmp_path / "mask.png")
    job.clean_up()


def test_panels_mask_is_for_the_panels_photo_alone(panel: Panel, photo: Photo, part: Part) -> None:
    panel("anna.jpg").mask = bpy.data.images.new("Mask", 4, 4)
    chosen = part("operators.generate").TWOK2K_OT_generate._chosen_mask

    class Options:
        filepath = image = mask = ""
        given = dict

    assert chosen(Options, bpy.context.scene.twok2k) == bpy.data.images["Mask"]
    Options.filepath = photo("berta.jpg")
    assert chosen(Options, bpy.context.scene.twok2k) is None
    Options.mask = "//mask.png"
    assert isinstance(chosen(Options, bpy.context.scene.twok2k), Path)


def test_mask_to_paint_on_becomes_an_image_of_the_file(part: Part, panel: Panel, tmp_path: Path) -> None:
    settings = panel("anna.jpg")
    assert bpy.ops.twok2k.paint_mask() == {"FINISHED"}
    mask = settings.mask
    assert (mask.name, tuple(mask.size), bool(mask.packed_file)) == ("anna mask", (200, 300), True)
    assert mask.pixels[0] == 1
    assert mask.pixels[4 * 200 * 250] == 0, "the upper third is dark"
    assert bpy.ops.twok2k.paint_mask() == {"FINISHED"}
    assert settings.mask == mask
    assert len(bpy.data.images) == 1
    mask.pixels[0] = 0.5
    assert part("photo").image_file(mask, tmp_path).read_bytes()[:4] == b"\x89PNG", "painted masks are handed on"


def test_mask_of_one_photo_is_not_used_for_another(part: Part, panel: Panel, photo: Photo, found: Any) -> None:
    settings = panel("anna.jpg")
    settings.mask = bpy.data.images.new("Mask", 4, 4)
    assert not part("preview").has_mask_of_another(settings)
    panel("berta.jpg")
    assert part("preview").has_mask_of_another(settings), "the panel says so"
    bpy.ops.twok2k.find_people()
    assert found.facts["warnings"] == []
    bpy.ops.twok2k.generate()
    assert "2K2K Warnings" not in bpy.context.object
    settings.mask = settings.mask
    bpy.ops.twok2k.generate()
    assert bpy.context.object["2K2K Warnings"] == "The mask is mask.png.", "it has been chosen again"
    panel("anna.jpg")
    assert part("preview").has_mask_of_another(settings)
    settings.mask = None
    assert not part("preview").has_mask_of_another(settings)


def test_mask_chosen_before_any_photo_is_that_of_the_first(part: Part, panel: Panel) -> None:
    bpy.context.scene.twok2k.mask = bpy.data.images.new("Mask", 4, 4)
    settings = panel("anna.jpg")
    assert part("preview").choice_of(settings).mask == "Mask"
    panel("berta.jpg")
    assert part("preview").choice_of(settings).mask == ""


def save_and_open(path: Path) -> Any:
    """The panel as it is saved with the file."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return bpy.context.scene.twok2k


def test_mask_stays_with_a_photo_that_is_touched_and_moved_with_its_project(
    part: Part, panel: Panel, photo: Photo, tmp_path: Path
) -> None:
    settings = panel("anna.jpg")
    settings.mask = bpy.data.images.new("Mask", 4, 4)
    settings.mask.use_fake_user = True
    os.utime(photo("anna.jpg"), (1, 1))
    assert part("preview").choice_of(settings).mask == "Mask"
    settings = save_and_open(tmp_path / "scene.blend")
    settings.filepath = "//anna.jpg"
    assert part("preview").choice_of(settings).mask == "Mask", "it is the same file"
    settings.mask = settings.mask
    bpy.ops.wm.save_mainfile()
    (tmp_path / "moved").mkdir()
    for name in ("anna.jpg", "scene.blend"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "moved" / "scene.blend"))
    assert part("preview").choice_of(bpy.context.scene.twok2k).mask == "Mask"


def test_mask_stays_with_an_image_that_gets_another_name(part: Part) -> None:
    settings = bpy.context.scene.twok2k
    painted, other = bpy.data.images.new("Painted", 8, 8), bpy.data.images.new("Other", 8, 8)
    settings.source, settings.image = "IMAGE", painted
    settings.mask = bpy.data.images.new("Mask", 8, 8)
    painted.name, other.name = "Renamed", "Painted"
    assert part("preview").choice_of(settings).mask == "Mask"
    settings.image = other
    assert part("preview").choice_of(settings).mask == ""


def test_mask_of_a_file_that_does_not_tell_its_photo_is_of_the_one_shown(
    part: Part, panel: Panel, photo: Photo, tmp_path: Path
) -> None:
    settings = panel("anna.jpg")
    settings.mask = bpy.data.images.new("Mask", 4, 4)
    settings.mask_subject.photo, settings.mask_subject.person = "", 0
    assert part("preview").choice_of(settings).mask == "Mask"
    settings = save_and_open(tmp_path / "scene.blend")
    assert part("preview").choice_of(settings).mask == "Mask"
    panel("berta.jpg")
    assert part("preview").has_mask_of_another(settings)


def test_mask_is_of_one_person(part: Part, panel: Panel, found: Any) -> None:
    settings = panel("two.jpg")
    bpy.ops.twok2k.paint_mask()
    bpy.ops.twok2k.choose_person(person=2)
    assert part("preview").has_mask_of_another(settings), "the panel says so"
    bpy.ops.twok2k.generate()
    assert "2K2K Warnings" not in bpy.context.object
    bpy.ops.twok2k.generate(person=1)
    assert bpy.context.object["2K2K Warnings"] == "The mask is mask.png."
    settings.mask = settings.mask
    bpy.ops.twok2k.generate(person=1)
    assert "2K2K Warnings" not in bpy.context.object, "it is now the other person's"
    bpy.ops.twok2k.generate()
    assert bpy.context.object["2K2K Warnings"] == "The mask is mask.png."


def test_mask_is_of_the_person_who_is_left_of_too_many(part: Part, panel: Panel, found: Any) -> None:
    settings = panel("two.jpg", person=7)
    settings.mask = bpy.data.images.new("Mask", 4, 4)
    bpy.ops.twok2k.find_people()
    assert (settings.person, part("preview").choice_of(settings).mask) == (2, "Mask")


def test_mask_chosen_before_any_photo_is_that_of_the_person_shown(part: Part, photo: Photo) -> None:
    settings = bpy.context.scene.twok2k
    settings.person, settings.mask = 3, bpy.data.images.new("Mask", 4, 4)
    bpy.ops.twok2k.use_photo(filepath=photo("two.jpg"), person=2)
    assert part("preview").choice_of(settings).mask == "Mask"


def test_each_photo_gets_a_mask_of_its_own_to_paint_on(panel: Panel) -> None:
    settings = panel("anna.jpg")
    bpy.ops.twok2k.paint_mask()
    panel("berta.jpg")
    bpy.ops.twok2k.paint_mask()
    assert settings.mask.name == "berta mask"
    assert bpy.data.images["anna mask"].use_fake_user, "it stays, for Generate Again"


def test_mask_that_comes_after_another_photo_was_chosen_is_left_out(part: Part, panel: Panel, wait: Wait) -> None:
    job = part("mask_job").MaskJob(panel("anna.jpg"))
    part("background").add([job])
    settings = panel("berta.jpg")
    wait(lambda: job.over)
    assert (job.state, settings.mask, len(bpy.data.images)) == ("done", None, 0)


def test_mask_is_kept_in_the_file(panel: Panel, tmp_path: Path) -> None:
    panel("anna.jpg")
    bpy.ops.twok2k.paint_mask()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    mask = bpy.context.scene.twok2k.mask
    assert (mask.name, tuple(mask.size), mask.pixels[0]) == ("anna mask", (200, 300), 1)


def test_mask_that_fails_leaves_nothing(panel: Panel) -> None:
    settings = panel("user.jpg")
    with pytest.raises(RuntimeError, match="shows no person"):
        bpy.ops.twok2k.paint_mask()
    assert settings.mask is None
    assert not bpy.data.images


def test_image_that_cannot_be_shown_leaves_one_sentence_and_nothing_else(
    part: Part, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("nothing to divide by")

    settings = panel("anna.jpg")
    for module, operator in (("mask_job", "paint_mask"), ("key_points_job", "correct_key_points")):
        monkeypatch.setattr(part(module), "show_image", fail)
        with pytest.raises(RuntimeError, match=r"\(ZeroDivisionError: nothing to divide by\); click Copy") as raised:
            getattr(bpy.ops.twok2k, operator)()
        assert "Traceback" not in str(raised.value)
        assert not bpy.data.images
        assert settings.mask is None


def test_damaged_picture_is_told(part: Part, tmp_path: Path) -> None:
    for damage in (np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        np.save(tmp_path / "picture.npy", damage)
        with pytest.raises(part("mesh_data").MeshFileError, match="damaged"):
            part("mesh_data").read_picture(tmp_path / "picture.npy")


def esc_items() -> list[bpy.types.KeyMapItem]:
    keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps
    return [item for keymap in keymaps for item in keymap.keymap_items if item.idname == "twok2k.cancel"]


def test_esc_cancels_over_3d_views_while_the_extension_is_enabled(part: Part) -> None:
    (item,) = esc_items()
    assert (item.type, item.value, item.any, item.shift) == ("ESC", "PRESS", False, False)
    part("shortcuts").unregister()
    assert not esc_items()
    part("shortcuts").register()
    assert len(esc_items()) == 1
    assert not bpy.ops.twok2k.cancel.poll(), "ESC has its usual meaning while the engine is idle"
