"""The locked lists pin and hash everything, fit together, and what the extension ships is what it may ship."""

import re
from pathlib import Path

import pytest

from build_steps.wheels import BLENDERS_OWN, UNUSED, shipped

LISTS = Path(__file__).parent.parent.parent / "requirements"
HASHED = sorted(path.stem for path in LISTS.glob("*.txt") if path.stem != "torch")
PINNED = re.compile(r"^[a-z0-9.-]+==[^ ]+( ; [^\\]+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+$")


def _entries(name: str) -> list[str]:
    text = "\n".join(line for line in (LISTS / f"{name}.txt").read_text().splitlines() if not line.startswith("#"))
    return [entry.strip() for entry in re.split(r"\n(?=\S)", text) if entry.strip()]


@pytest.mark.parametrize("name", HASHED)
def test_everything_is_pinned_and_hashed(name: str) -> None:
    entries = _entries(name)
    assert len(entries) > 5
    assert [entry for entry in entries if not PINNED.match(entry)] == []


@pytest.mark.parametrize("name", HASHED)
def test_sources_and_lists_agree(name: str) -> None:
    pins = {entry.split()[0] for entry in _entries(name)}
    wanted = re.findall(r"(?m)^[a-z0-9.-]+==\S+$", (LISTS / f"{name}.in").read_text())
    assert set(wanted) <= pins


def test_lists_are_parts_of_each_other() -> None:
    engine, train, dev = (set(_entries(name)) for name in ("engine", "train", "dev"))
    assert engine < train < dev


def test_all_use_blenders_numpy() -> None:
    for name in HASHED:
        assert any(entry.startswith("numpy==1.26.4 ") for entry in _entries(name)), name


def test_the_extension_ships_what_the_engine_needs_but_blender_lacks() -> None:
    names = {entry.split("==")[0] for entry in re.findall(r"(?m)^\S.*", shipped((LISTS / "engine.txt").read_text()))}
    assert {"mediapipe", "scipy", "pillow", "safetensors", "opencv-python-headless", "sympy"} <= names
    assert not names & (BLENDERS_OWN | UNUSED | {"torch"})
