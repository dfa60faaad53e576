"""How many processes of this computer work at once, and on which devices."""

import os
import sys
from collections.abc import Generator, Sequence
from dataclasses import replace

from engine.batch.pool import run_local
from engine.batch.run import Runner
from engine.batch.task import Job, Outcome, Reconstruct
from engine.native import YIELDING
from engine.system_memory import system_memory
from engine.types import Settings

MEMORY = 3 * 2**30
"""Bytes of the computer's memory for each process, which uses less than half of them."""

GPU_MEMORY = 4 * 2**30
"""Bytes of a GPU for each process that shares it; most of the work on a picture is not the GPU's."""


def local_runner(settings: Settings, workers: int | None = None) -> Runner:
    """Runs jobs in processes of this computer.

    workers: None = one for every core (about half of the work on a picture keeps only one busy), as far as the memory
    of the computer and of its GPUs allows. The processes share the GPUs evenly, and no more threads compute than there
    are cores. Raises UserError where the device is not usable.
    """
    from engine.networks.devices import available_devices, pick_device

    kind = pick_device(settings.device).type
    devices = [str(device) for device in available_devices() if device.type == kind]
    cores, (_, memory) = _usable_cores(), system_memory()
    wanted = workers or max(len(devices), min(cores, memory // MEMORY, _fitting(kind, len(devices))))

    def run(jobs: Sequence[Job]) -> Generator[tuple[Job, Outcome], None, None]:
        count = max(1, min(wanted, len(jobs)))
        tasks = [Reconstruct(replace(settings, device=devices[i % len(devices)])) for i in range(count)]
        return run_local(jobs, tasks, _thread_limits(max(1, cores // count)))

    return run


def _fitting(kind: str, gpus: int) -> int:
    """How many processes the devices have memory for; on Apple's GPUs, which share the system's, one."""
    import torch

    if kind == "cuda":
        return sum(torch.cuda.get_device_properties(i).total_memory // GPU_MEMORY for i in range(gpus))
    return sys.maxsize if kind == "cpu" else 1


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _thread_limits(threads: int) -> dict[str, str]:
    """What torch, numpy and OpenCV obey; what the user has set stays."""
    limits = {"OMP_NUM_THREADS": str(threads), "OPENCV_FOR_THREADS_NUM": str(threads), **YIELDING}
    return {name: value for name, value in limits.items() if name not in os.environ}
