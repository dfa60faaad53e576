"""Two jobs at the same time."""

import threading
import time

import pytest

from engine.parallel import at_once


def fails(message: str) -> None:
    raise ValueError(message)


def test_both_jobs_run_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=30)

    def job(name: str) -> str:
        meeting.wait()
        return name

    assert at_once(lambda: job("first"), lambda: job("second")) == ("first", "second")


def test_no_job_is_left_behind_by_an_error() -> None:
    failing, done = threading.Event(), threading.Event()

    def first() -> None:
        failing.set()
        fails("first")

    def second() -> None:
        failing.wait(30)
        time.sleep(0.2)
        done.set()
        fails("second")

    with pytest.raises(ValueError, match="first"):
        at_once(first, second)
    assert done.is_set()
    with pytest.raises(ValueError, match="second"):
        at_once(lambda: None, lambda: fails("second"))
