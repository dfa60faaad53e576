"""Several photos: the queue as its timer leads it on, the rows of its list, and where the people stand."""

import itertools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import bpy
import pytest

pytestmark = pytest.mark.usefixtures("small_engine")

Part = Callable[[str], ModuleType]
Jobs = Callable[..., list[Any]]


@pytest.fixture
def begin(part: Part, photo_jobs: Jobs) -> Callable[..., list[Any]]:
    """Puts photos in line, as the window does."""

    def add(*names: str) -> list[Any]:
        jobs = photo_jobs(*names)
        part("background").add(jobs)
        return jobs

    return add


Begin = Callable[..., list[Any]]
Wait = Callable[[Callable[[], Any]], None]


def states(jobs: list[Any]) -> list[str]:
    return [job.state for job in jobs]


def rows() -> list[int]:
    return [row.key for row in bpy.context.window_manager.twok2k_rows]


def test_queue_goes_on_after_a_failure_and_ends(part: Part, begin: Begin, wait: Wait) -> None:
    jobs = begin("anna.jpg", "user.jpg", "die.jpg", "berta.jpg")
    assert states(jobs) == ["waiting"] * 4, "adding does not wait for anything"
    wait(lambda: not part("session").session.busy)
    assert states(jobs) == ["done", "failed", "failed", "done"]
    assert jobs[1].error == "The picture shows no person; choose another photo."
    assert "lack of memory" in jobs[2].error
    assert sorted(bpy.data.objects.keys()) == ["anna", "berta"]
    assert part("background").tick() is None, "the timer stops"


def test_people_stand_side_by_side_from_the_cursor_on(begin: Begin, wait: Wait) -> None:
    bpy.context.scene.cursor.location = (1, 2, 3)
    first = begin("anna.jpg", "berta.jpg")
    wait(lambda: first[0].over)
    bpy.context.scene.cursor.location = (9, 9, 9)
    wait(lambda: first[1].over)
    anna, berta = bpy.data.objects["anna"], bpy.data.objects["berta"]
    assert tuple(anna.location) == (1, 2, 3)
    assert berta.location.x - anna.location.x == pytest.approx(0.6 + 0.4)
    assert tuple(berta.location)[1:] == (2, 3)


def test_photos_added_during_the_work_join_the_line(photo: Callable[[str], str], part: Part) -> None:
    assert lineup_of(part) is not lineup_of(part)
    lineup = part("lineup").Lineup()
    job = part("photo_job").PhotoJob(part("photo").photo_file(photo("a.jpg")), {}, lineup)
    part("session").session.add([job])
    assert lineup_of(part) is lineup


def lineup_of(part: Part) -> Any:
    return part("photo_job").lineup_under_way()


def test_engine_works_on_but_results_wait_for_object_mode(begin: Begin, wait: Wait) -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    jobs = begin("anna.jpg", "berta.jpg")
    wait(lambda: states(jobs) == ["ready", "ready"])
    assert bpy.context.mode == "EDIT_MESH"
    assert bpy.data.objects.keys() == ["Cube"]
    bpy.ops.object.mode_set(mode="OBJECT")
    wait(lambda: states(jobs) == ["done", "done"])
    assert len(bpy.data.objects) == 3


def test_each_look_at_the_queue_does_one_step_with_what_is_ready(part: Part, begin: Begin, wait: Wait) -> None:
    """Reading each array of a mesh, checking, adding it to the scene: so Blender's window never waits long."""
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    jobs = begin("anna.jpg", "berta.jpg")
    wait(lambda: states(jobs) == ["ready", "ready"])
    bpy.ops.object.mode_set(mode="OBJECT")
    seen = []
    while part("background").tick() is not None:
        seen.append((*(job.result is not None for job in jobs), len(bpy.data.objects)))
    order = [(False, False, 1), (True, False, 1), (False, False, 2), (False, True, 2)]
    assert [step for step, _ in itertools.groupby(seen)] == order
    assert seen.count(order[0]) >= 5
    assert seen.count(order[2]) >= 5
    assert sorted(bpy.data.objects.keys()) == ["Cube", "anna", "berta"]
    assert [job.result for job in jobs] == [None, None], "their meshes are not kept"


def test_mesh_that_was_read_is_not_kept_when_the_photo_is_stopped(part: Part, begin: Begin, wait: Wait) -> None:
    jobs = begin("anna.jpg")
    wait(lambda: jobs[0].result is not None)
    bpy.ops.twok2k.cancel_all()
    assert (states(jobs), jobs[0].result, len(bpy.data.objects)) == (["cancelled"], None, 0)
    bpy.ops.twok2k.retry_photos(key=jobs[0].key)
    wait(lambda: jobs[0].over)
    assert (states(jobs), len(bpy.data.objects)) == (["done"], 1)


def test_cancel_stops_one_and_cancel_all_stops_all(begin: Begin, wait: Wait) -> None:
    jobs = begin("slow.jpg", "anna.jpg", "slow.jpg", "berta.jpg")
    wait(lambda: jobs[0].state == "working")
    assert bpy.ops.twok2k.cancel() == {"FINISHED"}
    wait(lambda: jobs[1].over and jobs[2].state == "working")
    assert states(jobs) == ["cancelled", "done", "working", "waiting"]
    assert bpy.ops.twok2k.cancel_all() == {"FINISHED"}
    wait(lambda: jobs[2].over)
    assert states(jobs)[2:] == ["cancelled", "cancelled"]
    assert bpy.data.objects.keys() == ["anna"]
    assert not bpy.ops.twok2k.cancel.poll()
    assert not bpy.ops.twok2k.cancel_all.poll()


def test_engine_that_does_not_heed_a_cancel_is_ended(
    part: Part, begin: Begin, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part("session"), "CANCEL_SECONDS", 0.2)
    jobs = begin("endless.jpg", "anna.jpg")
    wait(lambda: jobs[0].state == "working")
    bpy.ops.twok2k.remove_photo(key=jobs[0].key)
    assert rows() == [jobs[1].key]
    wait(lambda: jobs[1].over)
    assert states(jobs) == ["cancelled", "done"]


def test_retry_takes_the_settings_shown_now(begin: Begin, wait: Wait) -> None:
    jobs = begin("user.jpg", "anna.jpg")
    wait(lambda: jobs[1].over)
    bpy.context.scene.twok2k.height = 1.5
    jobs[0]._photo = jobs[1]._photo
    assert bpy.ops.twok2k.retry_photos(key=jobs[0].key) == {"FINISHED"}
    assert rows() == [jobs[1].key, jobs[0].key]
    wait(lambda: jobs[0].over)
    assert jobs[0].state == "done"
    assert bpy.context.object.dimensions.z == pytest.approx(1.5)
    assert bpy.context.object.location.x > 0.6, "it joins the line it belongs to"
    assert not bpy.ops.twok2k.retry_photos.poll()


def test_rows_are_removed_and_cleared(begin: Begin, wait: Wait) -> None:
    jobs = begin("anna.jpg", "user.jpg", "slow.jpg", "berta.jpg")
    wait(lambda: jobs[0].over and jobs[2].state == "working")
    assert rows() == [job.key for job in jobs]
    bpy.ops.twok2k.remove_photo(key=jobs[3].key)
    bpy.ops.twok2k.clear_finished()
    assert rows() == [jobs[2].key]
    bpy.ops.twok2k.remove_photo(key=jobs[2].key)
    bpy.ops.twok2k.remove_photo(key=12345)
    assert rows() == []
    wait(lambda: jobs[2].over)
    assert not bpy.ops.twok2k.clear_finished.poll()


def test_another_file_stops_the_work_and_keeps_the_rows(begin: Begin, wait: Wait) -> None:
    jobs = begin("berta.jpg", "slow.jpg", "anna.jpg")
    wait(lambda: jobs[0].over and jobs[1].state == "working")
    bpy.ops.wm.read_homefile(use_empty=True)
    wait(lambda: jobs[1].over)
    assert states(jobs) == ["done", "cancelled", "cancelled"]
    assert rows() == [job.key for job in jobs]
    assert not bpy.data.objects
    bpy.context.scene.cursor.location = (5, 0, 0)
    bpy.ops.twok2k.retry_photos(key=jobs[2].key)
    wait(lambda: jobs[2].over)
    assert bpy.data.objects["anna"].location.x == 5


def test_deleted_objects_and_scenes_do_not_matter(begin: Begin, wait: Wait) -> None:
    jobs = begin("anna.jpg", "berta.jpg")
    wait(lambda: jobs[0].over)
    bpy.data.batch_remove([bpy.data.objects["anna"]])
    bpy.context.scene.name = "Another"
    wait(lambda: jobs[1].over)
    assert bpy.data.objects.keys() == ["berta"]


def test_broken_result_of_blender_itself_is_only_that_photos_failure(
    part: Part, begin: Begin, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = begin("anna.jpg", "berta.jpg")

    def fail(context: bpy.types.Context, data: Any) -> None:
        raise ZeroDivisionError("nothing to divide by")

    monkeypatch.setattr(jobs[0], "add_to_scene", fail)
    wait(lambda: jobs[1].over)
    assert states(jobs) == ["failed", "done"]
    assert "nothing to divide by" in jobs[0].error


@pytest.mark.parametrize(
    ("module", "step"), [("scene", "make_material"), ("material", "_add_normal_map"), ("scene", "select_only")]
)
def test_person_that_cannot_be_made_leaves_one_sentence_and_nothing_else(
    part: Part, begin: Begin, wait: Wait, monkeypatch: pytest.MonkeyPatch, module: str, step: str
) -> None:
    bpy.context.scene.twok2k.texture, bpy.context.scene.twok2k.detail = "2K", "low"

    def fail(*_: Any) -> None:
        raise ZeroDivisionError("nothing to\ndivide by")

    with monkeypatch.context() as patch:
        patch.setattr(part(module), step, fail)
        (job,) = begin("anna.jpg")
        wait(lambda: job.over)
    assert job.state == "failed"
    assert job.error == (
        "Blender cannot go on with anna.jpg (ZeroDivisionError: nothing to divide by); "
        "click Copy Report and paste it where you ask for help."
    )
    assert [len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "images")] == [0, 0, 0, 0]
    report = part("operators.copy_report").failure_report()
    assert "Traceback (most recent call last):" in report
    assert ", in add_person" in report
    bpy.ops.twok2k.retry_photos(key=job.key)
    wait(lambda: job.over)
    assert bpy.data.objects.keys() == ["anna"]


def test_script_is_served_after_what_is_in_line(photo: Callable[[str], str], begin: Begin, wait: Wait) -> None:
    jobs = begin("anna.jpg", "berta.jpg")
    assert bpy.ops.twok2k.generate(filepath=photo("clara.jpg")) == {"FINISHED"}
    assert states(jobs) == ["done", "done"]
    assert sorted(bpy.data.objects.keys()) == ["anna", "berta", "clara"]
    assert rows() == [job.key for job in jobs], "a script's photo is not listed"


def test_person_comes_into_the_scene_it_was_asked_for_in(begin: Begin, wait: Wait) -> None:
    """Without a window system there is one window, which shows another scene; a second window cannot be had."""
    mine, other = bpy.context.scene, bpy.data.scenes.new("Other")
    mine.cursor.location, other.cursor.location = (1, 2, 3), (7, 8, 9)
    jobs = begin("late-slow.jpg")
    mine.name = "Renamed"
    bpy.context.window.scene = other
    bpy.ops.mesh.primitive_cube_add()
    wait(lambda: jobs[0].over)
    (person,) = mine.objects
    assert (person.name, tuple(person.location)) == ("late-slow", (1, 2, 3))
    assert mine.view_layers[0].objects.active == person
    assert other.objects.keys() == ["Cube"]
    assert bpy.context.object.name == "Cube", "what is selected in the window stays"


def test_each_scene_gets_its_own_people(begin: Begin, wait: Wait, photo: Callable[[str], str]) -> None:
    mine, other = bpy.context.scene, bpy.data.scenes.new("Other")
    jobs = begin("slow.jpg")
    bpy.context.window.scene = other
    assert bpy.ops.twok2k.generate(filepath=photo("anna.jpg")) == {"FINISHED"}
    assert jobs[0].over, "a script is served after what is in line"
    assert (mine.objects.keys(), other.objects.keys()) == (["slow"], ["anna"])


def test_person_waits_until_its_scene_is_in_object_mode(begin: Begin, wait: Wait) -> None:
    mine, other = bpy.context.scene, bpy.data.scenes.new("Other")
    bpy.ops.mesh.primitive_cube_add()
    jobs = begin("anna.jpg")
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.window.scene = other
    wait(lambda: jobs[0].state == "ready")
    assert mine.objects.keys() == ["Cube"]
    bpy.context.window.scene = mine
    bpy.ops.object.mode_set(mode="OBJECT")
    wait(lambda: jobs[0].over)
    assert sorted(mine.objects.keys()) == ["Cube", "anna"]
