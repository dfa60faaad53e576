"""Serves requests one after the other until the client goes, asks for it, or is idle for long."""

import os
import queue
import threading
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from engine.errors import Cancelled, UserError
from engine.worker.explain import explain
from engine.worker.protocol import REQUESTS, Message, ProtocolError, read_messages, write_message

if TYPE_CHECKING:  # the server itself runs without numpy, so that it can say what lacks
    from engine.types import Progress

ABANDON_SECONDS = 5.0
"""How long a computation may run on after the client has gone before the process is ended hard."""

SMALLEST_STEP = 0.005
"""Progress is sent when the stage changes or the fraction by this much; it falls when a download begins anew."""

WITH_PROGRESS = ("reconstruct", "preview", "mask", "keypoints", "download_weights")
"""Requests that tell how far they are, and can be cancelled on their way."""

Facts = dict[str, Any]


class Engine(Protocol):
    """What the server serves; every method returns facts that JSON can carry."""

    def hello(self) -> Facts: ...

    def check(self, weights: str, device: str) -> Facts: ...

    def reconstruct(
        self,
        photo: str,
        settings: Mapping[str, Any],
        result: str,
        draft: str,
        progress: "Progress",
        drafted: Callable[[], None],
    ) -> Facts: ...

    def preview(self, photo: str, settings: Mapping[str, Any], result: str, progress: "Progress") -> Facts: ...

    def mask(self, photo: str, settings: Mapping[str, Any], result: str, progress: "Progress") -> Facts: ...

    def keypoints(self, photo: str, settings: Mapping[str, Any], result: str, progress: "Progress") -> Facts: ...

    def weights(self) -> Facts: ...

    def import_weights(self, file: str) -> Facts: ...

    def download_weights(self, address: str, sha256: str, size: int, progress: "Progress") -> Facts: ...

    def remove_weights(self, name: str) -> Facts: ...


class Server:
    """One client's server. The calling thread computes; a second thread listens, so that a cancel comes through."""

    def __init__(self, engine: Engine, requests: BinaryIO, replies: BinaryIO, idle: float | None = None) -> None:
        """idle: seconds without a request after which `serve` returns, None = never."""
        self._engine = engine
        self._requests = requests
        self._replies = replies
        self._idle = idle
        self._waiting: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._gone = threading.Event()
        self._finished = threading.Event()

    def serve(self) -> None:
        """Answer requests until "quit", the end of the stream, a broken message or the idle time."""
        threading.Thread(target=self._listen, name="listener", daemon=True).start()
        try:
            while (request := self._next()) is not None and request["type"] != "quit":
                self._reply(request["id"], **self._answer(request))
                self._cancelled.discard(request["id"])
        except OSError:
            pass  # the client has gone and reads no more
        finally:
            self._finished.set()

    def _next(self) -> Message | None:
        try:
            return self._waiting.get(timeout=self._idle)
        except queue.Empty:
            return None

    def _listen(self) -> None:
        """Queue the requests; cancels take effect at once. When the client goes, the work in hand is cancelled."""
        try:
            for request in read_messages(self._requests, REQUESTS):
                if request["type"] == "cancel":
                    self._cancelled.add(request["id"])
                else:
                    self._waiting.put(request)
        except (ProtocolError, OSError):
            traceback.print_exc()
        self._gone.set()
        self._waiting.put(None)
        if not self._finished.wait(ABANDON_SECONDS):
            os._exit(1)

    def _answer(self, request: Message) -> Message:
        """Do what a request asks; the last reply's fields."""
        try:
            return {"type": "done", "facts": self._run(request)}
        except Cancelled:
            return {"type": "cancelled"}
        except UserError as error:
            return {"type": "error", "text": str(error)}
        except Exception as error:
            traceback.print_exc()
            return {"type": "error", "text": explain(error)}

    def _run(self, request: Message) -> Facts:
        fields = {name: value for name, value in request.items() if name not in ("type", "id")}
        if request["type"] in WITH_PROGRESS:
            fields["progress"] = self._progress(request["id"])
        if "draft" in request:
            fields["drafted"] = partial(self._reply, request["id"], type="draft")
        return getattr(self._engine, request["type"])(**fields)

    def _progress(self, identity: int) -> "Progress":
        """The callback of one run: tells the client, and raises Cancelled if the client wants or reads no more."""
        sent: tuple[str, float] = ("", 0.0)

        def progress(stage: str, fraction: float) -> None:
            nonlocal sent
            if identity in self._cancelled or self._gone.is_set():
                raise Cancelled
            if stage != sent[0] or abs(fraction - sent[1]) >= SMALLEST_STEP:
                sent = (stage, fraction)
                self._reply(identity, type="progress", stage=stage, fraction=min(max(float(fraction), 0.0), 1.0))

        return progress

    def _reply(self, identity: int, **fields: Any) -> None:
        write_message(self._replies, {"id": identity, **fields})
