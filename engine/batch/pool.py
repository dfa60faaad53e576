"""Jobs spread over processes of this computer. A process that dies costs nothing but the job it was working on.

Every process has a pipe of its own, so it is always known who was working on what. It ends when this process does,
even if this one is killed.
"""

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from engine.batch.task import Job, Outcome

Task = Callable[[Job], Outcome]

ATTEMPTS = 2
"""How often a job is begun at most if the process working on it dies."""

_CONTEXT = get_context("spawn")  # a forked process cannot use CUDA, and may copy a lock that is held


class Death(Outcome):
    """The process died before there was an outcome."""


def run_local(
    jobs: Sequence[Job], tasks: Sequence[Task], environment: Mapping[str, str]
) -> Generator[tuple[Job, Outcome], None, None]:
    """Do all jobs, in any order, and yield each as it finishes; closing the iterator ends the processes at once.

    tasks: one for each process; picklable, and they raise nothing. environment: variables that are set in the
    processes before they import anything large.
    """
    waiting, deaths = deque(jobs), Counter[Job]()
    workers = [_Worker(task, environment) for task in tasks]
    try:
        while waiting or any(worker.job for worker in workers):
            for worker in workers:
                if waiting and worker.job is None:
                    worker.begin(waiting.popleft())
            for job, outcome in _finished(workers):
                deaths[job] += isinstance(outcome, Death)
                if isinstance(outcome, Death) and deaths[job] < ATTEMPTS:
                    waiting.append(job)
                else:
                    yield job, outcome
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that does one job after the other; started when it is needed, again if it has died."""

    job: Job | None = None
    connection: Connection
    _process: SpawnProcess | None = None

    def __init__(self, task: Task, environment: Mapping[str, str]) -> None:
        self._task = task
        self._environment = dict(environment)

    def begin(self, job: Job) -> None:
        """Send a job; where the process has just died, `finish` will tell."""
        self.job = job
        if self._process is None:
            self._start()
        with suppress(OSError):
            self.connection.send(job)

    def finish(self) -> tuple[Job, Outcome]:
        """The job and its outcome, once `connection` is ready."""
        assert self.job is not None
        job, self.job = self.job, None
        try:
            return job, self.connection.recv()
        except (EOFError, OSError):
            return job, self._bury()

    def end(self) -> None:
        """Kill the process: it holds nothing that must be saved."""
        if self._process is not None:
            self._process.kill()
            self._bury()

    def _start(self) -> None:
        self.connection, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(theirs, self._environment), daemon=True)
        with _interrupts_ignored():
            process.start()
        self._process = process
        theirs.close()
        with suppress(OSError):
            self.connection.send(self._task)

    def _bury(self) -> Death:
        assert self._process is not None
        self._process.join()
        code, self._process = self._process.exitcode or 0, None
        self.connection.close()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return Death(error=f"The process working on it died twice ({how}); free some memory or use fewer workers.")


def _finished(workers: Sequence[_Worker]) -> list[tuple[Job, Outcome]]:
    """Wait until at least one worker has finished."""
    busy = [worker for worker in workers if worker.job is not None]
    ready = wait([worker.connection for worker in busy])
    return [worker.finish() for worker in busy if worker.connection in ready]


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; one that is started here inherits that it is ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield  # nobody else may set it
        return
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _serve(connection: Connection, environment: Mapping[str, str]) -> None:
    """The process's main function: receives the task, then jobs, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Windows inherits nothing
    threading.Thread(target=_end_with_parent, name="parent's watch", daemon=True).start()
    os.environ.update(environment)
    with suppress(EOFError):
        task: Task = connection.recv()
        while True:
            connection.send(task(connection.recv()))


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
