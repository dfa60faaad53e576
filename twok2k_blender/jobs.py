"""What the engine has to do, one thing after the other. Knows nothing of Blender.

Where the queue lives: in plain Python, as long as Blender runs (`session` holds it). Data of Blender's would be wrong
for it: properties of a scene are set back by an undo and go away with the file, while the engine is still at work.
For the same reason a job holds no Blender data, only names, paths and numbers; whatever happens to objects, images,
scenes or windows meanwhile, a job stays valid. The rows of the panel's list are a picture of the queue (`photo_list`).
"""

import itertools
from collections.abc import Mapping
from typing import Any, Literal

from .mesh_data import MeshFileError
from .worker_client import Task, WorkerError

State = Literal["waiting", "working", "ready", "done", "failed", "cancelled"]
"""ready: the engine is done, Blender has yet to take the result."""

OVER: tuple[State, ...] = ("done", "failed", "cancelled")


class PhotoError(Exception):
    """There is no photo; the text is one sentence for the user."""


class NotAllowed(Exception):
    """The user has not allowed it; the text is one sentence: what to do before."""


EXPECTED = (WorkerError, PhotoError, MeshFileError, NotAllowed)
"""Errors whose text is a sentence for the user."""

_keys = itertools.count(1)


class Job:
    """One request to the engine and what becomes of the answer.

    key: its number, never used twice. name: for people. scene: number of the scene it was asked for in (`identity`).
    error: one sentence, of a job that has failed.
    """

    listed = False
    """Whether the panel lists it and keeps it when it is over."""

    silent = False
    """Whether nobody has asked for it by a click: it is not shown at work, and gives way to every job that is not."""

    brief = False
    """Whether it is over so soon that it is never cancelled: the engine may only just have started for it."""

    of_file = False
    """Whether it means something in the file alone in which it was asked for."""

    changes_scene = False
    """Whether `use` waits until the user is in Object Mode and in the middle of nothing."""

    steady = False
    """Whether each stage goes on at a steady speed, so that its fraction tells how long the rest will take."""

    def __init__(self, name: str, scene: int = 0) -> None:
        self.key = next(_keys)
        self.name = name
        self.scene = scene
        self.state: State = "waiting"
        self.error = ""
        self.task: Task | None = None

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def fraction(self) -> float:
        """How much the engine has done, in [0, 1]."""
        return self.task.fraction if self.task else 0.0

    def request(self) -> tuple[str, dict[str, Any]]:
        """Kind and fields of the message to the engine. May raise what is EXPECTED."""
        raise NotImplementedError

    def prepare(self) -> bool:
        """Do a step of what takes long before `use`, unless all is done: whether it was not. May raise what is
        EXPECTED."""
        return False

    def use(self, facts: Mapping[str, Any]) -> None:
        """Take the engine's answer. May raise what is EXPECTED."""
        raise NotImplementedError

    def take_draft(self) -> None:
        """A draft of the result is there. It is the context's scene that shows it."""

    def forget_draft(self) -> None:
        """No draft is to be seen any more."""

    def clean_up(self) -> None:
        """Leave nothing behind; called when the job is done or leaves the queue, perhaps more than once."""

    def end(self, state: State, error: str = "") -> None:
        self.state, self.error, self.task = state, error, None
        if state == "done":
            self.clean_up()


class Queue:
    """Jobs in the order in which they are done, among them those that are over and still listed."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    @property
    def busy(self) -> bool:
        return any(not job.over for job in self.jobs)

    @property
    def next(self) -> Job | None:
        """The job that is to be begun: the one longest in line, silent ones last."""
        waiting = self.all("waiting")
        return next((job for job in waiting if not job.silent), waiting[0] if waiting else None)

    @property
    def listed(self) -> list[Job]:
        return [job for job in self.jobs if job.listed]

    def find(self, key: int) -> Job | None:
        return next((job for job in self.jobs if job.key == key), None)

    def first(self, state: State) -> Job | None:
        return next((job for job in self.jobs if job.state == state), None)

    def all(self, *states: State) -> list[Job]:
        return [job for job in self.jobs if job.state in states]

    def remove(self, *jobs: Job) -> None:
        self.jobs = [job for job in self.jobs if job not in jobs]
        for job in jobs:
            job.clean_up()

    def forget_unlisted(self) -> None:
        """Drop the jobs that are over and that nobody wants to see."""
        self.remove(*(job for job in self.all(*OVER) if not job.listed))

    def retry(self, job: Job) -> None:
        """Put a job that came to nothing at the end of the line."""
        if job.state in ("failed", "cancelled"):
            self.jobs.remove(job)
            job.state, job.error = "waiting", ""
            self.jobs.append(job)
