"""What lives as long as Blender does: the engine's process and the task under way. Holds no Blender data."""

import atexit
import sys
import time
from pathlib import Path
from typing import Any

import bpy

from .choices import preferences
from .package import PACKAGE, ROOT
from .worker_client import Launch, Task, WorkerClient, engine_command

CANCEL_SECONDS = 4.0
"""How long the engine may go on with the step it is in after a cancel; then it is ended."""


class Session:
    """message: what the panel has to say about the last task, `failed` tells whether that is an error."""

    def __init__(self) -> None:
        self.task: Task | None = None
        self.cancelled_at: float | None = None
        self.message = ""
        self.failed = False
        self._client: WorkerClient | None = None

    @property
    def busy(self) -> bool:
        return self.task is not None

    @property
    def engine_running(self) -> bool:
        return self._client is not None and self._client.running

    def begin(self, kind: str, **fields: Any) -> Task:
        """Give the engine something to do. Raises WorkerError."""
        self.say("")
        launch = _launch()
        if self._client is None or self._client.launch != launch:
            self.stop()
            self._client = WorkerClient(launch)
        self.cancelled_at = None
        self.task = self._client.submit(kind, **fields)
        return self.task

    def poll(self) -> None:
        """Bring the task up to date; an engine that does not heed a cancel is ended."""
        if self._client is None or self.task is None:
            return
        self._client.poll()
        if self.task.running and self.cancelled_at and time.monotonic() - self.cancelled_at > CANCEL_SECONDS:
            self._client.kill()
        if self.cancelled_at and self.task.state == "failed":
            self.task.state = "cancelled"

    def cancel(self) -> None:
        """Ask for the end of the task under way."""
        if self._client is not None and self.task is not None and self.cancelled_at is None:
            self.cancelled_at = time.monotonic()
            self._client.cancel(self.task)

    def end(self) -> None:
        """The task is over; one that still runs is cancelled and nobody waits for it."""
        self.cancel()
        self.task = None

    def stop(self) -> None:
        """End the engine's process and free its memory."""
        if self._client is not None:
            self._client.stop()

    def say(self, message: str, failed: bool = False) -> None:
        self.message, self.failed = message, failed


session = Session()


def log_file() -> Path:
    """Where the engine's process writes what it has to say to developers."""
    return Path(bpy.utils.extension_path_user(PACKAGE, create=True)) / "engine.log"


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


@bpy.app.handlers.persistent
def _before_load(*_: object) -> None:
    """Another file is opened: the task's scene goes away."""
    session.cancel()


def register() -> None:
    atexit.register(session.stop)
    bpy.app.handlers.load_pre.append(_before_load)


def unregister() -> None:
    bpy.app.handlers.load_pre.remove(_before_load)
    atexit.unregister(session.stop)
    session.end()
    session.stop()
