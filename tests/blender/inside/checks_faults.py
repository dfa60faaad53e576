"""What may happen while the engine is at work: Blender ends or dies, files are saved and opened, steps are undone."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest
from result_tools import lives

Part = Callable[[str], ModuleType]
Jobs = Callable[..., list[Any]]

ANOTHER_BLENDER = Path(__file__).with_name("another_blender.py")
SMALL_ENGINE = Path(__file__).resolve().parents[2] / "worker/small_engine.py"
PATIENCE = 60.0

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


def wait(until: Callable[[], Any], tick: Callable[[], Any] = lambda: None) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end
        tick()
        time.sleep(0.02)


def resident_mebibytes(process: int | str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


@pytest.fixture
def another_blender(photo: Callable[[str], str], tmp_path: Path) -> Callable[[str], Any]:
    """Another Blender whose engine is at work: its process, and the numbers of its and its engine's process."""

    def start(name: str, end: str) -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, str(ANOTHER_BLENDER), photo(name), end]
        (tmp_path / "temp").mkdir()
        folders = {"BLENDER_USER_RESOURCES": str(tmp_path / "other"), "TMPDIR": str(tmp_path / "temp")}
        environment = {**os.environ, **folders}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("engine "))
        return process, int(line.split()[1])

    return start


@needs_proc
@pytest.mark.parametrize("name", ["slow.jpg", "endless.jpg"])
def test_killed_blender_leaves_no_engine(another_blender: Callable[..., Any], name: str) -> None:
    blender, engine = another_blender(name, "sleep")
    assert lives(engine)
    blender.send_signal(signal.SIGKILL)
    blender.wait()
    wait(lambda: not lives(engine))


@needs_proc
def test_closed_blender_leaves_no_engine_and_no_file(another_blender: Callable[..., Any]) -> None:
    blender, engine = another_blender("endless.jpg", "quit")
    rest = blender.communicate()[0]
    assert not lives(engine)
    folder = next(line.split()[1] for line in rest.splitlines() if line.startswith("folder "))
    assert not Path(folder).exists()


@pytest.mark.usefixtures("small_engine")
def test_two_blenders_at_work_do_not_meet(
    part: Part, photo: Callable[[str], str], another_blender: Callable[..., Any]
) -> None:
    other, _ = another_blender("anna.jpg", "generate")
    assert bpy.ops.twok2k.generate(filepath=photo("anna.jpg")) == {"FINISHED"}
    assert other.wait(PATIENCE) == 0
    assert bpy.ops.twok2k.generate(filepath=photo("anna.jpg")) == {"FINISHED"}
    assert part("session").log_file().name == f"engine-{os.getpid()}.log"


@pytest.mark.usefixtures("small_engine")
def test_saved_file_holds_the_scene_but_not_the_work(part: Part, photo_jobs: Jobs, tmp_path: Path) -> None:
    background, session = part("background"), part("session").session
    jobs = photo_jobs("anna.jpg", "slow.jpg")
    background.add(jobs)
    wait(lambda: jobs[0].over and jobs[1].state == "working", background.tick)
    file = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    assert jobs[1].state == "working", "saving stops nothing"
    wait(lambda: jobs[1].over, background.tick)
    assert sorted(bpy.data.objects.keys()) == ["anna", "slow"]
    session.queue.remove(*jobs)
    bpy.ops.wm.open_mainfile(filepath=file)
    background.tick()
    assert bpy.data.objects.keys() == ["anna"]
    assert not bpy.context.window_manager.twok2k_rows, "the rows are the queue's, not the file's"
    assert bpy.data.objects["anna"]["2K2K Weights"] == "default"


@pytest.mark.usefixtures("small_engine")
def test_undo_during_the_work(part: Part, photo_jobs: Jobs) -> None:
    background = part("background")
    bpy.ops.ed.undo_push(message="start")
    jobs = photo_jobs("anna.jpg", "slow.jpg")
    background.add(jobs)
    wait(lambda: jobs[0].over, background.tick)
    wait(lambda: jobs[1].state == "working", background.tick)
    bpy.ops.ed.undo()
    assert "anna" not in bpy.data.objects
    wait(lambda: jobs[1].over, background.tick)
    assert [job.state for job in jobs] == ["done", "done"]
    assert bpy.data.objects.keys() == ["slow"]
    assert len(bpy.context.window_manager.twok2k_rows) == 2


@pytest.mark.usefixtures("small_engine")
def test_deleted_scene_and_camera_during_the_work(part: Part, photo_jobs: Jobs) -> None:
    background = part("background")
    bpy.ops.mesh.primitive_cube_add()
    first, second = bpy.context.scene, bpy.data.scenes.new("Other")
    jobs = photo_jobs("slow.jpg")
    background.add(jobs)
    wait(lambda: jobs[0].state == "working", background.tick)
    bpy.ops.object.delete()
    bpy.context.window.scene = second
    bpy.data.scenes.remove(first)
    wait(lambda: jobs[0].over, background.tick)
    assert jobs[0].state == "done"
    assert second.objects.keys() == ["slow"]


@pytest.mark.parametrize("name", ["die.jpg", "crash.jpg", "exit.jpg", "fail.jpg", "user.jpg", "nan.jpg", "index.jpg"])
@pytest.mark.usefixtures("small_engine")
def test_any_failure_leaves_the_scene_alone_and_the_next_run_works(
    part: Part, photo_jobs: Jobs, photo: Callable[[str], str], name: str
) -> None:
    background = part("background")
    bpy.ops.mesh.primitive_cube_add()
    before = {kind: list(getattr(bpy.data, kind).keys()) for kind in ("objects", "meshes", "materials", "images")}
    (job,) = photo_jobs(name)
    background.add([job])
    wait(lambda: job.over, background.tick)
    assert job.state == "failed"
    assert job.error.endswith(".")
    assert "Traceback" not in job.error
    assert {kind: list(getattr(bpy.data, kind).keys()) for kind in before} == before
    assert bpy.context.object.name == "Cube"
    assert bpy.ops.twok2k.generate(filepath=photo("anna.jpg")) == {"FINISHED"}


@needs_proc
@pytest.mark.usefixtures("small_engine")
def test_memory_levels_off_over_many_people(part: Part, photo: Callable[[str], str]) -> None:
    """Thirty people of 160,000 vertices, each of them deleted: one leaked mesh each would be 200 MB in all."""
    session, path = part("session").session, photo("large.jpg")
    sizes = []
    for number in range(30):
        assert bpy.ops.twok2k.generate(filepath=path) == {"FINISHED"}
        person = bpy.context.object
        bpy.data.batch_remove([person.data.materials[0], person.data, person])
        gc.collect()
        if number in (9, 29):
            sizes.append([resident_mebibytes(process) for process in ("self", session._client._process.pid)])
    (blender, engine), (blender_later, engine_later) = sizes
    assert blender_later - blender < 40
    assert engine_later - engine < 40
