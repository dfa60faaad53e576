"""Downloads of weights from a server on this computer: whole, cut, changed, wrong; and what is left of each."""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from file_server import FileServer, serving

from engine.cli import main
from engine.cli.weights import telling_time
from engine.data_folder import unfinished_downloads
from engine.errors import Cancelled, UserError
from engine.networks.graph import GraphConfig, TwoK2K
from engine.weights import available, download, registry, verify
from engine.weights.download import Source
from engine.weights.download import download as fetch
from engine.weights.partial import Origin, Partial
from engine.weights.registry import UNKNOWN_LICENCE

ROOT = Path(__file__).resolve().parents[2]
WRONG = "0" * 64


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of imported weights, which is not there yet; there are no others."""
    monkeypatch.setenv("TWOK2K_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "bundled")
    return tmp_path / "data" / "weights"


@pytest.fixture(scope="session")
def content() -> bytes:
    torch.manual_seed(0)
    file = BytesIO()
    torch.save(TwoK2K(GraphConfig(1 / 16)).state_dict(), file)
    return file.getvalue()


@pytest.fixture
def server(content: bytes) -> Iterator[FileServer]:
    with serving(content) as running:
        yield running


def source(server: FileServer, sha256: str = "", size: int = 0) -> Source:
    return Source.of(server.address, sha256 or hashlib.sha256(server.content).hexdigest(), size)


def silent(stage: str, fraction: float) -> None:
    pass


def fails(wanted: Source, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        fetch(wanted, silent)
    assert str(caught.value).endswith(".")
    assert available() == []


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def cut(server: FileServer) -> int:
    """Let a download break off in the middle; how many bytes are there then."""
    server.cut = len(server.content) // 2
    fails(source(server), "was cut off after .* MB .*; download again to go on")
    server.cut = None
    return next(path for path in unfinished_downloads() if path.suffix == ".partial").stat().st_size


def test_whole_file_becomes_weights_and_nothing_else_stays(server: FileServer, folder: Path) -> None:
    seen: list[tuple[str, float]] = []
    info = fetch(source(server, size=len(server.content)), lambda stage, part: seen.append((stage, part)))
    assert (info.name, info.licence, info.commercial) == ("my-net", UNKNOWN_LICENCE, False)
    assert names(folder) == ["my-net.safetensors"]
    assert verify("my-net") == info
    assert [part for _, part in seen] == sorted(part for _, part in seen)
    assert {stage for stage, _ in seen} == {download.DOWNLOADING, download.CHECKING, download.IMPORTING}
    assert "Range" not in server.requests[0]


def test_cut_download_goes_on_where_it_was(server: FileServer, folder: Path) -> None:
    have = cut(server)
    assert have == len(server.content) // 2
    assert len(names(folder)) == 2, "the bytes, and where they are from"
    seen: list[float] = []
    fetch(source(server), lambda stage, part: seen.append(part) if stage == download.DOWNLOADING else None)
    assert (server.requests[-1]["Range"], server.requests[-1]["If-Range"]) == (f"bytes={have}-", '"1"')
    assert seen[1] > 0.98 / 2
    assert names(folder) == ["my-net.safetensors"]


@pytest.mark.parametrize("change", ["ranges", "tag", "content", "note"])
def test_what_cannot_go_on_starts_anew(server: FileServer, folder: Path, content: bytes, change: str) -> None:
    """A server without ranges, another file behind the same address (told, or seen by its size), a lost note."""
    have = cut(server)
    wanted = source(server)
    if change == "ranges":
        server.ranges = False
    elif change == "tag":
        server.tag = '"2"'
    elif change == "note":
        next(path for path in unfinished_downloads() if path.suffix == ".json").write_text("{")
    else:
        server.content = content[: have - 1]
        fails(wanted, "is not the publisher's")
        assert names(folder) == []
        return
    assert fetch(wanted, silent).name == "my-net"
    assert names(folder) == ["my-net.safetensors"]


def test_server_that_sends_another_part_than_asked_for_is_asked_anew(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(server)
    place = download._place
    monkeypatch.setattr(download, "_place", lambda response: (place(response)[0] and 7, place(response)[1]))
    assert fetch(source(server), silent).name == "my-net"
    assert [request["Range"] is None for request in server.requests] == [True, False, True]


def test_other_bytes_under_the_same_tag_are_noticed(server: FileServer, folder: Path) -> None:
    wanted = source(server)
    cut(server)
    server.content = server.content[:-1000] + bytes(1000)
    fails(wanted, "is not the publisher's")
    assert names(folder) == []


def test_all_bytes_of_a_process_that_was_killed_before_the_check_are_enough(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(download, "_verify", lambda *_: (_ for _ in ()).throw(Cancelled))
        with pytest.raises(Cancelled):
            fetch(source(server), silent)
    assert available() == []
    assert fetch(source(server), silent).name == "my-net"
    assert len(server.requests) == 1


@pytest.mark.parametrize("broken", [False, True])
def test_server_that_does_not_tell_the_size(server: FileServer, broken: bool) -> None:
    server.chunked = True
    if broken:
        cut(server)
    assert fetch(source(server), silent).name == "my-net"


def test_wrong_digest(server: FileServer, folder: Path) -> None:
    digest = hashlib.sha256(server.content).hexdigest()
    fails(source(server, WRONG), f"SHA-256 begins with {digest[:12]}; compare")
    assert names(folder) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_too_large(server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch, chunked: bool) -> None:
    server.chunked = chunked
    monkeypatch.setattr(download, "MAX_BYTES", len(server.content) - 1)
    fails(source(server), "larger than it should be")
    assert names(folder) == []


@pytest.mark.parametrize(("more", "chunked"), [(-1, False), (1, False), (-1, True)])
def test_another_size_than_the_publisher_says(server: FileServer, folder: Path, more: int, chunked: bool) -> None:
    server.chunked = chunked
    words = "larger than it should be" if chunked else "instead of"
    fails(source(server, size=len(server.content) + more), words)
    assert names(folder) == []


def test_no_room(server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 2 * len(server.content) - 1))
    fails(source(server), "of free space, and the weights need .*; make room there, then download again")
    monkeypatch.undo()


def test_full_disk(server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs the device /dev/full")
    begin = Partial.begin

    def begin_on_full_disk(partial: Partial, origin: Origin) -> None:
        begin(partial, origin)
        partial.file.symlink_to("/dev/full")

    monkeypatch.setattr(Partial, "begin", begin_on_full_disk)
    fails(source(server), "No space left on device.*make room")


@pytest.mark.parametrize("to", ["http://127.0.0.1:9/x", "http://host.invalid/x", "ftp://host.invalid/x"])
def test_redirect_without_encryption_is_refused(server: FileServer, folder: Path, to: str) -> None:
    server.status, server.location = 302, to
    fails(source(server), "leads on to an address without https")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, r"answers 404 \(Not Found\); check the address"),
        (403, "not for everyone"),
        (503, "try again later"),
        (204, "choose another address"),
    ],
)
def test_server_without_the_file(server: FileServer, folder: Path, status: int, words: str) -> None:
    server.status = status
    fails(source(server), words)
    assert names(folder) == []


def test_no_server() -> None:
    fails(Source.of("http://127.0.0.1:9/net.pth", WRONG), "cannot be reached .*; check the address and your connection")
    fails(Source.of("https://host.invalid/net.pth", WRONG), "host.invalid cannot be reached")


def test_server_that_does_not_encrypt(server: FileServer) -> None:
    fails(Source.of(server.address.replace("http:", "https:"), WRONG), "127.0.0.1 cannot be reached")


def certificate(folder: Path) -> Path:
    """A certificate of this computer's, which nobody trusts, with its key."""
    if not (program := shutil.which("openssl")):
        pytest.skip("needs the program openssl")
    key, file = folder / "key.pem", folder / "certificate.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", file]
    subprocess.run([program, "req", "-x509", *names, *kind], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + key.read_bytes())
    return file


def test_encrypted_server_is_believed_by_its_certificate_and_led_on_to(
    server: FileServer, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    cut(server)
    with serving(content, file) as encrypted:
        fails(source(encrypted), "127.0.0.1 cannot be reached .*certificate verify failed")
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        server.status, server.location = 307, encrypted.address
        assert fetch(source(server), silent).name == "my-net"
        assert encrypted.requests[-1]["Range"], "the server led on, and the download went on"


def test_server_that_falls_silent(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SECONDS", 0.3)
    server.held.set()
    fails(source(server), r"was cut off .*timed out\); download again to go on")
    server.held.clear()
    assert fetch(source(server), silent).name == "my-net"
    assert server.requests[-1]["Range"]


def test_cancel_in_the_middle_keeps_what_has_arrived(server: FileServer, folder: Path) -> None:
    def stop(stage: str, fraction: float) -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(source(server), stop)
    assert available() == []
    assert len(unfinished_downloads()) == 2
    assert fetch(source(server), silent).name == "my-net"
    assert server.requests[-1]["Range"]


@pytest.mark.parametrize(
    "address",
    [
        "host/x",
        "http://host/x",
        "http://127.0.0.1.host/x",
        "ftp://host/x",
        "https://",
        "https://a b/x",
        "https://user:word@host/x",
        "https://host:port/x",
        "https://höst/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(UserError, match="begins with https://"):
        Source.of(address, WRONG)


def test_addresses_digests_and_sizes_that_are_taken() -> None:
    assert Source.of(" https://host/a/net.pth ", f" {'AB' * 32}\n", 5) == Source("https://host/a/net.pth", "ab" * 32, 5)
    assert Source.of("http://localhost:8000/", WRONG).name == "weights"
    assert Source.of("https://host/..%2F.%2Fup.pth", WRONG).name == "up"
    for digest in ("", "0" * 63, "g" * 64, "0" * 65):
        with pytest.raises(UserError, match="64 hexadecimal digits"):
            Source.of("https://host/x", digest)
    for size in (-1, 3 * 1024**3):
        with pytest.raises(UserError, match="size"):
            Source.of("https://host/x", WRONG, size)


def test_file_that_is_no_network_is_refused_like_any_import(folder: Path) -> None:
    with serving(b"junk" * 10_000) as server:
        fails(source(server), "cannot be read as a checkpoint")
    assert names(folder) == []


def test_whole_file_stays_where_the_weights_cannot_be_written(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr("engine.weights.checkpoint.save_file", full)
        fails(source(server), "cannot be written")
    assert len(names(folder)) == 2
    asked = len(server.requests)
    fetch(source(server), silent)
    assert (len(server.requests), names(folder)) == (asked, ["my-net.safetensors"])


def test_download_whose_file_is_deleted_meanwhile(server: FileServer, folder: Path) -> None:
    def clear(stage: str, fraction: float) -> None:
        if 0.3 < fraction < 0.8:
            for path in unfinished_downloads():
                path.unlink()

    with pytest.raises(UserError, match="has deleted what had arrived; download again"):
        fetch(source(server), clear)
    assert names(folder) == []


def test_second_program_at_the_same_file_gives_way(server: FileServer, folder: Path) -> None:
    other: list[str] = []

    def disturb(stage: str, fraction: float) -> None:
        if not other and 0.3 < fraction < 0.8:
            for path in unfinished_downloads():
                if path.suffix == ".partial":
                    other.append(path.name)
                    path.open("ab").write(b"more")

    with pytest.raises(UserError, match="Another program is downloading the same file"):
        fetch(source(server), disturb)
    assert available() == []


def test_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    clock = iter([0, 1, 10, 100, 101, 110])
    monkeypatch.setattr("engine.cli.weights.time", SimpleNamespace(monotonic=lambda: next(clock)))
    step = telling_time(lambda stage, _: told.append(stage))
    for fraction in (0.2, 0.3, 0.4, 0.44):
        step("A", fraction)
    step("A", 0.0)
    step("A", 0.1)
    assert told == ["A", "A", "A, 30 s left", "A, 4 min left", "A", "A, 80 s left"]


def test_a_download_that_goes_on_begins_where_it_was(server: FileServer) -> None:
    seen: list[float] = []
    half = cut(server)
    fetch(source(server), lambda stage, part: seen.append(part) if stage == download.DOWNLOADING else None)
    assert seen[0] == pytest.approx(0.98 * half / len(server.content))
    assert seen == sorted(seen)


class Worker:
    """The engine's process, and the bytes that have arrived."""

    def __init__(self, server: FileServer) -> None:
        command = [sys.executable, "-m", "engine", "worker"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        wanted = source(server)
        self.ask(type="download_weights", id=1, address=wanted.address, sha256=wanted.sha256, size=0)

    def ask(self, **request: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def replies(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        yield from map(json.loads, self.process.stdout)

    def last(self) -> dict[str, Any]:
        return next(reply for reply in self.replies() if reply["type"] != "progress")

    def wait_for_the_middle(self) -> None:
        assert any(reply.get("fraction", 0) > 0.4 for reply in self.replies())


@pytest.mark.slow
@pytest.mark.parametrize("end", ["kill", "cancel", "leave"])
def test_worker_that_ends_in_the_middle_leaves_a_download_to_go_on_with(
    server: FileServer, folder: Path, end: str
) -> None:
    server.held.set()
    worker = Worker(server)
    worker.wait_for_the_middle()
    if end == "kill":
        worker.process.kill()
    elif end == "cancel":
        worker.ask(type="cancel", id=1)
        time.sleep(0.3)
        server.held.clear()
        assert worker.last() == {"type": "cancelled", "id": 1}
    worker.process.communicate(timeout=60)
    assert available() == []
    server.held.clear()
    assert fetch(source(server), silent).name == "my-net"
    assert server.requests[-1]["Range"]
    assert names(folder) == ["my-net.safetensors"]


def test_worker_tells_the_new_weights(server: FileServer) -> None:
    worker = Worker(server)
    done = worker.last()
    worker.ask(type="quit", id=2)
    assert worker.process.wait(60) == 0
    assert done["facts"]["imported"] == "my-net"
    assert "my-net" in [weights["name"] for weights in done["facts"]["available"]]


def test_command(server: FileServer, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = hashlib.sha256(server.content).hexdigest()
    for arguments, words in (
        (["http://host/x", "--sha256", digest], "begins with https://"),
        ([server.address, "--sha256", "12"], "64 hexadecimal digits"),
        ([server.address], "--sha256"),
        ([server.address, "--sha256", WRONG], "not the publisher's"),
    ):
        assert main(["weights", "download", *arguments]) == 2
        *progress, sentence = capsys.readouterr().err.splitlines()
        assert words in sentence
        assert all("%  " in line for line in progress)
    assert main(["weights", "download", server.address, "--sha256", digest, "--size", str(len(server.content))]) == 0
    assert "downloaded my-net: unknown" in capsys.readouterr().out
