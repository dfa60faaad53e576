"""Real Blender windows for the tests in tests/gui, where this machine can have them."""

import os
import subprocess
from pathlib import Path

from build_steps.environments import ROOT, say

TOOLS = ROOT.parent / "shared/tools/blender-gui"
SUITES = ("trixie", "sid")
"""Debian's releases with Blender 4.3 and 5.2."""


def roots() -> str:
    """The value of TWOK2K_GUI for the tests: what the user has set; else a folder with Blender 4.3 that is made here
    where that can be; for "all", one with 5.2 too."""
    wanted = os.environ.get("TWOK2K_GUI")
    if wanted not in (None, "all"):
        return str(wanted)
    if not TOOLS.exists() or os.name == "nt" or os.geteuid() != 0:
        return ""
    made = [_made(suite) for suite in SUITES[: 2 if wanted else 1]]
    return os.pathsep.join(str(folder) for folder in made if folder)


def _made(suite: str) -> Path | None:
    """A folder with that Blender, in which a command has run; None, and a word why, where there is none."""
    folder = ROOT / "build" / f"blender-gui-{suite}"
    commands = (
        ["bash", str(TOOLS / "get-blender-gui.sh"), str(folder), suite],
        ["unshare", "--mount", "bash", str(TOOLS / "blender-gui.sh"), str(folder), "true"],
    )
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            say(f"No Blender window of {suite}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
            return None
    return folder
