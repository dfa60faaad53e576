"""What goes into the zip, and what its manifest says."""

import tomllib
import zipfile
from pathlib import Path

import pytest

from build_steps import extension
from build_steps.environments import ROOT, BuildError
from build_steps.wheels import TARGETS, _refuse_cuda, this_target

TARGET = TARGETS["linux-x64-py311"]
FILES = [Path("a-1-py3-none-any.whl"), Path("b-2-cp311-cp311-manylinux_2_28_x86_64.whl")]


def test_manifest_of_a_target() -> None:
    original = (ROOT / "blender_manifest.toml").read_text()
    manifest = tomllib.loads(extension.with_wheels(original, TARGET, FILES))
    assert manifest["wheels"] == [f"./wheels/{file.name}" for file in FILES]
    assert manifest["platforms"] == ["linux-x64"]
    assert (manifest["blender_version_min"], manifest["blender_version_max"]) == ("4.2.0", "5.1.0")
    assert manifest["permissions"] == tomllib.loads(original)["permissions"]


def test_identity_is_the_manifests() -> None:
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text())
    assert extension.identity() == {"id": manifest["id"], "version": manifest["version"]}


def test_versions_agree() -> None:
    import engine

    assert extension.identity()["version"] == engine.__version__


def test_staged_extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extension, "ensure_engine", lambda: None)
    wheel = tmp_path / FILES[0]
    wheel.write_bytes(b"wheel")
    folder = tmp_path / "staged"
    extension.stage(folder, TARGET, [wheel])
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"LICENSE", "engine/pipeline.py", "engine/weights/default.safetensors", f"wheels/{wheel.name}"} <= names
    assert {"engine/person/models/pose.task", "twok2k_blender/operators/generate.py"} <= names
    assert not [name for name in names if "training" in name or name.endswith(".pyc") or name.startswith("tests")]


def test_this_machine_has_a_target() -> None:
    assert this_target() in TARGETS


@pytest.mark.parametrize(
    ("requirement", "refused"),
    [
        ('nvidia-cublas-cu12==12.8.4.1; platform_system == "Linux"', True),
        ('cuda-bindings; platform_system == "Linux"', True),
        ('nvidia-lint; extra == "dev"', False),
        ("sympy>=1.13.3", False),
    ],
)
def test_cuda_builds_are_refused(requirement: str, refused: bool, tmp_path: Path) -> None:
    wheel = tmp_path / "torch-2.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("torch-2.0.dist-info/METADATA", f"Name: torch\nRequires-Dist: {requirement}\n")
    if refused:
        with pytest.raises(BuildError, match="CUDA build"):
            _refuse_cuda(wheel)
    else:
        _refuse_cuda(wheel)
