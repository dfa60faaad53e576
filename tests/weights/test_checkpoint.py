"""Checkpoint files: good ones are read, bad ones refused with one sentence and nothing left behind."""

import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import UserError
from engine.networks.graph import GraphConfig, TwoK2K
from engine.weights import checkpoint

CONFIG = GraphConfig(1 / 16)


@pytest.fixture
def state() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return TwoK2K(CONFIG).state_dict()


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_published_format(state: dict[str, Tensor], tmp_path: Path, prefix: str, wrapped: bool, zipped: bool) -> None:
    content = {prefix + name: tensor for name, tensor in state.items()}
    file = tmp_path / "ckpt.pth.tar"
    optimizer = {"state": {0: {"step": 3}}, "param_groups": [{"lr": 1e-4}]}
    whole = {"epoch": 5, "model": "m", "best_loss": 0.1, "model_state_dict": content, "optimizer_state_dict": optimizer}
    torch.save(whole if wrapped else content, file, _use_new_zipfile_serialization=zipped)
    found, metadata = checkpoint.read(file)
    assert same(found, state)
    assert metadata == {}


def test_safetensors_round_trip(state: dict[str, Tensor], tmp_path: Path) -> None:
    file = tmp_path / "new" / "net.safetensors"
    checkpoint.write(state, {"licence": "CC0"}, file)
    found, metadata = checkpoint.read(file)
    assert same(found, state)
    assert metadata == {"licence": "CC0", "sha256": checkpoint.digest(state)}
    assert [path.name for path in file.parent.iterdir()] == ["net.safetensors"]


def test_digest_depends_on_every_value(state: dict[str, Tensor]) -> None:
    before = checkpoint.digest(state)
    state["refine.merge3_2.bias"][1] += 1e-6
    assert checkpoint.digest(state) != before


class Malicious:
    """Would write a file when unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple:
        return Path.touch, (self.target,)


@pytest.mark.parametrize("kind", ["pickle", "zip"])
def test_malicious_pickle_is_not_executed(state: dict[str, Tensor], tmp_path: Path, kind: str) -> None:
    file, target = tmp_path / "evil.pth", tmp_path / "executed"
    content = {"model_state_dict": state, "epoch": Malicious(target)}
    if kind == "zip":
        torch.save(content, file)
    else:
        file.write_bytes(pickle.dumps(Malicious(target)))
    with pytest.raises(UserError, match=r"evil\.pth"):
        checkpoint.read(file)
    assert not target.exists()


def test_compressed_zip_is_refused(state: dict[str, Tensor], tmp_path: Path) -> None:
    plain, bomb = tmp_path / "plain.pth", tmp_path / "bomb.pth"
    torch.save(state, plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    with pytest.raises(UserError):
        checkpoint.read(bomb)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not a checkpoint", b"PK\x03\x04 cut off", struct.pack("<Q", 2**60) + b"{}", struct.pack("<Q", 2) + b"{}",
        pickle.dumps([1, 2]),
    ],
)  # fmt: skip
def test_damaged_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.pth"
    file.write_bytes(content)
    with pytest.raises(UserError):
        checkpoint.read(file)


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_truncated_files(state: dict[str, Tensor], tmp_path: Path, suffix: str) -> None:
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    (torch.save if suffix == "pth" else save_file)(state, whole)
    cut.write_bytes(whole.read_bytes()[:-1000])
    with pytest.raises(UserError):
        checkpoint.read(cut)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.pth", tmp_path):
        with pytest.raises(UserError, match="no file"):
            checkpoint.read(path)


def test_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.pth"
    with file.open("wb") as stream:
        stream.truncate(checkpoint.MAX_BYTES + 1)  # sparse: takes no space
    with pytest.raises(UserError, match="larger"):
        checkpoint.read(file)


def wrong_states() -> dict[str, dict[object, object]]:
    """Changes that no 2K2K network survives."""
    return {
        "missing": {"refine.merge3_2.bias": None},
        "shape": {"refine.merge3_2.bias": torch.zeros(4)},
        "extra": {"more": torch.zeros(1)},
        "text": {"refine.merge3_2.bias": "text"},
        "nan": {"refine.merge3_2.bias": torch.tensor([0.0, float("nan"), 0.0])},
        "infinite": {"refine.merge3_2.bias": torch.tensor([0.0, float("inf"), 0.0])},
        "integers": {"refine.merge3_2.bias": torch.zeros(3, dtype=torch.int64)},
        "sparse": {"refine.merge3_2.bias": torch.zeros(3).to_sparse()},
        "variance": {"refine.depth1.up.2.running_var": torch.full((4,), -1.0)},
        "number": {1: torch.zeros(1)},
    }


def test_tensors_larger_than_their_storage(tmp_path: Path) -> None:
    with torch.device("meta"):
        tensors = TwoK2K(GraphConfig(4)).state_dict()
    file = tmp_path / "bomb.pth"
    torch.save({name: torch.zeros((), dtype=t.dtype).expand(t.shape) for name, t in tensors.items()}, file)
    assert file.stat().st_size < 10_000_000
    with pytest.raises(UserError, match="larger"):
        checkpoint.read(file)


@pytest.mark.parametrize("change", wrong_states())
def test_wrong_tensors(state: dict[str, Tensor], tmp_path: Path, change: str) -> None:
    changed: dict[Any, Any] = dict(state)
    changed |= wrong_states()[change]
    changed = {name: value for name, value in changed.items() if value is not None}
    file = tmp_path / "wrong.pth"
    torch.save({"model_state_dict": changed}, file)
    with pytest.raises(UserError):
        checkpoint.read(file)


def test_full_disk_leaves_nothing(state: dict[str, Tensor], tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(UserError, match="space"):
            checkpoint.write(state, {}, tmp_path / "net.safetensors")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_unwritable_folder_leaves_the_old_file(state: dict[str, Tensor], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match="cannot be written"):
        checkpoint.write(state, {}, tmp_path / "file" / "net.safetensors")
    assert (tmp_path / "file").read_text() == "not a folder"
