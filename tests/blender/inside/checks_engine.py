"""The engine's process as seen from Blender, and the weights."""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import bpy
import pytest

Part = Callable[[str], ModuleType]
Jobs = Callable[..., list[Any]]


@pytest.mark.usefixtures("small_engine")
def test_engine_stays_until_its_memory_is_released(part: Part, photo: Callable[[str], str]) -> None:
    session = part("session").session
    assert not bpy.ops.twok2k.release_memory.poll()
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    process = session._client._process.pid
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    assert session._client._process.pid == process
    assert bpy.ops.twok2k.release_memory() == {"FINISHED"}
    assert not session.engine_running
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.usefixtures("small_engine")
def test_check_engine_learns_the_weights(part: Part) -> None:
    assert bpy.ops.twok2k.check_engine() == {"FINISHED"}
    choices = part("choices")
    assert [weights.name for weights in choices.preferences().known_weights] == ["default", "published"]
    assert choices.is_non_commercial("published")
    assert not choices.is_non_commercial("default")


@pytest.mark.usefixtures("small_engine")
def test_preferences_that_are_drawn_first_learn_the_weights(
    part: Part, wait: Callable[[Callable[[], Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, preferences, session = part("weights_list"), part("choices").preferences(), part("session").session
    monkeypatch.setattr(module, "_asked", False)
    session.say("Before.")
    preferences.known_weights.clear()
    part("preferences_view").draw_weights(MagicMock(), preferences)
    assert not session.busy, "nothing may change while something is drawn"
    bpy.app.timers.unregister(module._ask)
    module._ask()
    part("preferences_view").draw_weights(MagicMock(), preferences)
    assert not bpy.app.timers.is_registered(module._ask), "the engine is asked once"
    wait(lambda: preferences.known_weights)
    assert preferences.known_weights.keys() == ["default", "published"]
    assert session.message == "Before."


@pytest.mark.usefixtures("small_engine")
def test_engine_starts_once_when_the_tab_is_seen(
    part: Part, wait: Callable[[Callable[[], Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, session = part("weights_list"), part("session").session
    monkeypatch.setattr(module, "_asked", False)
    context = SimpleNamespace(
        scene=bpy.context.scene,
        window_manager=bpy.context.window_manager,
        region=SimpleNamespace(width=300),
        preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0)),
    )
    draw = partial(part("panels").TWOK2K_PT_main.draw, SimpleNamespace(layout=MagicMock()), context)
    draw()
    assert not session.engine_running, "nothing may change while something is drawn"
    bpy.app.timers.unregister(module._ask)
    module._ask()
    wait(lambda: session.engine_running)
    assert session.working is None, "nobody sees it at work"
    wait(lambda: not session.busy)
    assert bpy.ops.twok2k.release_memory() == {"FINISHED"}
    draw()
    assert not bpy.app.timers.is_registered(module._ask)


@pytest.mark.usefixtures("small_engine")
def test_list_of_weights_that_was_not_fetched_is_asked_for_again(
    part: Part, wait: Callable[[Callable[[], Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, preferences, session = part("weights_list"), part("choices").preferences(), part("session").session
    monkeypatch.setattr(module, "_asked", False)
    preferences.known_weights.clear()
    module.ask_once()
    bpy.ops.wm.read_homefile(use_empty=True)
    assert bpy.app.timers.is_registered(module._ask), "opening a file does not forget the question"
    bpy.app.timers.unregister(module._ask)
    module._ask()
    assert not part("preview").looking(), "nobody looks for people"
    bpy.ops.wm.read_homefile(use_empty=True)
    wait(lambda: not session.busy)
    assert not preferences.known_weights
    module.ask_once()
    bpy.app.timers.unregister(module._ask)
    module._ask()
    wait(lambda: preferences.known_weights)
    module.ask_once()
    assert not bpy.app.timers.is_registered(module._ask), "it is there"


@pytest.mark.usefixtures("small_engine")
def test_engine_that_has_just_started_is_not_ended_by_whatever_comes_next(
    part: Part, wait: Callable[[Callable[[], Any]], None]
) -> None:
    module, preferences, session = part("weights_list"), part("choices").preferences(), part("session").session
    preferences.known_weights.clear()
    module._ask()
    session.step()
    bpy.ops.wm.read_homefile(use_empty=True)
    session.cancel()
    assert session.cancelled_at is None
    wait(lambda: not session.busy)
    assert preferences.known_weights.keys() == ["default", "published"]


def test_another_engine_is_asked_for_its_weights(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    module, preferences = part("weights_list"), part("choices").preferences()
    monkeypatch.setattr(module, "_asked", True)
    preferences.engine_python = preferences.engine_python
    module.ask_once()
    assert bpy.app.timers.is_registered(module._ask)
    module.unregister()
    assert not bpy.app.timers.is_registered(module._ask), "an extension that is disabled asks nothing"


@pytest.mark.usefixtures("small_engine")
def test_engine_test_tells_devices_and_what_is_wrong(part: Part) -> None:
    facts, session = part("engine_facts").engine_facts, part("session").session
    preferences = part("choices").preferences()
    bpy.ops.twok2k.check_engine()
    assert session.message.startswith("The engine works: a test on the device 'cuda:0' took 1.5 s. Close other")
    assert [device.text for device in facts.devices] == [
        "Small Graphics: 3.0 of 8.0 GB free",
        "Small Processor: 16.0 GB",
    ]
    assert facts.program == sys.executable
    taken = {choice: facts.chosen(choice) for choice in ("auto", "cuda", "cpu", "mps")}
    assert [device and device.name for device in taken.values()] == ["cuda:0", "cuda:0", "cpu", None]
    preferences.device_name = "mps"
    with pytest.raises(RuntimeError, match="'mps' is not usable"):
        bpy.ops.twok2k.check_engine()
    preferences.device = "auto"
    assert facts.devices, "they are known although the test has failed"
    preferences.engine_python = ""
    assert not facts.devices, "it may be another engine"


@pytest.mark.usefixtures("small_engine")
def test_devices_that_the_engine_has_reported_can_be_chosen(part: Part, photo: Callable[[str], str]) -> None:
    facts, preferences = part("engine_facts").engine_facts, part("choices").preferences()
    facts.forget()
    for device in ("cpu", "cuda", "mps", "auto"):
        preferences.device = device
        assert (preferences.device, preferences.device_name) == (device, device)
    bpy.ops.twok2k.check_engine()
    preferences.device = "cuda:0"
    assert part("photo_options").chosen_settings(bpy.context)["device"] == "cuda:0"
    facts.forget()
    assert preferences.device == "cuda:0", "a choice stays, whatever is known"
    preferences.device = "auto"


@pytest.mark.usefixtures("small_engine")
def test_removed_weights_are_no_longer_chosen(part: Part, tmp_path: Path) -> None:
    preferences = part("choices").preferences()
    bpy.ops.twok2k.import_weights(filepath=str(tmp_path / "a.safetensors"))
    weights = preferences.known_weights["published"]
    assert (weights.size, weights.figures, weights.bundled) == ("9.9 MB, width 0.25", "Chamfer 1.90", False)
    assert bpy.ops.twok2k.remove_weights(weights="published") == {"FINISHED"}
    assert preferences.weights == "default"
    assert preferences.known_weights.keys() == ["default"]


def test_imported_weights_count_whether_they_are_known_or_not(part: Part) -> None:
    folder = Path(os.environ["TWOK2K_DATA"]) / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    part("choices").preferences().known_weights.clear()
    (folder / "mine.safetensors").write_bytes(b"x" * 700)
    assert part("storage").imported_bytes() == 700
    (folder / "mine.safetensors").unlink()
    assert part("storage").imported_bytes() == 0


def test_cache_is_cleared_and_old_logs_go(part: Part, small_engine: None, photo: Callable[[str], str]) -> None:
    storage = part("storage")
    bpy.ops.twok2k.clear_cache()
    for number in range(9):
        (storage.folder() / f"engine-{number}.log").write_text("x" * 1000)
    left = Path(bpy.app.tempdir).parent / "blender_crashed" / f"{storage.TEMPORARY}abc"
    left.mkdir(parents=True)
    (left / "photo.png").write_bytes(b"x" * 500)
    assert storage.used_bytes() == 9000, "another Blender may still be at work"
    os.utime(left, (0, 0))
    assert storage.used_bytes() == 9500
    storage.tidy()
    assert storage.used_bytes() == 1000 * storage.KEPT_LOGS
    assert not left.exists()
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    assert bpy.ops.twok2k.clear_cache() == {"FINISHED"}
    assert storage.used_bytes() == 0
    left.parent.rmdir()


@pytest.mark.usefixtures("small_engine")
def test_import_chooses_the_weights(part: Part, tmp_path: Path) -> None:
    preferences = part("choices").preferences()
    assert bpy.ops.twok2k.import_weights(filepath=str(tmp_path / "a.safetensors")) == {"FINISHED"}
    assert preferences.weights == "published"
    with pytest.raises(RuntimeError, match="holds no weights"):
        bpy.ops.twok2k.import_weights(filepath=str(tmp_path / "a.txt"))
    preferences.weights = "default"


def test_engine_python_that_cannot_start_is_told(part: Part, photo: Callable[[str], str], tmp_path: Path) -> None:
    preferences = part("choices").preferences()
    preferences.engine_python = str(tmp_path / "python")
    with pytest.raises(RuntimeError, match="cannot be started"):
        bpy.ops.twok2k.check_engine()
    preferences.engine_python = ""


def test_engine_python_without_torch_is_told(part: Part) -> None:
    preferences = part("choices").preferences()
    preferences.engine_python = sys.executable
    with pytest.raises(RuntimeError, match="lacks the package 'torch'"):
        bpy.ops.twok2k.check_engine()
    preferences.engine_python = ""


def test_own_python_finds_the_engine_and_the_wheels(part: Part) -> None:
    launch = part("session")._launch()
    assert launch.command[0] == sys.executable
    assert launch.command[1 : 1 + len(bpy.app.python_args)] == bpy.app.python_args
    with pytest.raises(RuntimeError, match="lacks the package 'torch'"):
        bpy.ops.twok2k.check_engine()


@pytest.mark.usefixtures("small_engine")
@pytest.mark.parametrize("name", ["slow.jpg", "endless.jpg"])
def test_cancel(part: Part, photo_jobs: Jobs, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module = part("session")
    monkeypatch.setattr(module, "CANCEL_SECONDS", 0.5)
    job = photo_jobs(name)[0]
    module.session.add([job])
    module.session.step()
    assert job.state == "working"
    module.session.cancel()
    while not job.over:
        time.sleep(0.02)
        module.session.step()
    assert job.state == "cancelled"


def test_disabling_ends_the_engine(part: Part, small_engine: None, photo: Callable[[str], str]) -> None:
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    process = part("session").session._client._process
    part("background").unregister()
    part("background").register()
    assert process.poll() is not None
