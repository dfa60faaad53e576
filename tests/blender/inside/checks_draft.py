"""The coarse mesh of a person under way: where it is shown, and that nothing of it stays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from result_tools import run_and_undo

FROM_FRONT, FROM_BEHIND = Matrix.Rotation(-np.pi / 2, 3, "X"), Matrix(((-1, 0, 0), (0, 0, 1), (0, 1, 0)))
"""How views from there are turned."""

pytestmark = pytest.mark.usefixtures("small_engine")

Part = Callable[[str], ModuleType]
Jobs = Callable[..., list[Any]]
Wait = Callable[[Callable[[], Any]], None]


@pytest.fixture
def drafted(part: Part, photo_jobs: Jobs, wait: Wait) -> Callable[..., Any]:
    """A job whose draft is shown; the photo's name says what comes of it."""

    def begin(name: str) -> Any:
        (job,) = photo_jobs(name)
        part("background").add([job])
        wait(lambda: job.draft is not None)
        assert job.state == "working"
        return job

    return begin


Drafted = Callable[..., Any]


def data_counts() -> dict[str, int]:
    kinds = ("objects", "meshes", "materials", "images", "collections")
    return {kind: len(getattr(bpy.data, kind)) for kind in kinds}


def shown(part: Part) -> list[Any]:
    return list(part("draft_view").drafts())


def test_person_comes_where_the_draft_is_shown(part: Part, drafted: Drafted, wait: Wait) -> None:
    bpy.context.scene.cursor.location = (1, 2, 3)
    before = data_counts()
    job = drafted("late-slow.jpg")
    assert shown(part) == [job]
    assert data_counts() == before, "a draft is no part of the scene"
    place = job.location(bpy.context, job.draft)
    bpy.context.scene.cursor.location = (9, 9, 9)
    wait(lambda: job.over)
    assert tuple(bpy.context.object.location) == place == (1, 2, 3)
    assert (shown(part), job.draft) == ([], None)


def test_person_with_a_draft_is_one_undo_step(part: Part, drafted: Drafted, wait: Wait) -> None:
    bpy.ops.mesh.primitive_cube_add()

    def work() -> None:
        job = drafted("late-slow.jpg")
        wait(lambda: job.over)
        assert len(bpy.data.objects) == 2

    run_and_undo(work)
    assert bpy.data.objects.keys() == ["Cube"]


@pytest.mark.parametrize("name", ["late-die", "late-crash", "late-exit", "late-fail", "late-user", "late-index"])
def test_failure_after_the_draft_leaves_nothing(part: Part, drafted: Drafted, wait: Wait, name: str) -> None:
    before = data_counts()
    job = drafted(f"{name}.jpg")
    wait(lambda: job.over)
    assert job.state == "failed"
    assert (shown(part), job.draft, data_counts()) == ([], None, before)
    assert job.lineup.origin is None, "the next person may stand there"


@pytest.mark.parametrize("way", ["cancel", "cancel_all", "remove_photo", "load"])
def test_draft_is_gone_at_once_when_the_work_is_stopped(
    part: Part, drafted: Drafted, wait: Wait, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(part("session"), "CANCEL_SECONDS", 0.2)
    job = drafted("late-endless.jpg")
    if way == "load":
        bpy.ops.wm.read_homefile(use_empty=True)
    else:
        getattr(bpy.ops.twok2k, way)(**({"key": job.key} if way == "remove_photo" else {}))
    assert (shown(part), job.draft) == ([], None)
    wait(lambda: job.over)
    assert job.state == "cancelled"
    assert not bpy.data.objects


def test_draft_that_comes_after_a_cancel_is_not_shown(part: Part, photo_jobs: Jobs, wait: Wait) -> None:
    session = part("session").session
    (job,) = photo_jobs("slow.jpg")
    part("background").add([job])
    wait(lambda: job.task is not None and job.task.stage)
    session.cancel()
    job.task.drafted = True
    part("background").tick()
    assert job.draft is None
    wait(lambda: job.over)


def test_saved_file_holds_nothing_of_the_draft(drafted: Drafted, wait: Wait, tmp_path: Path) -> None:
    job = drafted("late-slow.jpg")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert job.draft is not None
    wait(lambda: job.over)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert not bpy.data.objects
    assert not bpy.data.meshes


def test_undo_and_deleted_scene_under_a_draft(part: Part, drafted: Drafted, wait: Wait) -> None:
    bpy.ops.ed.undo_push(message="start")
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.ed.undo_push(message="cube")
    job = drafted("late-slow.jpg")
    bpy.ops.ed.undo()
    assert shown(part) == [job]
    assert not bpy.data.objects
    first, second = bpy.context.scene, bpy.data.scenes.new("Other")
    bpy.context.window.scene = second
    bpy.data.scenes.remove(first)
    assert shown(part) == [job], "it is shown where the person will come"
    wait(lambda: job.over)
    assert len(second.objects) == 1


def test_draft_is_shown_in_other_modes_until_the_person_can_come(part: Part, drafted: Drafted, wait: Wait) -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    job = drafted("late-slow.jpg")
    wait(lambda: job.state == "ready")
    assert shown(part) == [job]
    assert bpy.ops.twok2k.cancel_all() == {"FINISHED"}
    assert (job.state, shown(part)) == ("cancelled", [])


def test_damaged_draft_is_not_shown_and_harms_nothing(part: Part, photo_jobs: Jobs, wait: Wait) -> None:
    (job,) = photo_jobs("late-blur.jpg")
    part("background").add([job])
    wait(lambda: job.over)
    assert (job.state, job.draft) == ("done", None)


def test_scripts_and_generate_again_have_no_draft(
    part: Part, photo: Callable[[str], str], photo_jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = photo_jobs("anna.jpg")
    assert job.request()[1]["draft"]
    seen: list[str] = []
    client, submit = part("worker_client").WorkerClient, part("worker_client").WorkerClient.submit
    monkeypatch.setattr(client, "submit", lambda self, kind, **f: seen.append(f["draft"]) or submit(self, kind, **f))
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    assert seen == [""]
    again = part("again_job").AgainJob(Path(photo("anna.jpg")), {}, bpy.context.object)
    assert again.request()[1]["draft"] == ""
    job.clean_up()
    again.clean_up()


def test_shading_is_lighter_towards_the_light(part: Part) -> None:
    data, view = part("mesh_data"), part("draft_view")
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], np.int32)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    no_edges = np.empty((0, 2), np.int32), np.empty((0, 3), np.int32)
    box = data.MeshData(corners, faces, *no_edges, np.full((8, 4), 0.5, np.float32))
    shades = view.shaded(box, FROM_FRONT)
    assert shades.shape == (8, 4)
    assert shades[:, :3].max() <= 1
    assert shades[1, 0] > shades[6, 0], "front, left and above; behind, right and below"


@pytest.fixture
def one_lamp() -> Iterator[Any]:
    """The only lamp of the Solid view: it shines from the viewer, and 0.1 comes from everywhere."""
    system = bpy.context.preferences.system
    lamps, ambient = list(system.solid_lights), system.light_ambient[:]
    before = [(lamp.use, lamp.direction[:], lamp.diffuse_color[:], lamp.smooth) for lamp in lamps]
    system.light_ambient = (0.1, 0.1, 0.1)
    for lamp in lamps:
        lamp.use = lamp == lamps[1]
    lamps[1].direction, lamps[1].diffuse_color, lamps[1].smooth = (0, 0, 1), (0.5, 0.5, 0.25), 0
    yield lamps[1]
    system.light_ambient = ambient
    for lamp, values in zip(lamps, before, strict=True):
        lamp.use, lamp.direction, lamp.diffuse_color, lamp.smooth = values


def test_light_is_that_of_the_solid_view(part: Part, one_lamp: Any) -> None:
    light = part("studio_light").studio_light
    normals = np.array([[0, 0, 1], [0.8, 0, 0.6], [1, 0, 0], [0, 0, -1]], np.float32)
    assert light(normals) == pytest.approx(np.outer([0.5, 0.3, 0, 0], [1, 1, 0.5]) + 0.1, abs=1e-6)
    one_lamp.smooth = 0.5
    assert light(normals)[:, 0] == pytest.approx(np.array([1.5, 1.1, 0.5, 0]) / 2.25 * 0.5 + 0.1, abs=1e-6)


@pytest.fixture
def wall(part: Part) -> Any:
    """A half grey draft that faces the front."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    no_edges = np.empty((0, 2), np.int32), np.empty((0, 3), np.int32)
    return part("mesh_data").MeshData(corners, faces, *no_edges, np.full((4, 4), 0.5, np.float32))


@pytest.mark.usefixtures("one_lamp")
def test_lamps_turn_with_the_view(part: Part, wall: Any) -> None:
    shaded = part("draft_view").shaded
    assert shaded(wall, FROM_FRONT)[0] == pytest.approx([0.5838, 0.5838, 0.4553, 1], abs=1e-4), "0.3, 0.3, 0.175"
    assert shaded(wall, FROM_BEHIND)[0] == pytest.approx([0.2478, 0.2478, 0.2478, 1], abs=1e-4), "0.05"


def test_draft_is_shaded_anew_when_the_view_is_turned(part: Part, wall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    view = part("draft_view")
    monkeypatch.setattr(view, "gpu", MagicMock())
    monkeypatch.setattr(view, "batch_for_shader", lambda _shader, _kind, content, indices: content)
    first = view._batch_of(wall, FROM_FRONT)
    monkeypatch.setattr(view, "_batches", [(wall, FROM_FRONT, first)])
    assert view._batch_of(wall, FROM_FRONT.copy()) is first
    assert (view._batch_of(wall, FROM_BEHIND)["color"] != first["color"]).any()
