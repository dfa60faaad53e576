"""The client's end of the engine's process: starts it, talks to it without ever waiting, notices its death.

Knows nothing of Blender.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

from .reply_file import ReplyFile

if TYPE_CHECKING:
    from engine.worker.protocol import Message, ProtocolError, write_message
else:  # within an extension there is no top-level package of the name "engine"
    from ..engine.worker.protocol import Message, ProtocolError, write_message

QUIT_SECONDS = 2.0
"""How long a worker that was told to go may take before it is killed."""

MAX_LOG_BYTES = 1 << 20
"""A log longer than this is begun anew."""

LAUNCHER = Path(__file__).with_name("launch.py")


class WorkerError(Exception):
    """The worker cannot be used; the text is one sentence for the user."""


@dataclass(frozen=True)
class Launch:
    """How to start the worker. log: file that takes its stderr; the worker runs in the log's folder."""

    command: tuple[str, ...]
    log: Path


@dataclass
class Task:
    """A request on its way. facts: of a task that is done. error: one sentence, of a task that has failed.

    stage_began: by the monotonic clock. stage_from: the fraction at that time. drafted: whether there is a draft that
    nobody has taken. heard: whether the worker has replied. deliveries: how often it was sent.
    """

    id: int
    message: Message
    state: Literal["running", "done", "cancelled", "failed"] = "running"
    stage: str = ""
    stage_began: float = field(default_factory=time.monotonic)
    stage_from: float = 0.0
    fraction: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    drafted: bool = False
    heard: bool = False
    deliveries: int = 0

    @property
    def running(self) -> bool:
        return self.state == "running"

    def receive(self, message: Message) -> None:
        """Take in one reply."""
        self.heard = True
        match message["type"]:
            case "progress":
                stage, self.fraction = message["stage"], min(max(message["fraction"], 0.0), 1.0)
                if stage != self.stage or self.fraction < self.stage_from:
                    self.stage, self.stage_began, self.stage_from = stage, time.monotonic(), self.fraction
            case "draft":
                self.drafted = True
            case "done":
                self.state, self.facts = "done", message["facts"]
            case "cancelled":
                self.state = "cancelled"
            case "error":
                self.state, self.error = "failed", message["text"]


def engine_command(python: Sequence[str], paths: Sequence[str], idle: float) -> tuple[str, ...]:
    """The command that starts the worker with `paths` ahead of that Python's own; idle: seconds until it ends."""
    return (*python, str(LAUNCHER), os.pathsep.join(paths), "worker", "--idle", f"{idle:g}")


class WorkerClient:
    """One worker process at a time, started when it is needed. To be used from one thread only."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: ReplyFile | None = None
        self._tasks: dict[int, Task] = {}
        self._last_id = 0
        self._log_start = 0

    @property
    def running(self) -> bool:
        """Whether there is a live process (which may hold memory)."""
        return self._process is not None and self._process.poll() is None

    def submit(self, kind: str, **fields: Any) -> Task:
        """Send a request, to a new worker if there is none. Raises WorkerError."""
        if not self.running:
            self._reap()
            self._start()
        self._last_id += 1
        task = Task(self._last_id, {"type": kind, "id": self._last_id, **fields})
        self._deliver(task)
        self._tasks[task.id] = task
        return task

    def cancel(self, task: Task) -> None:
        """Ask the worker to stop; the task's state tells what came of it."""
        if task.running and self._process is not None:
            self._send({"type": "cancel", "id": task.id})

    def poll(self) -> None:
        """Bring all tasks up to date. Those of a worker that has died fail with an explanation."""
        if self._process is not None:
            ended = not self.running  # asked first: of one that has ended, all replies are there
            if not self._receive() or ended:
                self._bury()
        self._forget_finished()

    def stop(self) -> None:
        """End the worker now and leave nothing of it; tasks under way are cancelled."""
        if self._process is not None:
            self._send({"type": "quit", "id": 0})
        self._reap()
        for task in self._tasks.values():
            task.state = "cancelled" if task.running else task.state
        self._forget_finished()

    def kill(self) -> None:
        """End a worker that does not heed; `poll` reports it like any other death."""
        if self._process is not None:
            self._process.kill()

    def _receive(self) -> bool:
        """Take in the replies that are there; false if they make no sense."""
        assert self._replies is not None
        try:
            for message in self._replies.read():
                if task := self._tasks.get(message["id"]):
                    task.receive(message)
        except (ProtocolError, OSError):
            return False
        return True

    def _deliver(self, task: Task) -> None:
        task.deliveries += 1
        self._send(task.message)

    def _bury(self) -> None:
        """After the worker's end: what it has not heard of goes to another, the rest fails with an explanation.

        A worker that has been idle for long ends by itself, perhaps at the moment at which it is asked for more.
        """
        reason = self._cause_of_death()
        ended_by_itself = self._wait() == 0
        self._reap()
        for task in filter(lambda task: task.running, self._tasks.values()):
            if ended_by_itself and not task.heard and task.deliveries == 1:
                self._deliver_anew(task)
            else:
                task.state, task.error = "failed", reason

    def _deliver_anew(self, task: Task) -> None:
        try:
            if not self.running:
                self._start()
            self._deliver(task)
        except WorkerError as error:
            task.state, task.error = "failed", str(error)

    def _start(self) -> None:
        """Start the process."""
        try:
            self._process = self._spawn()
        except OSError as error:
            self._reap()
            program, reason = self.launch.command[0], error.strerror or str(error)
            remedy = "choose another engine Python in the preferences"
            raise WorkerError(f"The engine cannot be started with {program} ({reason}); {remedy}.") from error

    def _spawn(self) -> subprocess.Popen[bytes]:
        log = self.launch.log
        log.parent.mkdir(parents=True, exist_ok=True)
        mode = "wb" if log.exists() and log.stat().st_size > MAX_LOG_BYTES else "ab"
        self._replies = ReplyFile(log.parent)
        with log.open(mode) as stderr, self._replies.writer as stdout:
            self._log_start = stderr.tell()
            return subprocess.Popen(
                self.launch.command,
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                cwd=log.parent,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )

    @property
    def _requests(self) -> BinaryIO:
        assert self._process is not None
        assert self._process.stdin is not None
        return cast(BinaryIO, self._process.stdin)

    def _send(self, message: Message) -> None:
        """Write to the worker; if it has died, `poll` notices."""
        try:
            write_message(self._requests, message)
        except ProtocolError as error:
            raise WorkerError(f"The engine cannot be asked, because {error}.") from error
        except (OSError, ValueError):
            pass

    def _forget_finished(self) -> None:
        self._tasks = {identity: task for identity, task in self._tasks.items() if task.running}

    def _cause_of_death(self) -> str:
        """Why the worker has ended, in one sentence."""
        code = self._wait()
        if -code == getattr(signal, "SIGKILL", None):
            return "The system has ended the engine, often for lack of memory; close other programs and try again."
        if code < 0:
            return f"The engine has crashed ({_signal_name(-code)}); try again, or see its log {self.launch.log}."
        reason = self._last_log_line() or f"exit code {code}"
        return f"The engine ended unexpectedly: {reason.rstrip('.')} (log: {self.launch.log})."

    def _last_log_line(self) -> str:
        """What this worker said last on stderr, shortened; empty if it said nothing."""
        try:
            with self.launch.log.open("rb") as log:
                log.seek(max(self._log_start, log.seek(0, os.SEEK_END) - 4096))
                lines = log.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")

    def _wait(self) -> int:
        """The process's exit code; it is killed if it does not end by itself."""
        assert self._process is not None
        try:
            return self._process.wait(QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _reap(self) -> None:
        """Leave no process, no open pipe and no replies."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._requests.close()
            self._wait()
            self._process = None
        if self._replies is not None:
            self._replies.delete()
            self._replies = None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
