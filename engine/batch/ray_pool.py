"""Jobs spread over the machines of a Ray cluster. Ray itself is optional and imported only when asked for."""

import logging
import socket
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from engine.batch.pool import ATTEMPTS, Death, Task
from engine.batch.run import Runner
from engine.batch.task import Job, Outcome, Reconstruct
from engine.errors import UserError
from engine.native import YIELDING
from engine.types import Settings

CORES = 2
"""Cores of the cluster for each worker without a GPU."""


class _Worker:
    """Lives in a process of the cluster, where Ray makes an actor of it."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def start(self) -> Outcome:
        """Nothing: that this returns shows that the process has its place and can import the engine."""
        return Outcome()

    def do(self, job: Job) -> Outcome:
        return self._task(job)


def ray_runner(settings: Settings, address: str, workers: int | None = None) -> Runner:
    """Runs jobs in Ray actors. All machines must have the engine, and see pictures and meshes under the same paths.

    address: of a cluster, "auto" = the one this machine belongs to, "local" = a new one on this machine alone.
    workers: None = one for each GPU, without any GPU one for every two cores.

    Raises UserError where Ray is not installed; when run, where it cannot be reached or cannot start the engine.
    """
    if not find_spec("ray"):
        raise UserError("The Python package ray is missing; install requirements/ray.txt or leave --ray out.")
    use_gpus = settings.device in ("auto", "cuda")
    return lambda jobs: run_on_ray(jobs, Reconstruct(settings), address, workers, use_gpus)


def run_on_ray(
    jobs: Sequence[Job], task: Task, address: str, workers: int | None = None, use_gpus: bool = False
) -> Generator[tuple[Job, Outcome], None, None]:
    """Do all jobs, in any order, and yield each as it finishes; closing the iterator ends the work at once."""
    with _connected(address) as ray:
        places, needs = _plan(ray, use_gpus)
        actor = ray.remote(_Worker).options(**needs, runtime_env={"env_vars": YIELDING})
        yield from _spread(ray, jobs, lambda: actor.remote(task), min(workers or places, len(jobs)))


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    import ray

    try:
        _knock(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(
            f"There is no Ray cluster at '{address}'; start one with 'ray start' or leave --ray out."
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raise OSError where nobody listens at a HOST:PORT: Ray itself would try for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def _plan(ray: Any, use_gpus: bool) -> tuple[int, dict[str, int]]:
    """How many workers have a place in the cluster, and what each needs."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if use_gpus and (gpus := int(sum(node.get("GPU", 0) for node in nodes))):
        return gpus, {"num_cpus": 1, "num_gpus": 1}
    cores = max(1, min(CORES, int(max(node.get("CPU", 0) for node in nodes))))
    return max(1, int(sum(node.get("CPU", 0) // cores for node in nodes))), {"num_cpus": cores, "num_gpus": 0}


def _spread(
    ray: Any, jobs: Sequence[Job], make_actor: Callable[[], Any], count: int
) -> Generator[tuple[Job, Outcome], None, None]:
    """An actor is given jobs once it has started, so that one without a place holds none up."""
    waiting, deaths = deque(jobs), Counter[Job]()
    idle: list[Any] = []
    running: dict[Any, tuple[Any, Job | None]] = dict(_started(make_actor()) for _ in range(count))
    while waiting or any(job for _, job in running.values()):
        while waiting and idle:
            actor, job = idle.pop(), waiting.popleft()
            running[actor.do.remote(job)] = actor, job
        actor, finished, outcome = _next(ray, running)
        died = isinstance(outcome, Death)
        if not died:
            idle.append(actor)
        elif finished:
            running.update([_started(make_actor())])
        if finished:
            deaths[finished] += died
            if died and deaths[finished] < ATTEMPTS:
                waiting.append(finished)
            else:
                yield finished, outcome


def _started(actor: Any) -> tuple[Any, tuple[Any, None]]:
    return actor.start.remote(), (actor, None)


def _next(ray: Any, running: dict[Any, tuple[Any, Job | None]]) -> tuple[Any, Job | None, Outcome]:
    """Wait for one actor and take it off; its job is None where it has just started."""
    if not running:
        raise UserError("Ray's workers cannot import the engine; install it on all machines (docs/batch.md).")
    (reference,), _ = ray.wait(list(running), num_returns=1)
    actor, job = running.pop(reference)
    try:
        return actor, job, ray.get(reference)
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        text = f"Ray lost the worker on it twice ({reason}); free some memory or use fewer workers."
        return actor, job, Death(error=text)
