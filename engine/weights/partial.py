"""What has arrived of a file that is being downloaded; it outlives a cut, a cancel and a killed process."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from engine.data_folder import PARTIAL, data_folder
from engine.errors import UserError

BLOCK = 1 << 20


@dataclass(frozen=True)
class Origin:
    """What the server says about the file. tag: changes with it, empty = unknown. total: its bytes, 0 = unknown."""

    tag: str
    total: int


class Partial:
    """file: in the folder of the weights, known by the digest that it shall have. Its origin is kept beside it."""

    def __init__(self, name: str, sha256: str) -> None:
        self.file = data_folder() / f"{name}.{sha256[:12]}{PARTIAL}"
        self._note = self.file.with_name(f"{self.file.name}.json")

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.file.stat().st_size if self.file.is_file() else 0

    @property
    def origin(self) -> Origin | None:
        """None where it is not known; then nothing can be continued."""
        try:
            return Origin(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def whole(self) -> bool:
        """Whether all bytes have arrived, as far as the server has told their number."""
        return self.origin is not None and 0 < self.origin.total == self.size

    def begin(self, origin: Origin) -> None:
        """Start anew. Raises UserError where the folder cannot be written."""
        with self._disk_errors():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.unlink(missing_ok=True)
            self._note.write_text(json.dumps(asdict(origin)), encoding="utf-8")

    def require_room(self, total: int) -> None:
        """Raises UserError unless the rest and the imported copy fit onto the disk."""
        needed, free = 2 * total - self.size, shutil.disk_usage(self.file.parent).free
        if needed > free:
            raise UserError(
                f"{self.file.parent} has {free / 1e6:,.0f} MB of free space, and the weights need {needed / 1e6:,.0f}; "
                "make room there, then download again."
            )

    @contextmanager
    def appending(self) -> Iterator[Callable[[bytes], None]]:
        """A function that adds bytes at the end; it raises UserError where they cannot be written."""
        with self._disk_errors():
            file = self.file.open("ab", buffering=0)
        with file:
            size = os.fstat(file.fileno()).st_size

            def append(data: bytes) -> None:
                nonlocal size
                with self._disk_errors():
                    if not self.file.exists():
                        raise UserError("Another program has deleted what had arrived; download again.")
                    if os.fstat(file.fileno()).st_size != size:
                        raise UserError("Another program is downloading the same file; wait until it is done.")
                    size += len(data)
                    while data:
                        data = data[file.write(data) :]

            yield append

    def digest(self, progress: Callable[[float], None]) -> str:
        """SHA-256 of all that has arrived. progress: is told the part that is done, and may raise."""
        sha, done, size = hashlib.sha256(), 0, self.size
        with self._disk_errors(), self.file.open("rb") as file:
            while block := file.read(BLOCK):
                sha.update(block)
                done += len(block)
                progress(done / size)
        return sha.hexdigest()

    def delete(self) -> None:
        for path in (self.file, self._note):
            with suppress(OSError):
                path.unlink()

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise UserError(
                f"The download cannot be kept in {self.file.parent} ({reason}); make room there and check your "
                "permissions, then download again to go on."
            ) from error
