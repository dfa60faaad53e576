"""What goes into the zip, and what its manifest says."""

import sys
import tomllib
from pathlib import Path

import pytest
from zips import fits

import build
from build_steps import extension, wheels
from build_steps.environments import ROOT, BuildError
from build_steps.targets import TARGETS, Target, chosen

TARGET = TARGETS["linux-x64-py311"]
FILES = [Path("a-1-py3-none-any.whl"), Path("b-2-cp311-cp311-manylinux_2_28_x86_64.whl")]


def test_manifest_of_a_target() -> None:
    original = (ROOT / "blender_manifest.toml").read_text()
    manifest = tomllib.loads(extension.with_wheels(original, TARGET, FILES))
    assert manifest["wheels"] == [f"./wheels/{file.name}" for file in FILES]
    assert manifest["platforms"] == ["linux-x64"]
    assert (manifest["blender_version_min"], manifest["blender_version_max"]) == ("4.2.0", "5.1.0")
    assert manifest["permissions"] == tomllib.loads(original)["permissions"]


def test_manifest_for_the_newest_python_has_no_last_version() -> None:
    original = (ROOT / "blender_manifest.toml").read_text()
    manifest = tomllib.loads(extension.with_wheels(original, TARGETS["macos-arm64-py313"], FILES))
    assert manifest["blender_version_min"] == "5.1.0"
    assert "blender_version_max" not in manifest


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


def test_every_platform_python_and_cuda_has_a_zip() -> None:
    assert set(TARGETS) == {
        f"{platform}-{python}{cuda}"
        for platform in ("linux-x64", "windows-x64", "macos-arm64")
        for python in ("py311", "py313")
        for cuda in ("", "-cuda")
        if (platform, cuda) != ("macos-arm64", "-cuda")
    }


def test_no_cuda_on_a_mac() -> None:
    with pytest.raises(BuildError, match="no CUDA for macos-arm64; leave --cuda out"):
        chosen("macos-arm64", "3.11", cuda=True)


def test_a_machine_without_a_zip_names_a_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(BuildError, match="riscv64; name a platform with --platform"):
        chosen(None, "3.11", cuda=False)
    assert chosen("windows-x64", "3.11", cuda=False).name == "windows-x64-py311"


def test_everything_but_a_named_torch_has_hashes() -> None:
    for target in TARGETS.values():
        *named, hashed = wheels.requirements(target)
        assert hashed[0] == "--require-hashes"
        assert all(Path(option.removeprefix("-r")).is_file() for option in hashed[1:])
        assert named == ([[f"torch==2.13.0{target.torch.build}"]] if target.torch.build else [])


@pytest.mark.parametrize(
    ("target", "missing", "remedy"),
    [
        ("linux-x64-py313", "torch==2.13.0+cpu", "name an index that has this build"),
        ("windows-x64-py311-cuda", "torch==2.13.0+cu130", "name an index that has this build"),
        ("windows-x64-py311", "scipy==1.17.1", "check the network"),
    ],
)
def test_a_wheel_that_is_not_there_is_named(
    target: str, missing: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing half-gathered stays behind."""
    words = (
        f"ERROR: Could not find a version (from versions: none)\nERROR: No matching distribution found for {missing}"
    )
    program = tmp_path / "pip"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({words!r})\n")
    program.chmod(0o755)
    monkeypatch.setattr(wheels, "WHEELS", tmp_path / "wheels")
    monkeypatch.setattr(wheels, "ensure_engine", lambda: program)
    with pytest.raises(BuildError) as caught:
        wheels.gather(TARGETS[target])
    assert str(caught.value).startswith(f"There is no wheel of {missing} for {TARGETS[target].platform} and Python 3.1")
    assert remedy in str(caught.value)
    assert list((tmp_path / "wheels").iterdir()) == []


@pytest.mark.parametrize(
    ("tags", "target", "fit"),
    [
        ("py3-none-any", "macos-arm64-py313", True),
        ("py2.py3-none-any", "windows-x64-py311", True),
        ("py2-none-any", "windows-x64-py311", False),
        ("cp311-cp311-win_amd64", "windows-x64-py311", True),
        ("cp311-cp311-win_amd64", "windows-x64-py313", False),
        ("cp313-cp313t-win_amd64", "windows-x64-py313", False),
        ("cp311-cp311-win_arm64", "windows-x64-py311", False),
        ("cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64", "linux-x64-py313", True),
        ("cp312-abi3-manylinux_2_17_x86_64", "linux-x64-py311", False),
        ("cp311-cp311-manylinux_2_34_x86_64", "linux-x64-py311", False),
        ("cp311-cp311-manylinux_2_28_aarch64", "linux-x64-py311", False),
        ("cp313-cp313-macosx_14_0_arm64", "macos-arm64-py313", True),
        ("cp313-cp313-macosx_15_0_arm64", "macos-arm64-py313", False),
        ("cp313-cp313-macosx_11_0_x86_64", "macos-arm64-py313", False),
    ],
)
def test_the_check_of_wheels_knows_what_fits(tags: str, target: str, fit: bool) -> None:
    assert fits(f"package-1.0-{tags}.whl", TARGETS[target]) == fit


def test_all_zips_are_tried_and_the_failures_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def build(target: Target | None) -> Path:
        if target is not None and target.name == "linux-x64-py313":
            raise BuildError("There is no wheel of torch.")
        zipped = tmp_path / f"{target.name if target else 'light'}.zip"
        zipped.write_bytes(bytes(2_000_000))
        return zipped

    monkeypatch.setattr(extension, "ROOT", tmp_path)
    monkeypatch.setattr(extension, "build", build)
    with pytest.raises(BuildError, match="1 of 11 zips were not built"):
        extension.build_all()
    told = capsys.readouterr().out
    assert "linux-x64-py313: not built. There is no wheel of torch." in told
    assert "macos-arm64-py313.zip: 2 MB" in told
    assert "light.zip: 2 MB" in told


def test_the_command_builds_what_its_options_say(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    monkeypatch.setattr(extension, "build", built.append)
    monkeypatch.setattr(extension, "build_all", lambda: built.append("all"))
    for options in (["--platform", "macos-arm64"], ["--light"], ["--all"]):
        assert build.main(["extension", *options]) == 0
    assert built == [TARGETS["macos-arm64-py311"], None, "all"]
