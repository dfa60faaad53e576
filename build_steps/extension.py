"""Builds the installable extension with Blender's own tool."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from build_steps import wheels
from build_steps.environments import BLENDERS, MODELS, ROOT, BuildError, call, ensure, ensure_engine, say
from build_steps.targets import TARGETS, Target

CONTENT = ("__init__.py", "blender_manifest.toml", "LICENSE", "engine", "twok2k_blender")
LEFT_OUT = (
    *("__pycache__", "*.pyc", "*.partial", "*.fit", "*.jsonl"),
    *("training", "evaluation", "bench", "timing.py"),  # need packages that the extension does not ship
    *("bundle.py", "ray_pool.py"),  # need pip, the network
)

DEFAULT_WEIGHTS = ROOT / "engine/weights/default.safetensors"
BUILDER = "4.5"
"""The Blender whose tool builds and validates."""


def build_all() -> None:
    """Build every zip and tell their sizes at the end. Raises BuildError if any was not built, each with its reason."""
    lines, failed = [], 0
    for target in (every := (None, *TARGETS.values())):
        try:
            lines.append(_size(build(target)))
        except BuildError as error:
            failed += 1
            lines.append(f"{_name(target)}: not built. {error}")
    say("\n".join(["", *lines]))
    if failed:
        raise BuildError(f"{failed} of {len(every)} zips were not built; the reasons stand above.")


def build(target: Target | None) -> Path:
    """Build dist/ID-VERSION-TARGET.zip, validate it and tell its size; where that fails there is no zip. Without a
    target it is the light one: no wheels, for every platform and Python, and an engine set up apart."""
    files = wheels.gather(target) if target else []
    folder = ROOT / "build/extension" / _name(target)
    stage(folder, target, files)
    zipped = ROOT / "dist" / f"{'-'.join(identity().values())}-{_name(target)}.zip"
    zipped.parent.mkdir(exist_ok=True)
    tool = [python := ensure(BLENDERS[BUILDER]), _tool(python)]
    try:
        call([*tool, "build", "--source-dir", folder, "--output-filepath", zipped])
        call([*tool, "validate", zipped])
    except BuildError:
        zipped.unlink(missing_ok=True)
        raise
    say(_size(zipped))
    return zipped


def _name(target: Target | None) -> str:
    return target.name if target else "light"


def _size(zipped: Path) -> str:
    return f"{zipped.relative_to(ROOT)}: {zipped.stat().st_size / 1e6:,.0f} MB"


def stage(folder: Path, target: Target | None = None, files: Iterable[Path] = ()) -> None:
    """Put what belongs into the extension into a fresh `folder`; without a target no wheels and no limits."""
    ensure_engine()
    for needed in (*MODELS, DEFAULT_WEIGHTS):
        if not needed.exists():
            raise BuildError(f"{needed.relative_to(ROOT)} is missing; restore it from git or run the demo once.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in CONTENT:
        _copy(ROOT / name, folder / name)
    if target is not None:
        _add_wheels(folder, target, sorted(files))


def _copy(source: Path, destination: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, destination, ignore=shutil.ignore_patterns(*LEFT_OUT))
    else:
        shutil.copy2(source, destination)


def _add_wheels(folder: Path, target: Target, files: list[Path]) -> None:
    (folder / "wheels").mkdir()
    for file in files:
        try:
            os.link(file, folder / "wheels" / file.name)
        except OSError:
            shutil.copy2(file, folder / "wheels" / file.name)
    manifest = folder / "blender_manifest.toml"
    manifest.write_text(with_wheels(manifest.read_text(encoding="utf-8"), target, files), encoding="utf-8")


def with_wheels(manifest: str, target: Target, files: Iterable[Path]) -> str:
    """The manifest (text) of the zip for a target: with its wheels, platform and range of Blender versions."""
    listed = "".join(f'  "./wheels/{file.name}",\n' for file in files)
    first, after = target.blender
    manifest = re.sub(r"(?m)^blender_version_min = .*$", f'blender_version_min = "{first}"', manifest)
    limit = f'blender_version_max = "{after}"\n' if after else ""
    added = f'{limit}platforms = ["{target.platform}"]\nwheels = [\n{listed}]\n\n'
    head, table, rest = manifest.partition("[permissions]")
    return head + added + table + rest


def identity() -> dict[str, str]:
    """The manifest's `id` and `version` (by pattern, because Python 3.10 cannot read TOML)."""
    manifest = (ROOT / "blender_manifest.toml").read_text(encoding="utf-8")
    return dict(re.findall(r'(?m)^(id|version) = "(.*)"', manifest))


def _tool(python: Path) -> Path:
    """Blender's command line tool for extensions, inside the `bpy` wheel."""
    pattern = "**/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
    return next(python.parent.parent.glob(pattern))
