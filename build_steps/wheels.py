"""Gathers the wheels that the extension ships, for one target, from the locked lists."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from build_steps.environments import REQUIREMENTS, ROOT, BuildError, ensure_engine, lists_digest, say
from build_steps.targets import Target

WHEELS = ROOT / "wheels"


def gather(target: Target) -> list[Path]:
    """Download what the target needs into wheels/NAME, unless it is there, and return the files."""
    folder = WHEELS / target.name
    stamp, wanted = folder / "gathered.txt", lists_digest("torch", *target.lists)
    if not (stamp.is_file() and stamp.read_text() == wanted):
        say(f"Gathering wheels for {target.name}.")
        _download(target, folder)
        stamp.write_text(wanted)
    files = sorted(folder.glob("*.whl"))
    say(f"wheels/{target.name}: {len(files)} wheels, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB")
    return files


def requirements(target: Target) -> list[list[str]]:
    """What pip is asked for, call by call, the likeliest to fail first; all but a named build of torch has hashes."""
    calls = [["--require-hashes", *(f"-r{REQUIREMENTS / name}.txt" for name in target.lists)]]
    if target.torch.build:
        pinned = (REQUIREMENTS / "torch.txt").read_text().split()[-1]
        calls.insert(0, [pinned + target.torch.build])
    return calls


def _download(target: Target, folder: Path) -> None:
    """Fetch the wheels into a fresh folder; there is none if that fails."""
    python = ensure_engine()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    selection = ["--no-deps", "--only-binary=:all:", "--implementation=cp", f"--python-version={target.python}"]
    selection += [f"--platform={tag}" for tag in target.tags]
    try:
        for wanted in requirements(target):
            _pip([python, "-m", "pip", "download", "-q", *selection, f"--dest={folder}", *wanted], target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _pip(command: list[object], target: Target) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(_reason(done.stderr, target))


def _reason(errors: str, target: Target) -> str:
    """One sentence from pip's errors (text)."""
    where = f"for {target.platform} and Python {target.python}"
    missing = re.search(r"No matching distribution found for (\S+)", errors)
    if missing is None:
        sys.stderr.write(errors)
        return f"pip could not fetch the wheels {where}; see above."
    if target.torch.build and missing[1].endswith(target.torch.build):
        remedy = "name an index that has this build in PIP_EXTRA_INDEX_URL (docs/development.md, 'Builds of torch')"
    else:
        remedy = "check the network and the package index"
    return f"There is no wheel of {missing[1]} {where} where pip looks; {remedy}."
