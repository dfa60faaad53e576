"""A server on this computer that gives one file, well or badly. It needs nothing but the standard library."""

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BLOCK = 1 << 14


class FileServer(ThreadingHTTPServer):
    """content: of the file. tag: its ETag, empty for none. ranges: whether parts can be asked for.

    cut: bytes of an answer after which the connection breaks. held: while it is set, an answer stops at its middle.
    chunked: the size is not told. status, location: what is answered instead of the file.
    requests: headers of what was asked for.
    """

    daemon_threads = True

    def __init__(self, content: bytes, certificate: Path | None = None) -> None:
        """certificate: PEM file with a key; the server encrypts with it."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http"
        if certificate is not None:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.content, self.tag, self.ranges, self.chunked = content, '"1"', True, False
        self.cut: int | None = None
        self.held = threading.Event()
        self.status, self.location = 200, ""
        self.requests: list[Message] = []

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}/files/my%20net.pth.tar?x=1"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FileServer

    def do_GET(self) -> None:
        self.server.requests.append(self.headers)
        self.close_connection = True
        if self.server.status != 200:
            return self._refuse(self.server.status)
        first = self._first()
        if first >= len(self.server.content) > 0 and first:
            return self._refuse(416)
        body = self.server.content[first:]
        self._begin(first, len(body))
        self._send(body)

    def _first(self) -> int:
        """The first byte that is asked for."""
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", self.server.tag) == self.server.tag
        return int(wanted[1]) if wanted and same and self.server.ranges else 0

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _begin(self, first: int, length: int) -> None:
        self.send_response(206 if first else 200)
        if self.server.tag:
            self.send_header("ETag", self.server.tag)
        if first:
            total = len(self.server.content)
            self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        if self.server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, body: bytes) -> None:
        end = len(body) if self.server.cut is None else self.server.cut
        for start in range(0, end, BLOCK):
            block = body[start : min(start + BLOCK, end)]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block) if self.server.chunked else block)
            if start >= len(body) / 2:
                while self.server.held.is_set():
                    threading.Event().wait(0.05)
        if self.server.chunked and end == len(body):
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def serving(content: bytes, certificate: Path | None = None) -> Iterator[FileServer]:
    """A server that runs as long as the block."""
    server = FileServer(content, certificate)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.held.clear()
        server.shutdown()
        server.server_close()
