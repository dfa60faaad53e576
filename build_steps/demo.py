"""The main job, shown: a photo becomes a person in a Blender scene, through the extension itself."""

import shutil
from pathlib import Path

from build_steps import extension
from build_steps.environments import BLENDERS, ROOT, BuildError, call, ensure, ensure_engine, say

BLENDER = "4.5"
SAMPLE = ROOT / "docs/images/sample_person.jpg"
"""A synthetic person, rendered by this project."""

SCRIPT = Path(__file__).parent / "demo_scene.py"


def run(photo: Path, output: Path) -> None:
    """Write NAME.blend, NAME.glb and NAME_turntable.png into `output` and tell the facts."""
    if not photo.is_file():
        raise BuildError(f"There is no picture {photo}; give the path of a photo that shows a person.")
    engine, blender = ensure_engine(), ensure(BLENDERS[BLENDER])
    output.mkdir(parents=True, exist_ok=True)
    resources = ROOT / "build" / f"demo-blender-{BLENDER}"
    shutil.rmtree(resources, ignore_errors=True)
    extension.stage(resources / "extensions/user_default" / extension.identity()["id"])
    say(f"Reconstructing {photo.name} in Blender {BLENDER} (without a window).")
    call(
        [blender, SCRIPT, photo.resolve(), output.resolve(), engine],
        BLENDER_USER_RESOURCES=str(resources),
    )
