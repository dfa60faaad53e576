"""What lives as long as Blender does: the engine's process and the queue of its work. Holds no Blender data."""

import os
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from . import storage
from .choices import preferences
from .identity import scene_of
from .jobs import EXPECTED, Job, Queue, State
from .pace import Pace
from .package import ROOT
from .words import rpt_
from .worker_client import Launch, WorkerClient, engine_command

if TYPE_CHECKING:
    from engine.errors import in_one_line
else:
    from ..engine.errors import in_one_line

CANCEL_SECONDS = 4.0
"""How long the engine may go on with the step it is in after a cancel; then it is ended."""

UNFORESEEN = "Blender cannot go on with {work} ({reason}); click Copy Report and paste it where you ask for help."

TICK = 0.1
"""Seconds between two looks at the engine."""


class Session:
    """The one way in which work is done: jobs enter the queue, `step` leads them on, `use` takes what comes of them.

    `step` and `use` never wait. `run` calls them until its jobs are over, for scripts; a timer of Blender's calls them
    otherwise (`background`). message: a sentence for the panel, `failed` tells whether it is an error.
    traceback: lines, of the last error in Blender that nobody has foreseen.
    """

    def __init__(self) -> None:
        self.queue = Queue()
        self.cancelled_at: float | None = None
        self.message = ""
        self.failed = False
        self.traceback: list[str] = []
        self.pace = Pace()
        self._client: WorkerClient | None = None

    @property
    def busy(self) -> bool:
        return self.queue.busy

    @property
    def working(self) -> Job | None:
        """The job that the engine is at work on; None for one that is not to be shown."""
        job = self._under_way
        return None if job is None or job.silent else job

    @property
    def _under_way(self) -> Job | None:
        return self.queue.first("working")

    @property
    def drafted(self) -> Job | None:
        """The job under way if a draft of it is there that has not been taken."""
        job = self._under_way
        wanted = job is not None and job.task is not None and job.task.drafted and self.cancelled_at is None
        return job if wanted else None

    @property
    def engine_running(self) -> bool:
        return self._client is not None and self._client.running

    def add(self, jobs: Sequence[Job]) -> None:
        """Put jobs at the end of the line."""
        if not all(job.silent for job in jobs):
            self.say("")
        self.queue.jobs.extend(jobs)

    def run(self, jobs: Sequence[Job]) -> None:
        """Do jobs and return when they are over, after whatever is in line before them; none of them is listed."""
        for job in jobs:
            job.listed = False
        self.add(jobs)
        try:
            while not all(job.over for job in jobs):
                self.step()
                for job in self.queue.all("ready"):
                    with bpy.context.temp_override(scene=scene_of(job)):
                        self.use(job)
                time.sleep(TICK / 4)
        finally:
            for job in jobs:
                self.remove(job)

    def step(self) -> None:
        """Bring the work under way up to date, and give the engine more where it has none."""
        if (job := self._under_way) is not None:
            self._follow(job)
        following = self.queue.next
        if following is None:
            return
        if (job := self._under_way) is None:
            self._begin(following)
        elif job.silent and not following.silent:
            self.cancel()

    def use(self, job: Job) -> None:
        """Let a job take the engine's answer; each step of what it has to prepare is a call of its own, and short."""
        assert job.task is not None
        with self._blaming(job):
            if not job.prepare():
                job.use(job.task.facts)
                self._end(job, "done")

    def cancel(self) -> None:
        """Ask for the end of the job under way; the next one follows."""
        job = self._under_way
        if job is None or job.brief:
            return
        if self._client is not None and job.task is not None and self.cancelled_at is None:
            self.cancelled_at = time.monotonic()
            self._client.cancel(job.task)
            job.forget_draft()

    def cancel_all(self) -> None:
        """Nothing that waits is begun, nothing that is ready is used, and the job under way is to end."""
        for job in self.queue.all("waiting", "ready"):
            self._end(job, "cancelled")
        self.cancel()

    def remove(self, job: Job) -> None:
        """Take a job out of the queue: one under way when the engine has let go of it, and out of sight at once."""
        if job is self._under_way:
            job.listed = False
            self.cancel()
        else:
            self.queue.remove(job)

    def stop(self) -> None:
        """End the engine's process and free its memory."""
        if self._client is not None:
            self._client.stop()

    def end(self) -> None:
        """End everything: the extension goes away."""
        self.stop()
        self.queue.remove(*self.queue.jobs)

    def say(self, message: str, failed: bool = False) -> None:
        self.message, self.failed = message, failed

    def _begin(self, job: Job) -> None:
        with self._blaming(job):
            kind, fields = job.request()
            job.task = self._engine().submit(kind, **fields)
            job.state = "working"
            self.cancelled_at = None

    def _follow(self, job: Job) -> None:
        """See how far the engine is; one that does not heed a cancel is ended."""
        assert self._client is not None
        assert job.task is not None
        self._client.poll()
        if job.task.running:
            if self.cancelled_at is not None and time.monotonic() - self.cancelled_at > CANCEL_SECONDS:
                self._client.kill()
        elif self.cancelled_at is not None or job.task.state == "cancelled":
            self._end(job, "cancelled")
        elif job.task.state == "failed":
            self._end(job, "failed", job.task.error)
        else:
            job.state = "ready"

    @contextmanager
    def _blaming(self, job: Job) -> Iterator[None]:
        """Whatever goes wrong is that job's failure, and the others go on."""
        try:
            yield
        except EXPECTED as error:
            self._end(job, "failed", str(error))
        except Exception as error:
            traceback.print_exc()
            self.traceback = traceback.format_exc().splitlines()
            self._end(job, "failed", rpt_(UNFORESEEN, work=job.name, reason=in_one_line(error)))

    def _end(self, job: Job, state: State, error: str = "") -> None:
        """The job is over; what is not listed is told as a message, and forgotten."""
        job.end(state, error)
        if not job.listed and not job.silent and state != "done":
            self.say(error or "Cancelled.", failed=bool(error))
        self.queue.forget_unlisted()

    def _engine(self) -> WorkerClient:
        """The engine's process as the preferences want it; another one is ended."""
        launch = _launch()
        if self._client is None or self._client.launch != launch:
            self.stop()
            self._client = WorkerClient(launch)
        return self._client


session = Session()


def log_file() -> Path:
    """Where this Blender's engine writes what it has to say to developers."""
    return storage.folder() / f"engine-{os.getpid()}.log"


def _launch() -> Launch:
    """How to start the engine with the current preferences."""
    chosen = preferences().engine_python
    idle = preferences().idle_minutes * 60
    if chosen:
        return Launch(engine_command((bpy.path.abspath(chosen),), (str(ROOT),), idle), log_file())
    python = (sys.executable, *bpy.app.python_args)
    return Launch(engine_command(python, (str(ROOT), *_wheel_folders()), idle), log_file())


def _wheel_folders() -> list[str]:
    """Where Blender has put the packages that come with extensions."""
    extensions = Path(bpy.utils.user_resource("EXTENSIONS"))
    return [path for path in sys.path if Path(path).is_relative_to(extensions)]
