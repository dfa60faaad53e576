"""The queue, the line-up and the names of pictures, without Blender."""

from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.batch.inputs import SUFFIXES
from engine.photo import FORMATS


@pytest.fixture(scope="session")
def jobs(extension: ModuleType) -> ModuleType:
    return import_module(f"{extension.__name__}.twok2k_blender.jobs")


@pytest.fixture(scope="session")
def lineup(extension: ModuleType) -> ModuleType:
    return import_module(f"{extension.__name__}.twok2k_blender.lineup")


@pytest.fixture(scope="session")
def pictures(extension: ModuleType) -> ModuleType:
    return import_module(f"{extension.__name__}.twok2k_blender.pictures")


def make(jobs: ModuleType, *states: str, listed: bool = True) -> Any:
    """A queue of jobs in the given states, that count how often they are cleaned up."""

    class Photo(jobs.Job):
        cleaned = 0

        def clean_up(self) -> None:
            self.cleaned += 1

    queue = jobs.Queue()
    for state in states:
        job = Photo(state)
        job.listed, job.state = listed, state
        queue.jobs.append(job)
    return queue


def names(queue: Any) -> list[str]:
    return [job.name for job in queue.jobs]


def test_keys_are_never_used_twice(jobs: ModuleType) -> None:
    queue = make(jobs, *["waiting"] * 20)
    assert len({job.key for job in queue.jobs}) == 20
    assert all(queue.find(job.key) is job for job in queue.jobs)
    assert queue.find(0) is None


@pytest.mark.parametrize(
    ("states", "busy"),
    [((), False), (("done", "failed", "cancelled"), False), (("done", "waiting"), True), (("ready",), True)],
)
def test_queue_is_busy_while_a_job_is_not_over(jobs: ModuleType, states: tuple[str, ...], busy: bool) -> None:
    assert make(jobs, *states).busy is busy


def test_first_of_a_state_is_the_one_longest_in_line(jobs: ModuleType) -> None:
    queue = make(jobs, "done", "waiting", "waiting")
    assert queue.first("waiting") is queue.jobs[1]
    assert queue.first("working") is None


def test_what_is_over_and_not_listed_is_forgotten_and_cleaned_up(jobs: ModuleType) -> None:
    queue = make(jobs, "done", "waiting", "failed", listed=False)
    gone = [queue.jobs[0], queue.jobs[2]]
    queue.forget_unlisted()
    assert names(queue) == ["waiting"]
    assert [job.cleaned for job in gone] == [1, 1]
    queue = make(jobs, "done", "failed")
    queue.forget_unlisted()
    assert names(queue) == ["done", "failed"]


def test_retry_puts_a_failed_job_last_and_leaves_others_alone(jobs: ModuleType) -> None:
    queue = make(jobs, "failed", "done", "waiting", "cancelled")
    for job in list(queue.jobs):
        job.error = "no"
        queue.retry(job)
    assert names(queue) == ["done", "waiting", "failed", "cancelled"]
    assert [job.state for job in queue.jobs] == ["done", "waiting", "waiting", "waiting"]
    assert queue.jobs[2].error == ""


def test_end_frees_the_task_and_cleans_up_what_is_done(jobs: ModuleType) -> None:
    done, failed = make(jobs, "working", "working").jobs
    done.end("done")
    failed.end("failed", "The picture shows no person.")
    assert (done.cleaned, failed.cleaned) == (1, 0), "one that has failed may be tried again"
    assert (failed.over, failed.error, failed.fraction) == (True, "The picture shows no person.", 0.0)


EXTENTS = st.tuples(st.floats(-3, 3), st.floats(0.01, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(extents=st.lists(EXTENTS, min_size=1, max_size=10))
def test_people_stand_clear_of_each_other_with_one_gap(lineup: ModuleType, extents: list[tuple[float, float]]) -> None:
    line = lineup.Lineup()
    places = [line.place(*extent) for extent in extents]
    ends = [(place + left, place + right) for place, (left, right) in zip(places, extents, strict=True)]
    assert places[0] == 0
    assert [later[0] - earlier[1] for earlier, later in pairwise(ends)] == pytest.approx([lineup.GAP] * (len(ends) - 1))


def test_place_that_was_left_is_taken_again(lineup: ModuleType) -> None:
    line = lineup.Lineup()
    line.origin = (1, 2, 3)
    first, second = line.place(-0.3, 0.3), line.place(-0.3, 0.3)
    line.leave(second)
    assert line.place(-0.3, 0.3) == second
    line.leave(first)
    assert line.place(-0.3, 0.3) > second, "nobody moves up"
    empty = lineup.Lineup()
    empty.origin = (1, 2, 3)
    empty.leave(empty.place(0, 1))
    assert empty.origin is None, "the next one begins anew"


def test_suffixes_are_those_that_the_engine_reads(pictures: ModuleType) -> None:
    Image.init()
    assert set(pictures.SUFFIXES) == set(SUFFIXES)
    assert {Image.EXTENSION[suffix] for suffix in pictures.SUFFIXES} == set(FORMATS)


def test_paths_and_addresses_of_pictures_are_found_in_text(pictures: ModuleType, tmp_path: Path) -> None:
    plain, spaced = tmp_path / "a.JPG", tmp_path / "b c #1.png"
    for path in (plain, spaced, tmp_path / "notes.txt"):
        path.write_bytes(b"x")
    text = f'\n"{plain}"\r\n{spaced.as_uri()}\n{tmp_path / "notes.txt"}\n{tmp_path / "gone.png"}\n'
    assert pictures.named_pictures(text) == [plain, spaced]


@given(text=st.text() | st.text().map(lambda text: f"file://{text}.png"))
def test_other_text_names_no_pictures(pictures: ModuleType, text: str) -> None:
    assert pictures.named_pictures(text) == []


@pytest.mark.parametrize("text", ["a.png", "../a.png", "http://example.org/a.png", "\0.png", "x" * 5000 + ".png"])
def test_relative_foreign_and_impossible_paths_are_passed_over(pictures: ModuleType, text: str) -> None:
    assert pictures.named_pictures(text) == []
