"""The client's end, without Blender."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SMALL_ENGINE = Path(__file__).with_name("small_engine.py")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def client(worker_client: ModuleType, tmp_path: Path) -> Iterator[Any]:
    command = (sys.executable, str(SMALL_ENGINE))
    client = worker_client.WorkerClient(worker_client.Launch(command, tmp_path / "logs" / "engine.log"))
    yield client
    client.stop()


@pytest.fixture
def submit(client: Any, tmp_path: Path) -> Callable[..., Any]:
    def send(photo: str, draft: str = "") -> Any:
        result = str(tmp_path / f"{photo}.npz")
        return client.submit("reconstruct", photo=photo, settings={}, result=result, draft=draft)

    return send


def wait(client: Any, task: Any, until: Callable[[Any], bool] = lambda task: not task.running) -> Any:
    end = time.monotonic() + 60
    while not until(task):
        assert time.monotonic() < end, "the worker does not answer"
        time.sleep(0.01)
        client.poll()
    return task


def test_draft_is_told_once_it_is_there_and_only_if_asked_for(
    client: Any, submit: Callable[..., Any], tmp_path: Path
) -> None:
    draft = tmp_path / "draft.npz"
    task = wait(client, submit("late-slow.jpg", str(draft)), lambda task: task.drafted)
    assert task.running
    assert draft.is_file()
    client.cancel(task)
    assert wait(client, task).state == "cancelled"
    assert not wait(client, submit("anna.jpg")).drafted


def test_task_is_done_with_facts(client: Any, submit: Callable[[str], Any]) -> None:
    task = wait(client, submit("anna.jpg"))
    assert (task.state, task.stage, task.facts["triangles"]) == ("done", "Building the mesh", 12)


def test_process_stays_between_tasks(client: Any, submit: Callable[[str], Any]) -> None:
    wait(client, submit("anna.jpg"))
    process = client._process
    wait(client, submit("anna.jpg"))
    assert client._process is process
    assert client.running


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("die.jpg", "lack of memory"),
        ("crash.jpg", "crashed (SIGABRT)"),
        ("exit.jpg", "unexpectedly: the engine has lost its way"),
    ],
)
def test_death_is_noticed_and_explained(client: Any, submit: Callable[[str], Any], photo: str, words: str) -> None:
    task = wait(client, submit(photo))
    assert task.state == "failed"
    assert words in task.error
    assert not client.running
    assert wait(client, submit("anna.jpg")).state == "done"


def test_worker_killed_from_outside_while_idle_is_replaced(client: Any, submit: Callable[[str], Any]) -> None:
    wait(client, submit("anna.jpg"))
    client._process.kill()
    client._process.wait()
    assert wait(client, submit("anna.jpg")).state == "done"


def test_cancel(client: Any, submit: Callable[[str], Any], tmp_path: Path) -> None:
    task = wait(client, submit("slow.jpg"), lambda task: task.stage != "")
    client.cancel(task)
    assert wait(client, task).state == "cancelled"
    assert not list(tmp_path.glob("*.npz"))
    assert client.running, "the loaded networks are kept"


def test_kill_helps_where_cancel_is_not_heeded(client: Any, submit: Callable[[str], Any]) -> None:
    task = wait(client, submit("endless.jpg"), lambda task: task.stage != "")
    client.cancel(task)
    client.kill()
    assert wait(client, task).state == "failed"


def test_stop_leaves_no_process_and_no_pipe(client: Any, submit: Callable[[str], Any]) -> None:
    task = wait(client, submit("slow.jpg"), lambda task: task.stage != "")
    process = client._process
    client.stop()
    assert task.state == "cancelled"
    assert not client.running
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
    assert process.stdin.closed


def test_program_that_does_not_exist_is_told(worker_client: ModuleType, tmp_path: Path) -> None:
    client = worker_client.WorkerClient(worker_client.Launch((str(tmp_path / "python"),), tmp_path / "log"))
    with pytest.raises(worker_client.WorkerError, match="cannot be started"):
        client.submit("hello")


def test_program_that_talks_nonsense_is_told(worker_client: ModuleType, tmp_path: Path) -> None:
    command = (sys.executable, "-c", "print('hello')")
    client = worker_client.WorkerClient(worker_client.Launch(command, tmp_path / "log"))
    task = wait(client, client.submit("hello"))
    assert task.state == "failed"
    assert "exit code 0" in task.error


def test_worker_that_ends_as_it_is_asked_is_replaced(
    worker_client: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has been idle for long and goes, and the client does not know it yet."""
    command = (sys.executable, str(SMALL_ENGINE), "0.2")
    client = worker_client.WorkerClient(worker_client.Launch(command, tmp_path / "log"))
    wait(client, client.submit("hello"))
    client._process.wait(timeout=60)
    with monkeypatch.context() as patch:
        patch.setattr(worker_client.WorkerClient, "running", True)
        task = client.submit("hello")
    assert wait(client, task).state == "done"
    client.stop()


def test_two_clients_side_by_side(client: Any, submit: Callable[[str], Any], worker_client: ModuleType) -> None:
    other = worker_client.WorkerClient(client.launch)
    tasks = [submit("slow.jpg"), other.submit("hello")]
    assert wait(other, tasks[1]).state == "done"
    other._process.kill()
    assert wait(client, tasks[0]).state == "done"
    other.stop()


def test_log_is_begun_anew_when_it_is_long(client: Any, submit: Callable[[str], Any], worker_client: Any) -> None:
    log = client.launch.log
    log.parent.mkdir()
    log.write_bytes(b"x" * (worker_client.MAX_LOG_BYTES + 1))
    wait(client, submit("fail.jpg"))
    assert log.read_bytes().startswith(b"Traceback")


def test_launcher_reaches_the_engine_in_an_isolated_python(worker_client: ModuleType, tmp_path: Path) -> None:
    command = worker_client.engine_command((sys.executable, "-I", "-S"), (str(ROOT),), 60)
    client = worker_client.WorkerClient(worker_client.Launch(command, tmp_path / "log"))
    task = wait(client, client.submit("hello"))
    assert "lacks the package" in task.error
    client.stop()


def test_task_knows_where_its_stage_began(worker_client: ModuleType) -> None:
    task = worker_client.Task(1, {})
    for stage, fraction, begun in (("A", 0.2, 0.2), ("A", 0.5, 0.2), ("B", 0.6, 0.6), ("B", 0.1, 0.1), ("B", 0.3, 0.1)):
        task.receive({"type": "progress", "stage": stage, "fraction": fraction})
        assert (task.stage, task.fraction, task.stage_from) == (stage, fraction, begun)
