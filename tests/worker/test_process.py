"""The worker as a process: what it prints, how it ends."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from engine.worker.backend import Backend
from engine.worker.server import Server

SMALL_ENGINE = Path(__file__).with_name("small_engine.py")
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def worker(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, SMALL_ENGINE, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def ask(process: subprocess.Popen[bytes], **request: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def reconstruct(process: subprocess.Popen[bytes], photo: str, result: Path, identity: int = 1) -> None:
    ask(process, type="reconstruct", id=identity, photo=photo, settings={}, result=str(result), draft="")


def last(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    while (reply := answer(process))["type"] == "progress":
        pass
    return reply


def test_progress_grows_through_named_stages(tmp_path: Path) -> None:
    with worker() as process:
        reconstruct(process, "anna.jpg", tmp_path / "mesh.npz")
        replies = []
        while (reply := answer(process))["type"] == "progress":
            replies.append((reply["stage"], reply["fraction"]))
    assert [fraction for _, fraction in replies] == [step / 10 for step in range(10)]
    assert {stage for stage, _ in replies} == {"Finding the person", "Building the mesh"}
    assert reply["facts"]["vertices"] == 8


def test_draft_comes_before_the_result(tmp_path: Path) -> None:
    with worker() as process:
        files = {"result": str(tmp_path / "mesh.npz"), "draft": str(tmp_path / "draft.npz")}
        ask(process, type="reconstruct", id=1, photo="anna.jpg", settings={}, **files)
        while (reply := answer(process))["type"] == "progress":
            pass
        assert reply == {"type": "draft", "id": 1}
        assert (tmp_path / "draft.npz").is_file()
        assert last(process)["type"] == "done"


def test_stdout_carries_messages_alone(tmp_path: Path) -> None:
    with worker() as process:
        reconstruct(process, "noise.jpg", tmp_path / "mesh.npz")
        assert last(process)["type"] == "done"
        ask(process, type="quit", id=2)
        output, errors = process.communicate()
    assert output == b""
    for words in (b"a library says hello", b"and C code too", b"and a child"):
        assert words in errors


def test_cancel_in_the_middle_and_before_the_start(tmp_path: Path) -> None:
    with worker() as process:
        reconstruct(process, "slow.jpg", tmp_path / "a.npz", 1)
        reconstruct(process, "anna.jpg", tmp_path / "b.npz", 2)
        reconstruct(process, "anna.jpg", tmp_path / "c.npz", 3)
        assert answer(process)["type"] == "progress"
        ask(process, type="cancel", id=2)
        ask(process, type="cancel", id=1)
        assert last(process) == {"type": "cancelled", "id": 1}
        assert last(process) == {"type": "cancelled", "id": 2}
        assert last(process)["type"] == "done"
    assert [path.name for path in tmp_path.iterdir()] == ["c.npz"]


def test_errors_are_sentences_and_the_worker_goes_on(tmp_path: Path) -> None:
    with worker() as process:
        reconstruct(process, "user.jpg", tmp_path / "mesh.npz", 1)
        assert last(process) == {
            "type": "error",
            "id": 1,
            "text": "The picture shows no person; choose another photo.",
        }
        reconstruct(process, "fail.jpg", tmp_path / "mesh.npz", 2)
        assert "ZeroDivisionError: nothing to divide by" in last(process)["text"]
        reconstruct(process, "anna.jpg", tmp_path / "mesh.npz", 3)
        assert last(process)["type"] == "done"
        ask(process, type="quit", id=4)
        _, errors = process.communicate()
    assert b"Traceback" in errors


@pytest.mark.parametrize("photo", ["slow.jpg", "endless.jpg"])
def test_worker_ends_when_the_client_dies_in_the_middle(tmp_path: Path, photo: str) -> None:
    with worker() as process:
        reconstruct(process, photo, tmp_path / "mesh.npz")
        answer(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=60)
    assert list(tmp_path.iterdir()) == []


def test_worker_ends_when_idle() -> None:
    with worker("0.2") as process:
        assert process.wait(timeout=60) == 0


def test_broken_message_ends_the_worker() -> None:
    with worker() as process:
        assert process.stdin is not None
        process.stdin.write(b"GET / HTTP/1.1\n")
        process.stdin.flush()
        assert process.wait(timeout=60) == 0


def test_command_without_packages_says_which_is_missing() -> None:
    """A bare Python (-I -S: no site-packages) still answers, with the package's name."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from engine.cli import main; main(['worker'])"
    request = b'{"type": "hello", "id": 1}\n'
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], input=request, capture_output=True, check=False)
    assert "lacks the package 'torch'" in json.loads(done.stdout)["text"]


def test_progress_that_begins_anew_is_told() -> None:
    """A download does, when the file has become another one since it was cut off."""
    replies = BytesIO()
    step = Server(Backend(), BytesIO(), replies)._progress(1)
    for fraction in (0.5, 0.501, 0.0, 0.1):
        step("Downloading the weights", fraction)
    fractions = [json.loads(line)["fraction"] for line in replies.getvalue().splitlines()]
    assert fractions == [0.5, 0.0, 0.1]
