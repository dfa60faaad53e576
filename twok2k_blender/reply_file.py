"""The worker's replies in a file, of which one reads what has been added, without waiting.

A pipe would need a thread that listens, and no thread may run Python beside Blender: where that is built with Python
3.11, an operator called in an overridden context lets Blender's own code use Python without holding its lock while
another thread has it (`PyC_IsInterpreterActive` asks for any thread, not for this one), which corrupts memory.

Knows nothing of Blender.
"""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.worker.protocol import MAX_BYTES, REPLIES, Message, ProtocolError, read_messages
else:  # within an extension there is no top-level package of the name "engine"
    from ..engine.worker.protocol import MAX_BYTES, REPLIES, Message, ProtocolError, read_messages


SUFFIX = ".replies"


class ReplyFile:
    """A new file in a folder. writer: for the worker, to be closed once it has it."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        descriptor, name = tempfile.mkstemp(SUFFIX, "engine-", folder)
        self.writer = os.fdopen(descriptor, "wb")
        self._path = Path(name)
        self._reader = self._path.open("rb", buffering=0)
        self._rest = b""

    def read(self) -> Iterator[Message]:
        """Yield the messages that have come since the last call. Raises ProtocolError and OSError."""
        while chunk := self._reader.read(MAX_BYTES):
            lines, newline, self._rest = (self._rest + chunk).rpartition(b"\n")
            yield from read_messages(io.BytesIO(lines + newline), REPLIES)
            if len(self._rest) >= MAX_BYTES:
                raise ProtocolError("a message is too long")

    def delete(self) -> None:
        self.writer.close()
        self._reader.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
