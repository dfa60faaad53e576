"""Runs in Blender's Python: `timing.py MESH.npz COUNT` adds the person COUNT times and prints the seconds as json."""

import json
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[1]))

from twok2k_blender.mesh_data import read_mesh
from twok2k_blender.scene import add_person


def main(mesh: Path, count: int) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        person = add_person(bpy.context, "Person", read_mesh(mesh), {})
        seconds.append(time.perf_counter() - start)
        bpy.data.batch_remove([person.data])
    print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[-2]), int(sys.argv[-1]))
