"""Weights by name: bundled, imported, verified; and the command that shows them."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.cli import weights as command
from engine.errors import UserError
from engine.networks.graph import GraphConfig, TwoK2K
from engine.weights import available, build, checkpoint, import_checkpoint, load, registry, remove, save, verify
from engine.weights.card import figures

ROOT = Path(__file__).resolve().parents[2]
CONFIG = GraphConfig(1 / 16, prior=True)
METADATA = {"licence": "CC0-1.0", "source": "synthetic people", "steps": "1000"}


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty installation and an empty data folder."""
    monkeypatch.setenv("TWOK2K_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "bundled")
    return tmp_path


@pytest.fixture
def network() -> TwoK2K:
    torch.manual_seed(0)
    return TwoK2K(CONFIG).eval()


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def test_nothing_there() -> None:
    assert available() == []
    with pytest.raises(UserError, match="missing from this installation"):
        load("default")
    with pytest.raises(UserError, match="none yet"):
        load("other")


def test_saved_network_computes_the_same(network: TwoK2K, folders: Path) -> None:
    save(network, folders / "bundled" / "default.safetensors", METADATA)
    loaded, info = load("default")
    assert (info.name, info.licence, info.source, info.config) == ("default", "CC0-1.0", "synthetic people", CONFIG)
    assert info.commercial
    assert not loaded.training
    assert next(loaded.parameters()).dtype == torch.float32
    picture, prior = torch.randn(1, 3, 32, 32), torch.randn(1, 4, 32, 32)
    with torch.no_grad():
        expected = network.coarse(picture, prior)
        for found, wanted in zip(loaded.coarse(picture, prior), expected, strict=True):
            torch.testing.assert_close(found, wanted, atol=5e-3, rtol=5e-3)


def test_saved_file_is_half_precision_with_the_whole_description(network: TwoK2K, folders: Path) -> None:
    file = folders / "net.safetensors"
    save(network, file, METADATA)
    state, metadata = checkpoint.read(file)
    assert state["refine.merge3_2.weight"].dtype == torch.float16
    assert metadata["steps"] == "1000"


def test_save_refuses_what_half_precision_cannot_hold(network: TwoK2K, folders: Path) -> None:
    nn.init.constant_(network.refine.merge3_2.weight, 1e6)
    with pytest.raises(UserError, match="half precision"):
        save(network, folders / "net.safetensors", METADATA)
    assert not (folders / "net.safetensors").exists()


def test_published_size_without_description_is_non_commercial() -> None:
    with torch.device("meta"):
        tensors = TwoK2K().state_dict()
    state = {name: torch.ones((), dtype=t.dtype).expand(t.shape) for name, t in tensors.items()}
    described = registry._described(state, {"format": "pt", "commercial": "yes", "sha256": "0"})
    assert (described["licence"], described["commercial"]) == (registry.PUBLISHED_LICENCE, "no")


def test_import_by_a_name_of_the_users_own(network: TwoK2K, folders: Path) -> None:
    file = folders / "my net (2).pth"
    torch.save(network.state_dict(), file)
    assert import_checkpoint(file).name == "my-net-2"
    info = import_checkpoint(file, "mine")
    assert (info.licence, info.commercial) == (registry.UNKNOWN_LICENCE, False)
    assert [i.name for i in available()] == ["mine", "my-net-2"]
    assert verify("mine") == info == load("mine")[1]


@pytest.mark.parametrize("name", ["default", "../escape", "a/b", ".hidden", "a" * 65, "with space"])
def test_impossible_names(network: TwoK2K, folders: Path, name: str) -> None:
    file = folders / "net.pth"
    torch.save(network.state_dict(), file)
    with pytest.raises(UserError, match="cannot be called"):
        import_checkpoint(file, name)


def test_failed_import_leaves_nothing(folders: Path) -> None:
    file = folders / "net.pth"
    file.write_bytes(b"junk")
    with pytest.raises(UserError):
        import_checkpoint(file)
    assert not (folders / "data").exists()


def test_bundled_name_cannot_be_taken_over(network: TwoK2K, folders: Path) -> None:
    save(network, folders / "bundled" / "default.safetensors", METADATA)
    save(network, folders / "data" / "weights" / "default.safetensors", {**METADATA, "licence": "other"})
    assert [info.licence for info in available()] == ["CC0-1.0"]


def test_changed_weights_are_noticed(network: TwoK2K, folders: Path) -> None:
    save(network, folders / "data" / "weights" / "mine.safetensors", METADATA)
    file = folders / "data" / "weights" / "mine.safetensors"
    content = bytearray(file.read_bytes())
    content[-1000] ^= 1
    file.write_bytes(content)
    with pytest.raises(UserError, match="changed"):
        verify("mine")
    with pytest.raises(UserError, match="changed"):
        import_checkpoint(file, "again")


def test_unreadable_files_do_not_break_the_list(network: TwoK2K, folders: Path) -> None:
    save(network, folders / "data" / "weights" / "good.safetensors", METADATA)
    (folders / "data" / "weights" / "bad.safetensors").write_bytes(b"junk")
    assert [info.name for info in available()] == ["good"]


def test_build_gives_a_trainable_copy(network: TwoK2K, folders: Path) -> None:
    save(network, folders / "net.safetensors", METADATA)
    built = build(checkpoint.read(folders / "net.safetensors")[0])
    assert all(p.requires_grad and p.dtype == torch.float32 for p in built.parameters())


def test_only_imported_weights_are_removed(network: TwoK2K, folders: Path) -> None:
    save(network, folders / "bundled" / "default.safetensors", METADATA)
    save(network, folders / "data" / "weights" / "mine.safetensors", METADATA)
    assert [(info.name, info.bundled) for info in available()] == [("default", True), ("mine", False)]
    remove("mine")
    assert [info.name for info in available()] == ["default"]
    for name, words in (("default", "belong to the engine"), ("mine", "no weights called"), ("../x", "no weights")):
        with pytest.raises(UserError, match=words):
            remove(name)
    assert (folders / "bundled" / "default.safetensors").is_file()


def test_weights_tell_size_and_the_cards_figures(network: TwoK2K, folders: Path) -> None:
    file = folders / "bundled" / "default.safetensors"
    save(network, file, METADATA)
    card = "| person | method | Chamfer | NC |\n|---|---|---|---|\n| a | these weights | 9 | 9 |\n"
    file.with_suffix(".md").write_text(
        f"# Card\n{card}| mean | these weights | 1.90 | .747 |\n| | flat card | 8 | 8 |\n"
    )
    assert load("default")[1].figures == "Chamfer 1.90, NC .747"
    assert available()[0].bytes == file.stat().st_size
    file.with_suffix(".md").write_bytes(b"\xff\xfe| mean | these weights")
    assert available()[0].figures == ""


def test_card_of_the_bundled_weights_has_figures() -> None:
    assert figures(Path(registry.__file__).with_name("default.md")).startswith("Chamfer ")


def test_unfinished_file_of_a_killed_import_is_deleted_later(network: TwoK2K, folders: Path) -> None:
    part = folders / ".net.safetensors.99.part"
    part.write_bytes(b"half")
    save(network, folders / "net.safetensors", METADATA)
    assert part.exists(), "another process may be writing it"
    os.utime(part, (0, 0))
    save(network, folders / "net.safetensors", METADATA)
    assert not part.exists()


def test_two_imports_at_the_same_time_leave_one_whole_file(network: TwoK2K, folders: Path) -> None:
    file = folders / "net.pth"
    torch.save(network.state_dict(), file)
    code = "import sys; from engine.weights import import_checkpoint; import_checkpoint(sys.argv[1], 'both')"
    both = [subprocess.Popen([sys.executable, "-c", code, file], cwd=ROOT) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert [path.name for path in (folders / "data" / "weights").iterdir()] == ["both.safetensors"]
    assert verify("both").name == "both"


def test_command(network: TwoK2K, folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folders / "net.pth"
    torch.save(network.state_dict(), file)
    assert run("import", str(file)) == run("list") == run("verify", "net") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["imported net", "net", "unchanged net"]
    assert all("NON-COMMERCIAL" in line for line in lines)
    assert run("remove", "net") == 0
    assert available() == []
