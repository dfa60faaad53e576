"""Replies that come through a file, piece by piece."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

CANCELLED = b'{"type": "cancelled", "id": 1}\n'


@pytest.fixture
def replies(worker_client: ModuleType, tmp_path: Path) -> Iterator[Any]:
    replies = worker_client.ReplyFile(tmp_path)
    yield replies
    replies.delete()


def write(replies: Any, data: bytes) -> None:
    replies.writer.write(data)
    replies.writer.flush()


def test_each_message_is_read_once_and_only_when_it_is_whole(replies: Any) -> None:
    assert list(replies.read()) == []
    write(replies, CANCELLED * 2 + CANCELLED[:10])
    assert len(list(replies.read())) == 2
    assert list(replies.read()) == []
    write(replies, CANCELLED[10:])
    assert list(replies.read()) == [{"type": "cancelled", "id": 1}]


def test_nonsense_and_endless_lines_are_refused(replies: Any, worker_client: ModuleType) -> None:
    write(replies, b"hello\n")
    with pytest.raises(worker_client.ProtocolError):
        list(replies.read())
    write(replies, b" " * (1 << 20))
    with pytest.raises(worker_client.ProtocolError, match="too long"):
        list(replies.read())


def test_nothing_is_left(replies: Any, tmp_path: Path) -> None:
    assert len(list(tmp_path.iterdir())) == 1
    replies.delete()
    assert not list(tmp_path.iterdir())


def test_no_thread_runs_python_beside_blender(worker_client: ModuleType, tmp_path: Path) -> None:
    """One that did would corrupt memory, see the module."""
    before = threading.active_count()
    small_engine = str(Path(__file__).with_name("small_engine.py"))
    client = worker_client.WorkerClient(worker_client.Launch((sys.executable, small_engine), tmp_path / "log"))
    client.submit("hello")
    assert threading.active_count() == before
    client.stop()
    assert not list(tmp_path.glob("*.replies"))
