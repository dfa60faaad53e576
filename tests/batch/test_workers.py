"""How the work is shared out on one computer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from engine.batch import workers
from engine.batch.task import Job, Reconstruct
from engine.errors import UserError
from engine.native import YIELDING
from engine.types import Settings

JOBS = [Job(Path(f"{number}.jpg"), Path(f"{number}.glb")) for number in range(20)]


def test_internal_error_is_one_line_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("engine.pipeline.reconstruct", fail)
    error = Reconstruct(Settings())(JOBS[0]).error
    assert error == "Internal error (ZeroDivisionError: by zero); run this picture alone with --debug."


def _plan(
    monkeypatch: pytest.MonkeyPatch,
    devices: Sequence[str],
    count: int | None = None,
    jobs: Sequence[Job] = JOBS,
    memory: int = 64,
) -> tuple[list[str], Mapping[str, str]]:
    """The device of every process of a machine with 8 cores and `memory` GiB, and what its environment is given."""
    plan: dict[str, Any] = {}

    def run_local(jobs: Sequence[Job], tasks: Sequence[Reconstruct], environment: Mapping[str, str]) -> list:
        plan.update(devices=[task.settings.device for task in tasks], environment=environment)
        return []

    for name in ("OMP_NUM_THREADS", *YIELDING):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(workers, "_usable_cores", lambda: 8)
    monkeypatch.setattr(workers, "system_memory", lambda: (0, memory * 2**30))
    monkeypatch.setattr(workers, "run_local", run_local)
    monkeypatch.setattr("engine.networks.devices.available_devices", lambda: [torch.device(name) for name in devices])
    workers.local_runner(Settings(), count)(jobs)
    return plan["devices"], plan["environment"]


@pytest.mark.parametrize(("count", "processes", "threads"), [(None, 8, 1), (1, 1, 8), (3, 3, 2), (16, 16, 1)])
def test_threads_do_not_exceed_the_cores(
    monkeypatch: pytest.MonkeyPatch, count: int | None, processes: int, threads: int
) -> None:
    devices, environment = _plan(monkeypatch, ["cpu"], count)
    assert devices == ["cpu"] * processes
    assert environment["OMP_NUM_THREADS"] == str(threads)
    assert YIELDING.items() <= environment.items()


def test_little_memory_means_fewer_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _plan(monkeypatch, ["cpu"], memory=8)[0] == ["cpu"] * 2
    assert _plan(monkeypatch, ["cpu"], memory=1)[0] == ["cpu"]


def test_few_pictures_have_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    devices, environment = _plan(monkeypatch, ["cpu"], jobs=JOBS[:1])
    assert devices == ["cpu"]
    assert environment["OMP_NUM_THREADS"] == "8"


@pytest.mark.parametrize(("memory", "processes"), [(6, 2), (8, 4), (80, 8)])
def test_processes_share_the_gpus_as_far_as_their_memory_goes(
    monkeypatch: pytest.MonkeyPatch, memory: int, processes: int
) -> None:
    properties = SimpleNamespace(total_memory=memory * 2**30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: properties)
    machine = ["cuda:0", "cuda:1", "cpu"]
    assert _plan(monkeypatch, machine)[0] == (["cuda:0", "cuda:1"] * 4)[:processes]
    assert _plan(monkeypatch, machine, 3)[0] == ["cuda:0", "cuda:1", "cuda:0"]


def test_a_limit_of_the_user_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCV_FOR_THREADS_NUM", "5")
    assert "OPENCV_FOR_THREADS_NUM" not in _plan(monkeypatch, ["cpu"])[1]


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(UserError, match="no device called"):
        workers.local_runner(Settings(device="abacus"))
