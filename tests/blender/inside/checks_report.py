"""The report of a failure."""

import getpass
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import pytest

Part = Callable[[str], ModuleType]


@pytest.mark.usefixtures("small_engine")
def test_report_tells_all_but_names(
    part: Part, photo: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = part("operators.copy_report")
    monkeypatch.setattr(module, "log_file", lambda: tmp_path / "engine.log")
    path = photo("exit.jpg")
    with pytest.raises(RuntimeError):
        bpy.ops.twok2k.generate(filepath=path, height=1.5)
    text = module.failure_report()
    assert f"Blender: {bpy.app.version_string}" in text
    assert f"Extension: {part('package').version()}" in text
    assert "Error: The engine ended unexpectedly: the engine has lost its way" in text
    assert text.count("the engine has lost its way") == 2, "as the error, and in the log"
    assert "exit.jpg" not in text
    assert str(Path.home()) not in text
    assert getpass.getuser() not in text.split()
    assert bpy.ops.twok2k.copy_report() == {"FINISHED"}


def test_photos_of_the_files_people_are_not_told(part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when their rows are off the list: people, meshes and images have their names."""
    module = part("operators.copy_report")
    log = tmp_path / "engine.log"
    log.write_text('The image "Anna Meier Color" has changes\n', encoding="utf-8")
    monkeypatch.setattr(module, "log_file", lambda: log)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Somebody", None))
    bpy.data.objects["Somebody"]["2K2K Photo"] = "Anna Meier.jpg"
    assert '"<photo> Color" has changes' in module.failure_report()
