"""Gathers the wheels that the extension ships, for one platform and Python, from the locked lists."""

import platform
import re
import shutil
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from build_steps.environments import REQUIREMENTS, ROOT, BuildError, call, ensure_engine, lists_digest, say

WHEELS = ROOT / "wheels"


@dataclass(frozen=True)
class Target:
    """Where a zip can be installed.

    platform: Blender's name. python: version. tags: pip's platform tags, any of which will do. blender: the first
    version with this Python, and the first one after it.
    """

    platform: str
    python: str
    tags: tuple[str, ...]
    blender: tuple[str, str]


_LINUX = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_24_x86_64", "manylinux2014_x86_64")

TARGETS = {"linux-x64-py311": Target("linux-x64", "3.11", _LINUX, ("4.2.0", "5.1.0"))}
"""By name. One zip for each, because scipy and torch have a wheel of their own for every Python."""

BLENDERS_OWN = {"numpy", "requests", "certifi", "idna", "urllib3", "charset-normalizer"}
"""All extensions share one folder that comes before Blender's own packages: these must never be in it."""

UNUSED = {"setuptools"}
"""Declared by torch, for compiling its own extensions only."""

CUDA = re.compile(r"nvidia|cuda|triton", re.IGNORECASE)


def this_target() -> str:
    """The name of this machine's target; of the first one where there is none."""
    machine = (platform.system().lower(), platform.machine().lower())
    known = {("linux", "x86_64"): "linux-x64-py311"}
    return known.get(machine, next(iter(TARGETS)))


def gather(name: str) -> list[Path]:
    """Download what the target needs into wheels/NAME, unless it is there, and return the files."""
    folder, stamp = WHEELS / name, WHEELS / name / "gathered.txt"
    wanted = lists_digest("engine", "torch")
    if not (stamp.is_file() and stamp.read_text() == wanted):
        python = ensure_engine()
        say(f"Gathering wheels for {name}.")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _download(python, TARGETS[name], folder)
        stamp.write_text(wanted)
    files = sorted(folder.glob("*.whl"))
    say(f"wheels/{name}: {len(files)} wheels, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB")
    return files


def shipped(locked: str) -> str:
    """The entries of a locked list (text) that go into the extension."""
    entries = re.findall(r"^[a-z0-9].*(?:\n[ \t]+.*)*", locked, re.MULTILINE)
    return "\n".join(entry for entry in entries if _name(entry) not in BLENDERS_OWN | UNUSED) + "\n"


def _name(entry: str) -> str:
    return re.split(r"[=<>~! ]", entry, maxsplit=1)[0]


def _download(python: Path, target: Target, folder: Path) -> None:
    listed = folder / "list.txt"
    listed.write_text(shipped((REQUIREMENTS / "engine.txt").read_text()))
    selection = ["--only-binary=:all:", "--implementation=cp", f"--python-version={target.python}"]
    selection += [f"--platform={tag}" for tag in target.tags]
    pip = [python, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps", *selection]
    call([*pip, f"--dest={folder}", "--require-hashes", "-r", listed])
    call([*pip, f"--dest={folder}", "-r", REQUIREMENTS / "torch.txt"])
    _refuse_cuda(next(folder.glob("torch-*.whl")))


def _refuse_cuda(wheel: Path) -> None:
    """A CUDA build of torch is ten times too large for an extension, and asks for wheels that are not here."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/METADATA"))
        requirements = Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist") or []
    if any(CUDA.match(requirement) and "extra ==" not in requirement for requirement in requirements):
        raise BuildError(f"pip chose {wheel.name}, a CUDA build; see 'CPU build of torch' in docs/development.md.")
