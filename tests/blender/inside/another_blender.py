"""A Blender of its own that lets the small engine work on a photo: `another_blender.py PHOTO sleep|quit|generate`."""

import sys
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

import bpy

ROOT = Path(__file__).resolve().parents[3]
MODULE = "bl_ext.user_default.twok2k_blender"


def enable() -> None:
    """Enable the checkout as an extension, with the small engine."""
    link = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True)) / "twok2k_blender"
    if not link.exists():
        link.symlink_to(ROOT)
    bpy.ops.preferences.addon_enable(module=MODULE)
    session, client = part("session"), part("worker_client")
    launch = client.Launch((sys.executable, str(ROOT / "tests/worker/small_engine.py")), session.log_file())
    session._launch = lambda: launch


def part(name: str) -> ModuleType:
    return import_module(f"{MODULE}.twok2k_blender.{name}")


def begin(photo: str) -> Path:
    """Let the engine work until it has said something; the folder of its temporary files."""
    settings, lineup = part("photo_options").chosen_settings(bpy.context), part("lineup").Lineup()
    job = part("photo_job").PhotoJob(Path(photo), settings, lineup)
    part("background").add([job])
    while not job.over and not (job.task and job.task.stage):
        part("background").tick()
        time.sleep(0.02)
    return job._folder


def main(photo: str, end: str) -> None:
    enable()
    folder = begin(photo)
    print(f"engine {part('session').session._client._process.pid}", flush=True)
    print(f"folder {folder}", flush=True)
    if end == "generate":
        for _ in range(3):
            bpy.ops.twok2k.generate(filepath=photo)
    if end == "sleep":
        time.sleep(1000)


main(*sys.argv[1:])
