"""The self-check works here, and names the part that does not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine import depth
from engine import self_check as module
from engine.cli import main
from engine.device_info import device_infos
from engine.errors import UserError
from engine.networks.devices import pick_device
from engine.person import detector
from engine.self_check import self_check
from engine.system_memory import _available, system_memory
from engine.weights import registry

needs_models = pytest.mark.skipif(not detector.BUNDLE.is_file(), reason="needs the pose models")


@needs_models
def test_everything_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NEEDED", 0)
    checked = self_check()
    assert checked.device == str(pick_device())
    assert checked.triangles > 1000
    assert checked.warnings == ()
    assert checked.seconds > 0


@needs_models
def test_little_free_memory_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "system_memory", lambda: (1.5e9, 8e9))
    assert self_check().warnings == (
        "Only 1.5 GB of memory are free, and a photo can take 4 GB; close other programs.",
    )


def test_missing_pose_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detector, "BUNDLE", tmp_path / "pose.task")
    with pytest.raises(UserError, match="pose model is missing; run the set-up"):
        self_check()


def test_damaged_pose_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pose.task").write_bytes(b"junk")
    monkeypatch.setattr(detector, "BUNDLE", tmp_path / "pose.task")
    with pytest.raises(UserError, match=r"models that find people did not work .*install it again"):
        self_check()


@needs_models
def test_damaged_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = bytearray((registry.BUNDLED / "default.safetensors").read_bytes())
    content[-1000] ^= 1
    (tmp_path / "default.safetensors").write_bytes(content)
    monkeypatch.setattr(registry, "BUNDLED", tmp_path)
    with pytest.raises(UserError, match="has changed since it was written; get the file again"):
        self_check()


@needs_models
def test_device_that_computes_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    predict = depth.predict

    def nonsense(*arguments: Any) -> Any:
        maps = predict(*arguments)
        maps.front[maps.mask] = np.nan
        return maps

    monkeypatch.setattr(depth, "predict", nonsense)
    with pytest.raises(UserError, match=r"networks on the device 'cpu' did not work .*choose another device"):
        self_check(device="cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_absent_device_says_why() -> None:
    reason = "driver" if torch.version.cuda else "built without CUDA"
    with pytest.raises(UserError, match=reason):
        self_check(device="cuda")


def test_devices_tell_their_memory() -> None:
    infos = device_infos()
    assert infos[-1].name == "cpu"
    assert infos[0].name == str(pick_device("auto"))
    assert all(0 <= info.free <= info.total for info in infos)
    assert infos[-1].total == system_memory()[1] > 10**8


def test_system_without_a_number_for_free_memory(tmp_path: Path) -> None:
    assert _available(tmp_path / "meminfo") == 0
    (tmp_path / "meminfo").write_text("MemTotal: 16 kB\nMemAvailable:    7 kB\n")
    assert _available(tmp_path / "meminfo") == 7 * 1024


@needs_models
def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--check"]) == 0
    assert "everything works, on" in capsys.readouterr().out
