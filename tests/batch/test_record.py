"""The record survives what may happen to it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from engine.batch.inputs import Picture
from engine.batch.record import FILE, Entry, Record

SETTINGS = {"detail": "low", "height": 1.75}


def _entry(photo: str = "/x/a.jpg", error: str | None = None) -> Entry:
    return Entry(photo, 10, 1795270038316090167, SETTINGS, "a.glb", 0.5, 8, 12, ["Feet are missing."], error)


def _written(folder: Path, *entries: Entry) -> Path:
    with Record(folder) as record:
        for entry in entries:
            record.add(entry)
    return folder / FILE


def test_what_is_written_is_read(tmp_path: Path) -> None:
    entries = _entry(), _entry("/x/ü\u2028\n.jpg", "It is broken.")
    _written(tmp_path, *entries)
    with Record(tmp_path) as record:
        assert [record.of(Path(entry.photo)) for entry in entries] == list(entries)
        assert record.of(Path("/x/c.jpg")) is None


def test_the_latest_entry_counts(tmp_path: Path) -> None:
    _written(tmp_path, _entry(error="It is broken."))
    _written(tmp_path, _entry())
    with Record(tmp_path) as record:
        assert record.of(Path("/x/a.jpg")) == _entry()


@pytest.mark.parametrize("cut", [1, 2, 100])
def test_a_torn_line_is_cut_off(tmp_path: Path, cut: int) -> None:
    path = _written(tmp_path, _entry(), _entry("/x/b.jpg"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with Record(tmp_path) as record:
        assert record.of(Path("/x/a.jpg")) == _entry()
        assert record.of(Path("/x/b.jpg")) is None
        record.add(_entry("/x/b.jpg"))
    assert path.read_bytes() == whole


STRANGE = [{"photo": ["/x/b.jpg"]}, {"mesh": ""}, {"mesh": 7}, {"settings": "low"}, {"seconds": None}, {"error": 1}]
"""What another program, or a person, may have made of an entry's fields."""


@pytest.mark.parametrize(
    "line",
    [
        *(b"\x00\xff\n", b"{}\n", b"[1]\n", b"\n", b'{"photo": "/x/a.jpg"}\n'),
        *(json.dumps(asdict(_entry("/x/b.jpg")) | fields).encode() + b"\n" for fields in STRANGE),
    ],
)
def test_lines_that_are_no_entries_are_passed_over(tmp_path: Path, line: bytes) -> None:
    path = _written(tmp_path, _entry())
    path.write_bytes(line + path.read_bytes() + line)
    with Record(tmp_path) as record:
        assert record.meshes() == {"/x/a.jpg": "a.glb"}


def test_changes_are_noticed() -> None:
    picture = Picture(Path("/x/a.jpg"), "a", 10, 1795270038316090167)
    assert _entry().is_of(picture, SETTINGS)
    assert not _entry().is_of(Picture(picture.path, "a", 11, picture.mtime_ns), SETTINGS)
    assert not _entry().is_of(Picture(picture.path, "a", 10, 1), SETTINGS)
    assert not _entry().is_of(picture, {**SETTINGS, "height": 1.8})
