"""Key points that the user puts right: from the engine to the file, moved, and back to the engine."""

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest
from result_tools import run_and_undo

pytestmark = pytest.mark.usefixtures("small_engine")

Part = Callable[[str], ModuleType]
Photo = Callable[[str], str]

RIGHT = "The left_wrist is at 12, 34."


@pytest.fixture
def panel(photo: Photo) -> Any:
    """The panel with a photo whose key points are there."""
    panel = bpy.context.scene.twok2k
    panel.filepath, panel.person = photo("anna.jpg"), 1
    assert bpy.ops.twok2k.correct_key_points() == {"FINISHED"}
    return panel


def move() -> None:
    place = {"name": "left_wrist", "location": (12, 34)}
    assert bpy.ops.twok2k.move_key_point("EXEC_DEFAULT", True, **place) == {"FINISHED"}


def test_key_points_come_into_the_file_with_the_upright_photo(panel: Any, part: Part) -> None:
    assert list(panel.key_points.keys()) == ["nose", "left_wrist", "left_elbow"]
    assert tuple(panel.key_points["nose"].location) == (50.5, 20)
    picture = panel.key_picture
    assert (picture.name, tuple(picture.size), bool(picture.packed_file)) == ("anna key points", (100, 200), True)
    assert part("key_points").moved(panel, 1) == {}
    assert bpy.ops.twok2k.correct_key_points() == {"FINISHED"}
    assert len(bpy.data.images) == 1, "they are shown again, not found again"


def test_moved_points_reach_the_engine_and_the_object(panel: Any) -> None:
    move()
    bpy.ops.twok2k.generate()
    person = bpy.context.object
    assert person["2K2K Warnings"] == RIGHT
    assert person["2K2K Key Points"] == '{"left_wrist": [12.0, 34.0]}'
    assert "keypoints" not in person["2K2K Settings"]


def test_reset_puts_all_back(panel: Any, photo: Photo) -> None:
    assert not bpy.ops.twok2k.reset_key_points.poll()
    move()
    anna, panel.filepath = panel.filepath, photo("berta.jpg")
    assert not bpy.ops.twok2k.reset_key_points.poll(), "the points are another photo's"
    panel.filepath = anna
    assert bpy.ops.twok2k.reset_key_points() == {"FINISHED"}
    bpy.ops.twok2k.generate()
    assert "2K2K Key Points" not in bpy.context.object


def test_points_stay_inside_the_photo(panel: Any) -> None:
    bpy.ops.twok2k.move_key_point(name="nose", location=(-5, 1000))
    assert tuple(panel.key_points["nose"].location) == (0, 199)


def test_unknown_point_is_told(panel: Any) -> None:
    with pytest.raises(RuntimeError, match="no key point 'tail'"):
        bpy.ops.twok2k.move_key_point(name="tail", location=(1, 2))


def test_moving_is_one_undo_step(panel: Any) -> None:
    run_and_undo(move)
    assert tuple(bpy.context.scene.twok2k.key_points["left_wrist"].location) == (80, 90)


def test_other_photos_and_people_are_made_without_them(panel: Any, photo: Photo) -> None:
    move()
    bpy.ops.twok2k.generate(filepath=photo("berta.jpg"))
    assert "2K2K Key Points" not in bpy.context.object
    bpy.ops.twok2k.generate(person=2)
    assert "2K2K Key Points" not in bpy.context.object
    panel.filepath = photo("clara.jpg")
    bpy.ops.twok2k.generate()
    assert "2K2K Key Points" not in bpy.context.object


def test_generate_again_remembers_them(panel: Any, photo: Photo) -> None:
    move()
    bpy.ops.twok2k.generate()
    panel.filepath = photo("berta.jpg")
    bpy.ops.twok2k.generate_again(height=1.5)
    assert bpy.context.object["2K2K Warnings"] == RIGHT
    bpy.ops.twok2k.generate_again(person=2)
    assert "2K2K Warnings" not in bpy.context.object


def test_generate_again_takes_the_panels_where_it_shows_the_photo(panel: Any) -> None:
    bpy.ops.twok2k.generate()
    move()
    bpy.ops.twok2k.generate_again()
    assert bpy.context.object["2K2K Warnings"] == RIGHT


def test_retry_with_another_person_leaves_them_out(part: Part, panel: Any, photo: Photo) -> None:
    job = part("photo_job").PhotoJob(
        Path(panel.filepath), {"person": 0}, part("lineup").Lineup(), None, {"left_wrist": [12.0, 34.0]}
    )
    assert job.request()[1]["settings"]["keypoints"] == {"left_wrist": [12.0, 34.0]}
    job.settings = {"person": 1}
    assert "keypoints" not in job.request()[1]["settings"]
    job.clean_up()


def test_preview_depends_on_them(part: Part, panel: Any) -> None:
    before = part("preview").choice_of(panel)
    move()
    after = part("preview").choice_of(panel)
    assert before != after
    assert before.photo == after.photo


def test_they_are_kept_in_the_file(panel: Any, tmp_path: Path, part: Part) -> None:
    move()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    panel = bpy.context.scene.twok2k
    assert part("key_points").moved(panel, 1) == {"left_wrist": [12, 34]}
    assert tuple(panel.key_picture.size) == (100, 200)


def test_they_stay_with_a_photo_that_is_touched_and_moved_with_its_project(panel: Any, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    Path(panel.filepath).rename(tmp_path / "old/anna.jpg")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "old/scene.blend"))
    panel.filepath = "//anna.jpg"
    assert bpy.ops.twok2k.correct_key_points() == {"FINISHED"}
    move()
    bpy.ops.wm.save_mainfile()
    for name in ("anna.jpg", "scene.blend"):
        (tmp_path / "old" / name).rename(tmp_path / "new" / name)
    os.utime(tmp_path / "new/anna.jpg", (1, 1))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "new/scene.blend"))
    assert bpy.ops.twok2k.correct_key_points() == {"FINISHED"}
    bpy.ops.twok2k.generate()
    assert bpy.context.object["2K2K Warnings"] == RIGHT


def test_they_stay_with_an_image_that_gets_another_name(panel: Any) -> None:
    image = bpy.data.images.new("Painted", 8, 8)
    panel.image, panel.source = image, "IMAGE"
    assert bpy.ops.twok2k.correct_key_points() == {"FINISHED"}
    move()
    image.name = "Renamed"
    bpy.ops.twok2k.generate()
    assert bpy.context.object["2K2K Warnings"] == RIGHT
    panel.image = bpy.data.images.new("Painted", 8, 8)
    bpy.ops.twok2k.generate()
    assert "2K2K Key Points" not in bpy.context.object


def test_of_a_changed_photo_they_are_found_anew_unless_one_was_moved(panel: Any) -> None:
    first = panel.key_picture
    move()
    os.utime(panel.filepath, (1, 1))
    assert bpy.ops.twok2k.correct_key_points() == {"FINISHED"}
    assert panel.key_picture == first, "what was moved stays"
    assert bpy.ops.twok2k.reset_key_points() == {"FINISHED"}
    assert bpy.ops.twok2k.correct_key_points() == {"FINISHED"}
    assert panel.key_picture != first


def test_a_script_may_name_their_person_whoever_is_shown(panel: Any) -> None:
    move()
    panel.person = 2
    bpy.ops.twok2k.generate(person=1)
    assert bpy.context.object["2K2K Warnings"] == RIGHT
    bpy.ops.twok2k.generate()
    assert "2K2K Key Points" not in bpy.context.object


def test_failure_leaves_nothing(photo: Photo) -> None:
    panel = bpy.context.scene.twok2k
    panel.filepath = photo("user.jpg")
    with pytest.raises(RuntimeError, match="shows no person"):
        bpy.ops.twok2k.correct_key_points()
    assert not panel.key_points
    assert not bpy.data.images


def test_no_photo_is_told() -> None:
    with pytest.raises(RuntimeError, match="No photo is chosen"):
        bpy.ops.twok2k.correct_key_points()
