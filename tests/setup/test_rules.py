"""What Blender asks of an extension, checked on the finished zip: the manifest, the wheels and the code in it."""

import ast
import re
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from typing import Any

import pytest
from packaging.utils import canonicalize_name, parse_wheel_filename
from zips import BLENDERS_OWN, LIGHT, Zip, fits, with_wheels

pytestmark = pytest.mark.slow

NETWORK = {"asyncio", "ftplib", "http", "requests", "smtplib", "socket", "ssl", "urllib.request", "urllib3", "xmlrpc"}
INSTALLERS = {"ensurepip", "pip", "venv"}
HARMLESS = {("twok2k_blender/pictures.py", "urllib.request")}
"""`url2pathname` turns an address of a file into its path."""

ONLINE = {("engine/weights/download.py", module) for module in ("http", "ssl", "urllib.request")}
"""The one module that may use the network, for the weights that the user asks for."""

ASLEEP = {"twok2k_blender/side_script.py"}
"""The second Blender's thread runs no Python between its start and the end of the process, which it brings about."""

THREADS = {"threading", "_thread", "concurrent", "multiprocessing"}

APART = {"twok2k_blender/launch.py", "twok2k_blender/side_script.py"}
"""They run in processes of their own."""

FREE = r"Apache|MIT|BSD|BSL-1.0|MPL-2.0|PSF-2.0|Python Software Foundation"
PROPRIETARY = r"LicenseRef-NVIDIA-Proprietary|NVIDIA Proprietary|License :: Other/Proprietary License"


@pytest.fixture
def manifest(built: Zip) -> dict[str, Any]:
    return tomllib.loads(built.read("blender_manifest.toml"))


def _wheels(built: Zip) -> list[str]:
    return [name for name in built.names if name.endswith(".whl")]


def _modules(built: Zip, folder: str) -> Iterator[tuple[str, ast.Module]]:
    for name in built.names:
        if name.startswith(f"{folder}/") and name.endswith(".py"):
            yield name, ast.parse(built.read(name))


def _imports(node: ast.AST) -> Iterator[str]:
    """The names of the modules that a statement imports absolutely."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        yield node.module or ""
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _at_run_time(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those behind `if TYPE_CHECKING`."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        typing_only = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        waiting += node.orelse if typing_only and isinstance(node, ast.If) else ast.iter_child_nodes(node)


def test_words_of_the_manifest(manifest: dict[str, Any]) -> None:
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert "blender" not in manifest["name"].lower()
    for text in (manifest["tagline"], *manifest["permissions"].values()):
        assert 0 < len(text) <= 64
        assert not text.endswith((".", "!", "?"))


def test_no_field_is_empty(manifest: dict[str, Any]) -> None:
    assert [key for key, value in manifest.items() if value in ("", [], {})] == []


def test_asks_for_what_it_uses_alone(manifest: dict[str, Any]) -> None:
    assert set(manifest["permissions"]) == {"clipboard", "files", "network"}


@with_wheels
def test_where_it_may_be_installed(manifest: dict[str, Any], built: Zip) -> None:
    first, after = built.target.blender
    assert manifest["platforms"] == [built.target.platform]
    assert manifest["blender_version_min"] == first
    assert manifest.get("blender_version_max", "") == after


@pytest.mark.parametrize("built", [LIGHT], indirect=True)
def test_the_light_zip_is_small_and_may_be_installed_everywhere(manifest: dict[str, Any], built: Zip) -> None:
    assert manifest["blender_version_min"] == "4.2.0"
    assert not {"platforms", "blender_version_max", "wheels"} & set(manifest)
    assert _wheels(built) == []
    assert built.file.stat().st_size < 40_000_000


@with_wheels
def test_manifest_names_the_wheels_there_are(manifest: dict[str, Any], built: Zip) -> None:
    assert sorted(manifest["wheels"]) == sorted(f"./{name}" for name in _wheels(built))


@with_wheels
def test_wheels_fit_the_platform_and_the_python(built: Zip) -> None:
    assert [name for name in _wheels(built) if not fits(name.rpartition("/")[2], built.target)] == []


@with_wheels
def test_ships_nothing_twice_and_nothing_that_blender_has(built: Zip) -> None:
    names = [str(parse_wheel_filename(name.rpartition("/")[2])[0]) for name in _wheels(built)]
    assert {"torch", "mediapipe", "scipy"} <= set(names)
    assert len(names) == len(set(names))
    assert not {canonicalize_name(name) for name in names} & BLENDERS_OWN


@with_wheels
def test_has_cuda_only_where_it_should(built: Zip) -> None:
    torch = next(name for name in _wheels(built) if "/torch-" in name)
    with zipfile.ZipFile(built.file) as archive, archive.open(torch) as file, zipfile.ZipFile(file) as wheel:
        names = wheel.namelist()
    assert any(re.search(r"torch_cuda\.(so|dll)$", name) for name in names) == built.target.cuda


@with_wheels
def test_licences_allow_gpl_3(built: Zip) -> None:
    """With CUDA that holds but for NVIDIA's own libraries: such a zip is for one's own use."""
    licences = {name: _licence(built, name) for name in _wheels(built)}
    others = {name for name, text in licences.items() if re.search(PROPRIETARY, text) or not re.search(FREE, text)}
    if not built.target.cuda:
        assert others == set()
    assert [name for name in others if "nvidia" not in name and "cuda" not in name] == []


def _licence(built: Zip, name: str) -> str:
    with zipfile.ZipFile(built.file) as archive, archive.open(name) as file, zipfile.ZipFile(file) as wheel:
        metadata = next(entry for entry in wheel.namelist() if entry.endswith(".dist-info/METADATA"))
        fields = HeaderParser().parsestr(wheel.read(metadata).decode())
    classifiers = [line for line in fields.get_all("Classifier") or [] if line.startswith("License")]
    return "\n".join([fields.get("License-Expression") or "", fields.get("License") or "", *classifiers])


def test_network_in_one_module_alone_and_no_pip_at_run_time(built: Zip) -> None:
    for folder in ("twok2k_blender", "engine"):
        for name, tree in _modules(built, folder):
            used = {imported for node in _at_run_time(tree) for imported in _imports(node)}
            found = {module for module in NETWORK | INSTALLERS if any(f"{i}.".startswith(f"{module}.") for i in used)}
            assert {(name, module) for module in found} <= HARMLESS | ONLINE, name
            words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
            assert not words & INSTALLERS, name


def test_no_threads_beside_blender(built: Zip) -> None:
    """They corrupt its memory (`twok2k_blender/reply_file.py`), also those that only read."""
    for name, tree in _modules(built, "twok2k_blender"):
        used = {imported.split(".")[0] for node in _at_run_time(tree) for imported in _imports(node)}
        assert name in ASLEEP or not used & THREADS, name


def test_imports_of_its_own_are_relative(built: Zip) -> None:
    for name, tree in _modules(built, "twok2k_blender"):
        used = {imported.split(".")[0] for node in _at_run_time(tree) for imported in _imports(node)}
        assert name in APART or not used & {"twok2k_blender", "engine", "bl_ext"}, name


def test_holds_what_it_needs_and_no_more(built: Zip) -> None:
    names = set(built.names)
    assert {"LICENSE", "__init__.py", "engine/pipeline.py", "engine/weights/default.safetensors"} <= names
    assert {
        f"engine/person/models/{name}" for name in ("pose.task", "face.tflite", "hand.tflite", "portrait.tflite")
    } <= names
    assert [name for name in names if name.startswith("tests") or name.endswith(".pyc") or "training" in name] == []
