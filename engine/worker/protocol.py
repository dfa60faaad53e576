"""The messages between the extension and the engine's process: one JSON object per line, UTF-8, bounded, checked.

Requests (client -> worker) carry an `id` chosen by the client; every reply names the request it belongs to.
Each request but "cancel" and "quit" gets any number of "progress" replies and exactly one last one: "done" with
the facts asked for, "cancelled", or "error" with one sentence for the user. "reconstruct" names the file `result` for
the mesh, and the file `draft` for a coarse one (or none: ""); a "draft" reply says that this is there.

This module needs nothing but the standard library: Blender's process imports it too.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

MAX_BYTES = 1 << 20
"""Longest message, with its newline. Meshes and pictures travel as files, whose paths are all that is sent."""

Message = dict[str, Any]
Schema = Mapping[str, type | tuple[type, ...]]

NUMBER = (int, float)

REQUESTS: Mapping[str, Schema] = {
    "hello": {},
    "check": {"weights": str, "device": str},
    "reconstruct": {"photo": str, "settings": dict, "result": str, "draft": str},
    "preview": {"photo": str, "settings": dict, "result": str},
    "mask": {"photo": str, "settings": dict, "result": str},
    "keypoints": {"photo": str, "settings": dict, "result": str},
    "weights": {},
    "import_weights": {"file": str},
    "download_weights": {"address": str, "sha256": str, "size": int},
    "remove_weights": {"name": str},
    "cancel": {},
    "quit": {},
}

REPLIES: Mapping[str, Schema] = {
    "progress": {"stage": str, "fraction": NUMBER},
    "draft": {},
    "done": {"facts": dict},
    "cancelled": {},
    "error": {"text": str},
}


class ProtocolError(Exception):
    """The other side sent something that is not a message."""


def write_message(stream: BinaryIO, message: Message) -> None:
    """Send one message. Raises ProtocolError if it is too long or not JSON, OSError if the other side has gone."""
    try:
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
    except ValueError as error:
        raise ProtocolError("a message holds a number that is none") from error
    if len(line) > MAX_BYTES:
        raise ProtocolError(f"a message of {len(line)} bytes is too long")
    stream.write(line)
    stream.flush()


def read_messages(stream: BinaryIO, schemas: Mapping[str, Schema]) -> Iterator[Message]:
    """Yield the messages of a stream until it ends. Raises ProtocolError at the first that breaks the rules."""
    while line := stream.readline(MAX_BYTES):
        if not line.endswith(b"\n"):
            raise ProtocolError("a message is too long or was cut short")
        yield check(_parse(line), schemas)


def check(message: object, schemas: Mapping[str, Schema]) -> Message:
    """Return the message if it is exactly what its type's schema asks for. Raises ProtocolError."""
    if not isinstance(message, dict):
        raise ProtocolError("a message is not an object")
    schema = schemas.get(message["type"]) if isinstance(message.get("type"), str) else None
    if schema is None:
        raise ProtocolError("a message has no known type")
    expected = {"type": str, "id": int, **schema}
    if message.keys() != expected.keys():
        raise ProtocolError(f"a message of type {message['type']} must have the fields {', '.join(expected)}")
    for name, kind in expected.items():
        if not isinstance(message[name], kind) or isinstance(message[name], bool):
            raise ProtocolError(f"the field {name} of a message has the wrong type")
    return message


def _parse(line: bytes) -> object:
    try:
        return json.loads(line, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a message is not JSON") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
