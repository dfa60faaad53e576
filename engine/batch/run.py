"""One run over many pictures: what is not done yet is done, recorded and shown."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine.batch.display import progress
from engine.batch.inputs import Picture
from engine.batch.names import mesh_files, remove_leftovers
from engine.batch.record import Entry, Record
from engine.batch.summary import Summary
from engine.batch.task import Job, Outcome
from engine.errors import UserError

Runner = Callable[[Sequence[Job]], Generator[tuple[Job, Outcome], None, None]]
"""Does jobs in any order and yields each as it finishes, whatever has become of it; `close` stops the work."""

LOCK = ".lock"


@dataclass(frozen=True)
class Batch:
    """Pictures and where their meshes go.

    folder: of the meshes, the record and the summary; made where missing. ending: of the meshes, as ".glb". settings:
    for JSON, all that the meshes depend on besides the pictures; what was made with others is made again.
    """

    pictures: Sequence[Picture]
    folder: Path
    ending: str
    settings: Mapping[str, Any]

    def run(self, runner: Runner, retry_failed: bool = False) -> Summary:
        """Do what the folder's record does not name yet; write record and summary, the latter on interrupts as well.

        retry_failed: do again what has failed before. Raises UserError where the folder cannot be written or another
        run is working there, and whatever `runner` raises.
        """
        started = time.monotonic()
        with _sole_record(self.folder.resolve()) as record:
            pending = self._pending(record, retry_failed)
            _prepare(pending)
            try:
                self._work(pending, runner, record)
            finally:
                remove_leftovers(list(pending))
                summary = self._summary(record, time.monotonic() - started)
                summary.write(self.folder)
        return summary

    def _pending(self, record: Record, retry_failed: bool) -> dict[Path, Picture]:
        """The pictures still to be done, by the files of their meshes."""
        folder = self.folder.resolve()
        meshes = mesh_files(self.pictures, record.meshes(), self.ending)
        return {
            folder / mesh: picture
            for picture, mesh in meshes.items()
            if not self._is_done(record.of(picture.path), picture, mesh, retry_failed)
        }

    def _is_done(self, entry: Entry | None, picture: Picture, mesh: str, retry_failed: bool) -> bool:
        if entry is None or entry.mesh != mesh or not entry.is_of(picture, self.settings):
            return False
        return not retry_failed if entry.error else (self.folder / mesh).exists()

    def _work(self, pending: Mapping[Path, Picture], runner: Runner, record: Record) -> None:
        total = len(self.pictures)
        jobs = [Job(picture.path, mesh) for mesh, picture in pending.items()]
        with progress(total, total - len(jobs)) as show, closing(runner(jobs)) as outcomes:
            for job, outcome in outcomes:
                entry = self._entry(pending[job.mesh], job.mesh, outcome)
                record.add(entry)
                show(entry)

    def _entry(self, picture: Picture, mesh: Path, outcome: Outcome) -> Entry:
        return Entry(
            photo=str(picture.path),
            size=picture.size,
            mtime_ns=picture.mtime_ns,
            settings=self.settings,
            mesh=mesh.relative_to(self.folder.resolve()).as_posix(),
            **asdict(outcome),
        )

    def _summary(self, record: Record, seconds: float) -> Summary:
        entries = [(record.of(picture.path), picture) for picture in self.pictures]
        current = [entry for entry, picture in entries if entry and entry.is_of(picture, self.settings)]
        return Summary(len(self.pictures), current, self.settings, seconds)


@contextmanager
def _sole_record(folder: Path) -> Iterator[Record]:
    """The folder's record, for one process at a time; the lock of a process that dies is free again."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(folder / LOCK, timeout=0))
            record = stack.enter_context(Record(folder))
        except Timeout as error:
            raise UserError(f"Another run is working in {folder}; wait for it or choose another folder.") from error
        except OSError as error:
            reason = error.strerror or "it cannot be written"
            raise UserError(f"The folder {folder} cannot be used ({reason}); choose another output.") from error
        yield record


def _prepare(pending: Mapping[Path, Picture]) -> None:
    for folder in {mesh.parent for mesh in pending}:
        folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(list(pending))
