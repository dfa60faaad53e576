"""Real Blender windows for the tests in tests/gui, where this machine can have them."""

import os
import subprocess

from build_steps.environments import ROOT, say

TOOL = ROOT.parent / "shared/tools/blender-gui/get-blender-gui.sh"
SUITES = ("trixie", "sid")
"""Debian's releases with Blender 4.3 and 5.2."""


def roots() -> str:
    """The value of TWOK2K_GUI for the tests: what the user has set; for "make", folders made here where they can be."""
    wanted = os.environ.get("TWOK2K_GUI", "")
    if wanted != "make":
        return wanted
    if not TOOL.exists() or os.name == "nt" or os.geteuid() != 0:
        return ""
    made = []
    for suite in SUITES:
        folder = ROOT / "build" / f"blender-gui-{suite}"
        command = ["bash", str(TOOL), str(folder), suite]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            made.append(str(folder))
        else:
            say(f"No Blender window of {suite}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return os.pathsep.join(made)
