"""Fixtures for checks that run inside Blender (its `bpy` module), with the checkout linked as an extension."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULE = "bl_ext.user_default.twok2k_blender"
SMALL_ENGINE = ROOT / "tests/worker/small_engine.py"


@pytest.fixture(scope="session", autouse=True)
def _extension(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    os.environ["TWOK2K_DATA"] = str(tmp_path_factory.mktemp("data"))
    link = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True)) / "twok2k_blender"
    link.symlink_to(ROOT)
    bpy.ops.preferences.addon_enable(module=MODULE)
    yield
    bpy.ops.preferences.addon_disable(module=MODULE)


@pytest.fixture(scope="session")
def part() -> Callable[[str], ModuleType]:
    """A module of the extension by name."""
    return lambda name: import_module(f"{MODULE}.twok2k_blender.{name}")


@pytest.fixture(autouse=True)
def _fresh_file(_extension: None) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)


@pytest.fixture(scope="session")
def made_file(_extension: None, part: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the sample person, whom the real engine has made at low detail."""
    python = ROOT / (".venv/Scripts/python.exe" if os.name == "nt" else ".venv/bin/python")
    if not python.exists():
        pytest.skip("needs the engine's environment .venv")
    bpy.ops.wm.read_homefile(use_empty=True)
    preferences = part("choices").preferences()
    preferences.engine_python = str(python)
    bpy.ops.twok2k.generate(filepath=str(ROOT / "docs/images/sample_person.jpg"), detail="low", height=1.7)
    part("session").session.end()
    preferences.engine_python = ""
    path = tmp_path_factory.mktemp("made") / "person.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return str(path)


@pytest.fixture
def person(made_file: str) -> bpy.types.Object:
    """The sample person, alone in the scene, active and selected."""
    bpy.ops.wm.open_mainfile(filepath=made_file)
    return bpy.context.object


@pytest.fixture
def small_engine(monkeypatch: pytest.MonkeyPatch, part: Callable[[str], ModuleType], tmp_path: Path) -> Iterator[None]:
    """Let the extension talk to the small engine."""
    session = part("session")
    launch = part("worker_client").Launch((sys.executable, str(SMALL_ENGINE)), tmp_path / "engine.log")
    monkeypatch.setattr(session, "_launch", lambda: launch)
    yield
    session.session.end()


@pytest.fixture
def photo(tmp_path: Path) -> Callable[[str], str]:
    """A file whose name tells the small engine what to do."""

    def make(name: str) -> str:
        path = tmp_path / name
        path.write_bytes(b"picture")
        return str(path)

    return make


@pytest.fixture
def photo_jobs(part: Callable[[str], ModuleType], photo: Callable[[str], str]) -> Callable[..., list[Any]]:
    """Jobs for photos by name, as one import of them makes, not yet in the queue."""

    def make(*names: str) -> list[Any]:
        settings, lineup = part("photo_options").chosen_settings(bpy.context), part("lineup").Lineup()
        return [part("photo_job").PhotoJob(Path(photo(name)), settings, lineup) for name in names]

    return make


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch, part: Callable[[str], ModuleType]) -> None:
    """Operators put their jobs in line and return, as they do when a button is clicked."""
    monkeypatch.setattr(part("job_operator").JobOperator, "_beside", True)


@pytest.fixture
def wait(part: Callable[[str], ModuleType]) -> Callable[[Callable[[], Any]], None]:
    """Lets the timer tick, which Blender's module does not do itself, until something is true."""

    def tick_until(done: Callable[[], Any]) -> None:
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end
            part("background").tick()
            time.sleep(0.01)

    return tick_until


@pytest.fixture(autouse=True)
def _nothing_left(_extension: None) -> Iterator[None]:
    """No temporary folder outlives a test."""
    yield
    gc.collect()
    assert [name for name in os.listdir(bpy.app.tempdir) if name.startswith("2k2k-")] == []
