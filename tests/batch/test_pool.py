"""Whatever happens to a process of the pool costs the picture it was working on, and nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_task import Photos, SmallTask

from engine.batch.pool import run_local
from engine.batch.task import Job, Outcome


def _jobs(folder: Path, *names: str) -> list[Job]:
    return [Job(folder / f"{name}.jpg", folder / f"{name}.glb") for name in names]


def _run(jobs: list[Job], workers: int = 2) -> Iterator[tuple[Job, Outcome]]:
    return run_local(jobs, [SmallTask()] * workers, {"SMALL": "1"})


def test_all_jobs_are_done_once_by_processes_that_stay(tmp_path: Path) -> None:
    jobs = _jobs(tmp_path, *"abcdefgh")
    done = list(_run(jobs))
    assert sorted(job.photo.name for job, _ in done) == [job.photo.name for job in jobs]
    assert {outcome.error for _, outcome in done} == {None}
    pids = {job.mesh.read_text() for job in jobs}
    assert len(pids) <= 2
    assert str(os.getpid()) not in pids


@pytest.mark.parametrize(("name", "how"), [("exit", "exit code 7"), ("kill", "SIGKILL")])
def test_a_deadly_picture_fails_alone(tmp_path: Path, name: str, how: str) -> None:
    done = dict(_run(_jobs(tmp_path, "a", name, "b", "raise", "c")))
    errors = {job.photo.stem: outcome.error for job, outcome in done.items() if outcome.error}
    assert errors.keys() == {name, "raise"}
    assert how in (errors[name] or "")
    assert errors["raise"] == SmallTask().error


def test_a_death_by_chance_costs_nothing(photos: Photos) -> None:
    done = list(_run(_jobs(photos("once_1.jpg"), "once_1", "once_2", "a")))
    assert [outcome.error for _, outcome in done] == [None] * 3


def test_more_workers_than_jobs_and_none(tmp_path: Path) -> None:
    assert len(list(_run(_jobs(tmp_path, "a"), 3))) == 1
    assert list(_run([])) == []
