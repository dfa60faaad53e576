"""The same jobs on a Ray of this machine; Ray is optional (requirements/ray.txt)."""

import os
from pathlib import Path

import pytest
from small_task import Photos, SmallTask

from engine.batch.ray_pool import ray_runner, run_on_ray
from engine.batch.task import Job
from engine.errors import UserError
from engine.types import Settings


def _jobs(folder: Path, *names: str) -> list[Job]:
    return [Job(folder / f"{name}.jpg", folder / f"{name}.glb") for name in names]


@pytest.mark.slow
def test_jobs_on_ray(photos: Photos, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)  # Ray's processes need small_task
    jobs = _jobs(photos("once_1.jpg"), "a", "once_1", "raise", "kill", "b")
    done = list(run_on_ray(jobs, SmallTask(), "local", workers=2))
    assert sorted(job.photo.stem for job, _ in done) == sorted(job.photo.stem for job in jobs)
    errors = {job.photo.stem: outcome.error for job, outcome in done if outcome.error}
    assert errors.keys() == {"raise", "kill"}
    assert "Ray lost the worker on it twice" in (errors["kill"] or "")
    assert {job.photo.stem for job in jobs if job.mesh.exists()} == {"a", "once_1", "b"}


def test_no_cluster_there(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with pytest.raises(UserError, match="no Ray cluster"):
        list(run_on_ray(_jobs(tmp_path, "a"), SmallTask(), "127.0.0.1:9"))


def test_ray_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.batch.ray_pool.find_spec", lambda name: None)
    with pytest.raises(UserError, match="ray is missing"):
        ray_runner(Settings(), "auto")
