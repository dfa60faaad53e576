"""Weights from an address: what the user must allow, what the engine is asked, and what stays of a broken download."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT / "tests/weights"))

from file_server import serving  # noqa: E402

Part = Callable[[str], ModuleType]
Wait = Callable[[Callable[[], Any]], None]

ADDRESS, SHA256 = "https://host.invalid/net.safetensors", "ab" * 32


@pytest.fixture(autouse=True)
def _online(part: Part) -> Iterator[None]:
    """Blender may use the internet, and no earlier download is remembered."""
    bpy.context.preferences.system.use_online_access = True
    preferences = part("choices").preferences()
    preferences.download_address, preferences.download_sha256, preferences.download_size = "", "", 0
    yield
    bpy.context.preferences.system.use_online_access = False
    preferences.weights = "default"


def download(**options: object) -> set[str]:
    return bpy.ops.twok2k.download_weights(**options)


@pytest.fixture
def sent(part: Part, monkeypatch: pytest.MonkeyPatch, small_engine: None) -> list[dict[str, Any]]:
    """What the engine has been asked."""
    requests: list[dict[str, Any]] = []
    submit = part("worker_client").WorkerClient.submit

    def record(client: Any, kind: str, **fields: Any) -> Any:
        requests.append({"kind": kind, **fields})
        return submit(client, kind, **fields)

    monkeypatch.setattr(part("worker_client").WorkerClient, "submit", record)
    return requests


def test_nothing_is_downloaded_unless_blender_may_use_the_internet(part: Part, sent: list[dict[str, Any]]) -> None:
    job = part("operators.download_weights").WeightsDownload(ADDRESS, SHA256, 0)
    bpy.context.preferences.system.use_online_access = False
    assert not bpy.ops.twok2k.download_weights.poll()
    with pytest.raises(RuntimeError, match="allow online access in Preferences > System > Network"):
        download(address=ADDRESS, sha256=SHA256, accepted=True)
    part("session").session.run([job])
    assert (job.state, job.error[:26]) == ("failed", "To download, allow online ")
    assert sent == []


def test_nothing_is_downloaded_before_the_license_is_accepted(part: Part, sent: list[dict[str, Any]]) -> None:
    with pytest.raises(RuntimeError, match="Read the license of these weights and accept it"):
        download(address=ADDRESS, sha256=SHA256, size=7)
    assert sent == []
    assert download(accepted=True) == {"FINISHED"}
    fields = {"address": ADDRESS, "sha256": SHA256, "size": 7}
    assert sent == [{"kind": "download_weights", **fields}], "what is left out is as it was before"
    with pytest.raises(RuntimeError, match="accept it"):
        download()


@pytest.mark.usefixtures("small_engine")
def test_downloaded_weights_are_chosen(part: Part) -> None:
    assert download(address=ADDRESS, sha256=SHA256, accepted=True) == {"FINISHED"}
    assert part("choices").preferences().weights == "published"
    assert part("session").session.message == "Downloaded and chose the weights 'published'."


@pytest.mark.usefixtures("small_engine")
def test_failure_is_one_sentence(part: Part) -> None:
    with pytest.raises(RuntimeError, match=f"Cut off after 7 bytes, digest {SHA256}; download again to go on."):
        download(address="https://host.invalid/cut", sha256=SHA256, size=7, accepted=True)
    assert part("choices").preferences().weights == "default"


@pytest.mark.usefixtures("small_engine")
def test_progress_and_cancel_beside_the_work(part: Part, wait: Wait) -> None:
    session = part("session").session
    job = part("operators.download_weights").WeightsDownload("https://host.invalid/slow", SHA256, 0)
    part("background").add([job])
    wait(lambda: job.fraction > 0.1)
    text = part("widgets").progress_text
    assert text(job).split("  ")[::2] == ["Downloading the weights"], "after a moment nothing can be said"
    job.task.stage_from, job.task.fraction, job.task.stage_began = 0.2, 0.4, part("widgets").time.monotonic() - 20
    assert text(job) == "Downloading the weights  40%  60 s left"
    assert bpy.ops.twok2k.cancel() == {"FINISHED"}
    wait(lambda: job.over)
    assert (job.state, session.message) == ("cancelled", "Cancelled.")


def test_real_engine_goes_on_where_a_download_was_cut_off(part: Part) -> None:
    python = ROOT / (".venv/Scripts/python.exe" if os.name == "nt" else ".venv/bin/python")
    if not python.exists():
        pytest.skip("needs the engine's environment .venv")
    preferences, storage = part("choices").preferences(), part("storage")
    preferences.engine_python = str(python)
    content = (ROOT / "engine/weights/default.safetensors").read_bytes()
    with serving(content) as server:
        server.cut = len(content) // 2
        options = {"address": server.address, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        before = storage.used_bytes()
        with pytest.raises(RuntimeError, match="download again to go on"):
            download(**options, accepted=True)
        assert storage.used_bytes() - before > server.cut, "it counts as what can be cleared"
        server.cut = None
        assert download(accepted=True) == {"FINISHED"}
        assert server.requests[-1]["Range"] == f"bytes={len(content) // 2}-"
        assert preferences.weights == "my-net"
        server.cut = 1000
        with pytest.raises(RuntimeError, match="download again to go on"):
            download(accepted=True)
    bpy.ops.twok2k.clear_cache()
    assert storage.used_bytes() == 0
    assert bpy.ops.twok2k.remove_weights(weights="my-net") == {"FINISHED"}
    part("session").session.end()
    preferences.engine_python = ""
