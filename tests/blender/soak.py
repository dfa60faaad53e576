"""How much memory Blender and the engine hold after each of many people, and whether anything remains at the end.

    .venv-bpy-5.0/bin/python tests/blender/soak.py .venv/bin/python PHOTO [RUNS [DETAIL]]

The people stay in the scene, each of them in undo's memory as well, as they do for a user; "deleted" lines are without
them. Linux only (it reads /proc).
"""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

RESOURCES = tempfile.TemporaryDirectory()
os.environ["BLENDER_USER_RESOURCES"] = RESOURCES.name  # Blender reads it as it is imported

import bpy  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
MODULE = "bl_ext.user_default.twok2k_blender"


def part(name: str) -> ModuleType:
    return import_module(f"{MODULE}.twok2k_blender.{name}")


def resident_mebibytes(process: int | str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def enable(engine_python: str) -> None:
    link = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True)) / "twok2k_blender"
    link.symlink_to(ROOT)
    bpy.ops.preferences.addon_enable(module=MODULE)
    part("choices").preferences().engine_python = str(Path(engine_python).absolute())


def report(when: str, engine: int) -> None:
    blender, worker = resident_mebibytes("self"), resident_mebibytes(engine)
    print(f"{when:>8}  Blender {blender:6.0f} MiB  engine {worker:6.0f} MiB", flush=True)


def delete_people() -> None:
    people = [item for item in bpy.data.objects if "2K2K Photo" in item]
    meshes = [person.data for person in people]
    bpy.data.batch_remove([*people, *meshes, *(mesh.materials[0] for mesh in meshes)])


def main(engine_python: str, photo: str, runs: str = "30", detail: str = "medium") -> None:
    with RESOURCES:
        enable(engine_python)
        session = part("session").session
        for run in range(1, int(runs) + 1):
            bpy.ops.twok2k.generate(filepath=str(Path(photo).absolute()), detail=detail)
            engine = session._client._process.pid
            report(f"{run}", engine)
        delete_people()
        report("deleted", engine)
        session.end()
        left = [path.name for path in Path(bpy.app.tempdir).iterdir()]
        print(f"engine process remains: {Path(f'/proc/{engine}').exists()}, temporary files: {left}", flush=True)


main(*sys.argv[1:])
