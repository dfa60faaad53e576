"""The last step, in Blender's own Python: from the worker's mesh file to an object in the scene."""

import json
import statistics
import subprocess
from pathlib import Path

from engine.errors import UserError

SCRIPT = Path(__file__).parents[2] / "twok2k_blender/timing.py"


def scene_seconds(blender: Path, mesh: Path, repeats: int) -> tuple[float, float]:
    """Seconds to read the mesh file and to add the person to the scene: the first time, and the median of the others.

    blender: a Blender executable or a Python with `bpy`. Raises UserError where it does not run.
    """
    batch = ["--background", "--factory-startup", "--python-exit-code", "1", "--python", str(SCRIPT), "--"]
    python = [str(SCRIPT)]
    command = [str(blender), *(python if "python" in blender.name.lower() else batch), str(mesh), str(repeats + 1)]
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds = next(line for line in output.splitlines() if line.startswith("["))
    except (OSError, subprocess.CalledProcessError, StopIteration) as error:
        raise UserError(f"{blender} does not run Blender; name Blender's program or a Python that has bpy.") from error
    first, *others = json.loads(seconds)
    return first, statistics.median(others)
