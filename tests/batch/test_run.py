"""A run does what is not done yet, whatever ended the run before it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import small_task
from filelock import FileLock
from small_task import Photos, SmallTask

from engine.batch.inputs import find_pictures
from engine.batch.record import FILE
from engine.batch.run import LOCK, Batch
from engine.batch.task import Job, Outcome
from engine.errors import UserError


class Here:
    """Runs jobs in this process and remembers them; `interrupt` ends a run before that many."""

    def __init__(self, interrupt: int | None = None) -> None:
        self.done: list[str] = []
        self.interrupt = interrupt

    def __call__(self, jobs: Sequence[Job]) -> Generator[tuple[Job, Outcome], None, None]:
        for job in jobs:
            if len(self.done) == self.interrupt:
                raise KeyboardInterrupt
            self.done.append(job.photo.name)
            yield job, SmallTask()(job)


def _batch(folder: Path, ending: str = ".glb", **settings: object) -> Batch:
    return Batch(find_pictures([str(folder)]), folder.parent / "meshes", ending, settings)


def _again(batch: Batch, retry_failed: bool = False) -> list[str]:
    """What another run does."""
    runner = Here()
    batch.run(runner, retry_failed)
    return runner.done


def test_a_summary_that_cannot_be_written(photos: Photos) -> None:
    batch = _batch(photos("a.jpg"))
    batch.folder.mkdir(exist_ok=True)
    (batch.folder / "summary.part").mkdir()
    with pytest.raises(UserError, match=r"summary.json cannot be written .*; make room"):
        batch.run(Here())


def test_meshes_record_and_summary(photos: Photos) -> None:
    batch = _batch(photos("a.jpg", "b.jpg", "raise.png"), detail="low")
    summary = batch.run(Here())
    assert [(entry.mesh, entry.error is None) for entry in summary.entries] == [
        ("a.glb", True),
        ("b.glb", True),
        ("raise.glb", False),
    ]
    assert sorted(path.name for path in batch.folder.glob("[!.]*")) == ["a.glb", "b.glb", FILE, "summary.json"]
    facts = json.loads((batch.folder / "summary.json").read_text())
    assert [facts[name] for name in ("pictures", "made", "failed", "unfinished")] == [3, 2, 1, 0]
    assert facts["failures"] == {str(batch.pictures[2].path): SmallTask().error}
    assert facts["settings"] == {"detail": "low"}
    assert facts["meshes"][0]["triangles"] == 12


def test_nothing_is_done_twice(photos: Photos) -> None:
    batch = _batch(photos("a.jpg", "raise.png"))
    assert _again(batch) == ["a.jpg", "raise.png"]
    assert _again(batch) == []
    assert _again(batch, retry_failed=True) == ["raise.png"]
    photos("b.jpg")
    assert _again(_batch(photos())) == ["b.jpg"]


def test_what_has_changed_is_done_again(photos: Photos) -> None:
    folder = photos("a.jpg", "b.jpg", "c.jpg")
    _again(_batch(folder))
    (folder / "a.jpg").write_text("another picture")
    (folder.parent / "meshes" / "b.glb").unlink()
    assert _again(_batch(folder)) == ["a.jpg", "b.jpg"]
    assert len(_again(_batch(folder, height=1.8))) == 3
    assert len(_again(_batch(folder, ending=".ply", height=1.8))) == 3


def test_pictures_of_one_name_keep_their_meshes(photos: Photos) -> None:
    batch = _batch(photos("a.jpg", "a.png"))
    _again(batch)
    assert {path.name for path in batch.folder.glob("*.glb")} == {"a.glb", "a-2.glb"}
    photos("a.bmp")
    assert _again(_batch(photos())) == ["a.bmp"]


def test_folders_in_folders(photos: Photos) -> None:
    folder = photos("anna/front.jpg", "ben/front.jpg")
    batch = replace(_batch(photos("x.jpg")), pictures=find_pictures([str(folder)], recursive=True))
    assert len(batch.run(Here()).made) == 3
    assert (batch.folder / "ben" / "front.glb").exists()


def test_an_interrupted_run_tells_how_far_it_came(photos: Photos) -> None:
    batch = _batch(photos("a.jpg", "b.jpg", "c.jpg"))
    with pytest.raises(KeyboardInterrupt):
        batch.run(Here(interrupt=2))
    assert json.loads((batch.folder / "summary.json").read_text())["unfinished"] == 1
    assert _again(batch) == ["c.jpg"]


def test_leftovers_of_a_killed_run_are_removed(photos: Photos) -> None:
    batch = _batch(photos("a.jpg"))
    batch.folder.mkdir()
    (batch.folder / ".a-12345678.part").touch()
    _again(batch)
    assert not list(batch.folder.glob("*.part"))


def test_one_run_at_a_time(photos: Photos) -> None:
    batch = _batch(photos("a.jpg"))
    batch.folder.mkdir()
    with FileLock(batch.folder / LOCK), pytest.raises(UserError, match="Another run"):
        batch.run(Here())
    assert _again(batch) == ["a.jpg"]


def test_output_that_cannot_be_a_folder(photos: Photos) -> None:
    batch = _batch(photos("a.jpg"))
    batch.folder.write_text("a file")
    with pytest.raises(UserError, match="choose another output"):
        batch.run(Here())


def test_progress_is_a_line_for_each_picture(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    batch = _batch(photos("a.jpg", "raise.png"))
    batch.run(Here())
    first, second = capsys.readouterr().err.splitlines()
    assert first == "1/2  a.glb: 12 triangles, 0.5 s"
    assert second == f"2/2  {batch.pictures[1].path} failed: {SmallTask().error}"


def test_progress_in_a_terminal_is_a_bar(
    photos: Photos, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = _batch(photos("a.jpg", "raise.png"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    batch.run(Here())
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert "failed=1" in shown
    assert "a.glb" not in shown


def _start(folder: Path) -> subprocess.Popen[str]:
    """The small task's program over a folder; a group of its own, as in a terminal."""
    return subprocess.Popen(
        [sys.executable, small_task.__file__, folder, folder.parent / "meshes"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _lines(folder: Path) -> list[str]:
    record = folder.parent / "meshes" / FILE
    return record.read_text().splitlines() if record.exists() else []


def _stopped(folder: Path, stop: Callable[[subprocess.Popen[str]], None]) -> str:
    """Start a run, stop it when all but the waiting pictures are done and both workers wait; its stderr."""
    with _start(folder) as process:
        try:
            done = len(list(folder.glob("*.jpg"))) - 2
            _until(lambda: len(_lines(folder)) == done and len(list(folder.glob("wait_*.pid*"))) == 2)
            pids = [int(path.suffix[4:]) for path in folder.glob("wait_*.pid*")]
            stop(process)
            errors = process.communicate(timeout=120)[1]
        finally:
            process.kill()
    _until(lambda: not any(map(_runs, pids)))
    return errors


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("how", ["killed", "interrupted"])
def test_a_stopped_run_ends_its_workers_and_goes_on(photos: Photos, how: str) -> None:
    folder = photos("a.jpg", "b.jpg", "raise.jpg", "wait_1.jpg", "wait_2.jpg")
    if how == "killed":
        _stopped(folder, lambda process: process.kill())
    else:
        errors = _stopped(folder, lambda process: os.killpg(process.pid, signal.SIGINT))
        assert errors.count("Traceback") == 1  # the program's own: its workers say nothing
        assert errors.rstrip().endswith("KeyboardInterrupt")
    photos("go")
    with _start(folder) as process:
        assert process.wait(timeout=120) == 0
    done = [json.loads(line) for line in _lines(folder)]
    assert len(done) == len({entry["photo"] for entry in done}) == 5
    assert len(list((folder.parent / "meshes").glob("*.glb"))) == 4


def test_a_run_refuses_to_work_beside_another_process(photos: Photos) -> None:
    folder = photos("wait_1.jpg", "wait_2.jpg")

    def try_another(process: subprocess.Popen[str]) -> None:
        with pytest.raises(UserError, match="Another run"):
            _batch(folder).run(Here())
        process.kill()

    _stopped(folder, try_another)
