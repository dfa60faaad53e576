"""Python environments from the locked lists in requirements/; one that is up to date is left alone."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"

PYTHON = "3.11"
"""Blender 4.2 to 5.0 and its `bpy` wheels have this Python, so the engine is set up with it."""


class BuildError(Exception):
    """Something the user can mend; its text is one sentence."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment. lists: the list to install, then the lists that are parts of it. version: of Python."""

    folder: str
    lists: tuple[str, ...]
    torch: bool = False
    version: str = PYTHON

    @property
    def path(self) -> Path:
        return ROOT / self.folder

    @property
    def python(self) -> Path:
        return self.path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


ENGINE = Environment(".venv", ("engine",), torch=True)
DEVELOPMENT = Environment(".venv", ("dev", "train", "engine"), torch=True)
BLENDERS = {
    blender: Environment(f".venv-bpy-{blender}", (f"bpy-{blender}",), version=python)
    for blender, python in (("4.2", "3.11"), ("4.5", "3.11"), ("5.0", "3.11"), ("5.2", "3.13"))
}
MODELS = [
    ROOT / "engine/person/models" / name for name in ("pose.task", "face.tflite", "hand.tflite", "portrait.tflite")
]


def ensure(environment: Environment) -> Path:
    """Make the environment, or bring it up to date with its locked list, and return its Python."""
    stamp = environment.path / "installed.txt"
    if stamp.is_file() and _digest(environment, environment.lists[0]) in stamp.read_text().split():
        return environment.python
    say(f"Setting up {environment.folder}; the first time this takes some minutes.")
    if not environment.python.exists():
        _create(environment)
    stamp.unlink(missing_ok=True)
    _install(environment)
    stamp.write_text("\n".join(_digest(environment, name) for name in environment.lists) + "\n")
    return environment.python


def ensure_engine(environment: Environment = ENGINE) -> Path:
    """`ensure` for an environment that runs the engine; also fetches the models that find people."""
    python = ensure(environment)
    if not all(model.exists() for model in MODELS):
        say("Fetching the models that find people.")
        call([python, "-m", "engine.person.bundle"])
    return python


def call(command: Iterable[object], **environ: str) -> None:
    """Run a command in the checkout; BuildError if it fails (it has then told why)."""
    words = [str(word) for word in command]
    try:
        subprocess.run(words, cwd=ROOT, env=os.environ | environ, stdin=subprocess.DEVNULL, check=True)
    except subprocess.CalledProcessError as error:
        raise BuildError(f"'{' '.join(words[:4])} ...' failed (exit code {error.returncode}); see above.") from error


def say(text: str) -> None:
    print(text, flush=True)


def lists_digest(*names: str) -> str:
    """Identifies the content of locked lists."""
    content = b"".join((REQUIREMENTS / f"{name}.txt").read_bytes() for name in names)
    return hashlib.sha256(content).hexdigest()


def _digest(environment: Environment, name: str) -> str:
    return lists_digest(name, "torch") if environment.torch else lists_digest(name)


def _create(environment: Environment) -> None:
    command = [*_find_python(environment.version), "-m", "venv", "--clear", str(environment.path)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        reason = (error.stdout + error.stderr).strip().splitlines()[0]
        remedy = f"on Debian install python{environment.version}-venv"
        raise BuildError(f"Python's venv module failed ({reason}); {remedy}.") from error


def _install(environment: Environment) -> None:
    """Every package is in the list with its hashes; torch alone is chosen by pip (see requirements/torch.txt)."""
    pip = [environment.python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    call([*pip, "--no-deps", "--require-hashes", "-r", REQUIREMENTS / f"{environment.lists[0]}.txt"])
    if environment.torch:
        call([*pip, "-r", REQUIREMENTS / "torch.txt"])


def _find_python(version: str) -> list[str]:
    """The command that starts this Python: the running one, or one on the PATH, or one that Windows' launcher knows."""
    for command in ([sys.executable], [f"python{version}"], ["py", f"-{version}"]):
        if shutil.which(command[0]) and _version(command) == version:
            return command
    raise BuildError(f"Python {version} was not found; install it and run this again.")


def _version(command: list[str]) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([*command, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
