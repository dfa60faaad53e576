"""The zips that the tests look at: this machine's for Python 3.11, or those that TWOK2K_ZIPS names;
and the light one."""

import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.tags import Tag
from packaging.utils import parse_wheel_filename

from build_steps.targets import Target, chosen

NAMES = os.environ.get("TWOK2K_ZIPS", "").split() or [chosen(None, "3.11", cuda=False).name]

LIGHT = "light"
"""The zip without wheels, for every platform."""

with_wheels = pytest.mark.parametrize("built", NAMES, indirect=True)
"""For tests of what the light zip has not."""

BLENDERS_OWN = {"numpy", "requests", "certifi", "idna", "urllib3", "charset-normalizer"}
"""All extensions share one folder of packages, ahead of Blender's own."""


@dataclass(frozen=True)
class Zip:
    """A finished one; without a target the light one."""

    target: Target | None
    file: Path

    @property
    def names(self) -> list[str]:
        """Paths of the files in it."""
        with zipfile.ZipFile(self.file) as archive:
            return [name for name in archive.namelist() if not name.endswith("/")]

    def read(self, name: str) -> str:
        with zipfile.ZipFile(self.file) as archive:
            return archive.read(name).decode()


def fits(wheel: str, target: Target) -> bool:
    """Whether a wheel, by its file's name, runs where the zip may be installed."""
    return any(_fits(tag, target) for tag in parse_wheel_filename(wheel)[3])


def _fits(tag: Tag, target: Target) -> bool:
    version = "cp" + target.python.replace(".", "")
    match tag.interpreter, tag.abi:
        case "py3", "none":
            python = True
        case interpreter, "abi3":
            python = int(interpreter[3:]) <= int(version[3:])
        case interpreter, abi:
            python = interpreter == abi == version
    return python and (tag.platform == "any" or _runs_on(tag.platform, target.platform))


def _runs_on(tag: str, platform: str) -> bool:
    """Whether the platform's oldest supported system (glibc 2.28, macOS 14) takes wheels with this tag."""
    match platform:
        case "linux-x64":
            glibc = re.fullmatch(r"manylinux(?:1|2010|2014|_2_(\d+))_x86_64", tag)
            return bool(glibc) and int(glibc[1] or 0) <= 28
        case "macos-arm64":
            system = re.fullmatch(r"macosx_(\d+)_\d+_(?:arm64|universal2)", tag)
            return bool(system) and int(system[1]) <= 14
        case _:
            return tag == "win_amd64"
