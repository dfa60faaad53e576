"""The locked lists pin and hash everything, fit together, and what the extension ships is what it may ship."""

import re
from pathlib import Path

import pytest
from zips import BLENDERS_OWN

LISTS = Path(__file__).parent.parent.parent / "requirements"
HASHED = sorted(path.stem for path in LISTS.glob("*.txt") if path.stem != "torch")
PINNED = re.compile(r"^[a-z0-9.-]+==[^ ]+( ; [^\\]+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+$")


def _entries(name: str) -> list[str]:
    text = "\n".join(line for line in (LISTS / f"{name}.txt").read_text().splitlines() if not line.startswith("#"))
    return [entry.strip() for entry in re.split(r"\n(?=\S)", text) if entry.strip()]


@pytest.mark.parametrize("name", HASHED)
def test_everything_is_pinned_and_hashed(name: str) -> None:
    entries = _entries(name)
    assert entries
    assert [entry for entry in entries if not PINNED.match(entry)] == []


@pytest.mark.parametrize("name", HASHED)
def test_sources_and_lists_agree(name: str) -> None:
    pins = {entry.split()[0] for entry in _entries(name)}
    wanted = re.findall(r"(?m)^[a-z0-9.-]+==\S+$", (LISTS / f"{name}.in").read_text())
    assert set(wanted) <= pins


def test_lists_are_parts_of_each_other() -> None:
    engine, train, dev = (set(_entries(name)) for name in ("engine", "train", "dev"))
    assert engine < train < dev


@pytest.mark.parametrize("name", [name for name in HASHED if not name.startswith("extension") and name != "bpy-5.2"])
def test_all_use_blenders_numpy(name: str) -> None:
    assert any(entry.startswith("numpy==1.26.4 ") for entry in _entries(name))


def test_the_extension_ships_what_the_engine_needs_but_blender_lacks() -> None:
    engine, shipped = (_versions(name) for name in ("engine", "extension"))
    assert set(shipped) == set(engine) - BLENDERS_OWN - {"setuptools", "colorama"}
    assert all(version in engine[name] for name, (version,) in shipped.items()), "tested with these versions"


@pytest.mark.parametrize("name", ["extension", "extension-cuda", "extension-torch"])
def test_the_extensions_lists_hold_one_version_for_every_platform(name: str) -> None:
    """pip's download judges conditions by the Python that runs it, not by the one it downloads for."""
    assert [entry for entry in _entries(name) if " ; " in entry] == []


def test_cuda_adds_to_the_extension() -> None:
    extension, torch, cuda = (_versions(name) for name in ("extension", "extension-torch", "extension-cuda"))
    assert extension | cuda == cuda | extension
    assert torch["torch"] == cuda["torch"] == _versions("torch")["torch"]
    assert not set(cuda) & (BLENDERS_OWN | {"setuptools"})


def _versions(name: str) -> dict[str, set[str]]:
    """The versions of each package in a list."""
    versions: dict[str, set[str]] = {}
    for entry in _entries(name):
        package, version = entry.split()[0].split("==")
        versions.setdefault(package, set()).add(version)
    return versions
