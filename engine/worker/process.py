"""Runs the server on this process's own stdin and stdout."""

import os
import sys
from typing import BinaryIO, cast

from engine.worker.server import Engine, Server


def serve_process(engine: Engine, idle: float | None = None) -> None:
    """Serve until the client goes. Whatever a library prints from here on goes to stderr, never between messages."""
    requests, replies = claim_standard_streams()
    with replies:
        Server(engine, requests, replies, idle).serve()


def claim_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the protocol, at the level of file descriptors, so that C code is caught as well.

    The first is unbuffered: a thread that waits in a buffered one would hold up the end of the process.
    """
    sys.stdout.flush()
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return cast(BinaryIO, os.fdopen(requests, "rb", buffering=0)), os.fdopen(replies, "wb")
