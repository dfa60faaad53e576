import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worker.protocol import MAX_BYTES, REPLIES, REQUESTS, ProtocolError, read_messages, write_message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def read(data: bytes) -> list[dict]:
    return list(read_messages(io.BytesIO(data), REQUESTS))


@given(st.text(), st.dictionaries(st.text(), JSON, max_size=5), st.integers())
def test_messages_come_back_as_they_were_sent(photo: str, settings: dict, identity: int) -> None:
    stream = io.BytesIO()
    messages = [
        {"type": "reconstruct", "id": identity, "photo": photo, "settings": settings, "result": "a\nb", "draft": ""},
        {"type": "quit", "id": 2},
    ]
    for message in messages:
        write_message(stream, message)
    assert read(stream.getvalue()) == messages


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_not_sent(number: float) -> None:
    stream = io.BytesIO()
    with pytest.raises(ProtocolError, match="a number that is none"):
        write_message(stream, {"type": "check", "id": 1, "weights": "default", "device": number})
    assert stream.getvalue() == b""


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_messages_or_refused(data: bytes) -> None:
    try:
        messages = read(data)
    except ProtocolError:
        return
    assert all(message["type"] in REQUESTS for message in messages)


@given(JSON)
def test_arbitrary_json_is_refused(value: object) -> None:
    with pytest.raises(ProtocolError):
        read(json.dumps(value).encode() + b"\n")


@pytest.mark.parametrize(
    "line",
    [
        b'{"type": "hello", "id": 1}',
        b'{"type": "hello"}\n',
        b'{"type": "hello", "id": true}\n',
        b'{"type": "hello", "id": 1, "more": 2}\n',
        b'{"type": "reconstruct", "id": 1, "photo": 5, "settings": {}, "result": "x", "draft": ""}\n',
        b'{"type": "reconstruct", "id": 1, "photo": "p", "settings": {"height": NaN}, "result": "x", "draft": ""}\n',
        b'{"type": "reconstruct", "id": 1, "photo": "p", "settings": {"height": 1e999}, "result": "x", "draft": ""}\n',
        b'{"type": ["hello"], "id": 1}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_wrong_messages_are_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(line)


def test_endless_line_is_refused_without_reading_it_all() -> None:
    stream = io.BytesIO(b" " * (3 * MAX_BYTES))
    with pytest.raises(ProtocolError, match="too long"):
        next(read_messages(stream, REQUESTS))
    assert stream.tell() == MAX_BYTES


def test_message_that_is_too_long_is_not_sent() -> None:
    stream = io.BytesIO()
    with pytest.raises(ProtocolError, match="too long"):
        write_message(stream, {"type": "done", "id": 1, "facts": {"text": "x" * MAX_BYTES}})
    assert stream.getvalue() == b""


def test_numbers_of_progress_may_be_whole() -> None:
    line = b'{"type": "progress", "id": 1, "stage": "s", "fraction": 1}\n'
    assert next(read_messages(io.BytesIO(line), REPLIES))["fraction"] == 1
