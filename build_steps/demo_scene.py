"""Runs in Blender's Python: `demo_scene.py PHOTO FOLDER ENGINE_PYTHON` makes the demo's scene and pictures.

Uses the extension as a user's script would: enable it, tell it which Python runs the engine, call its operator.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import hypot, pi, radians
from pathlib import Path

import bpy
import numpy as np

MODULE = "bl_ext.user_default.twok2k_blender"
VIEWS, COLUMNS = 8, 4
CELL_PIXELS = 512
"""Height of one view of the turntable."""


def main(photo: Path, folder: Path, engine_python: Path) -> None:
    person = generate(photo, engine_python)
    light(bpy.context.scene)
    base = folder / photo.stem
    with quiet():
        bpy.ops.wm.save_as_mainfile(filepath=f"{base}.blend", compress=True)
        bpy.ops.export_scene.gltf(
            filepath=f"{base}.glb", use_selection=True, export_vertex_color="ACTIVE", export_extras=True
        )
    print("Rendering the turntable.", flush=True)
    turntable(person, Path(f"{base}_turntable.png"))
    for key, value in person.items():
        if key.startswith("2K2K "):
            print(f"  {key.removeprefix('2K2K ')}: {value}")
    print(f"  Mesh: {len(person.data.vertices):,} vertices, {len(person.data.polygons):,} triangles")
    for suffix in (".blend", ".glb", "_turntable.png"):
        print(f"{base}{suffix}")


def generate(photo: Path, engine_python: Path) -> bpy.types.Object:
    """An empty scene, the extension, one click on its button."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.preferences.addon_enable(module=MODULE)
    bpy.context.preferences.addons[MODULE].preferences.engine_python = str(engine_python)
    try:
        bpy.ops.twok2k.generate(filepath=str(photo))
    except RuntimeError as error:  # how Blender hands an operator's error report to a script
        sys.exit(str(error).removeprefix("Error: ").strip())
    return bpy.context.object


def light(scene: bpy.types.Scene) -> None:
    """A key light from the person's upper right, and an even grey sky; a camera that sees the person."""
    sun = bpy.data.objects.new("Key", bpy.data.lights.new("Key", "SUN"))
    sun.data.energy, sun.data.angle = 3.0, radians(10)
    sun.rotation_euler = (radians(50), 0, radians(-35))
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location, camera.rotation_euler = (0, -4.5, 1.0), (radians(89), 0, 0)
    for item in (sun, camera):
        scene.collection.objects.link(item)
    scene.camera = camera
    scene.world = bpy.data.worlds.new("Sky")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.6, 0.6, 0.6, 1)
    scene.view_settings.view_transform = "Standard"  # type: ignore[assignment]  # the stubs list one of many
    scene.render.engine = "CYCLES"  # type: ignore[assignment]


def turntable(person: bpy.types.Object, path: Path) -> None:
    """Render eight views at once, from the front on in steps of 45 degrees: copies that share the mesh, turned."""
    scene = bpy.context.scene
    low, high = bounds(person)
    width, height = 2.1 * float(hypot(*np.maximum(abs(low), abs(high))[:2])), 1.06 * float(high[2] - low[2])
    rows = VIEWS // COLUMNS
    person.hide_render = True
    for index in range(VIEWS):
        copy = bpy.data.objects.new(f"View {index}", person.data)
        copy.rotation_euler.z = 2 * pi * index / VIEWS
        copy.location = ((index % COLUMNS - (COLUMNS - 1) / 2) * width, 0, -(index // COLUMNS) * height)
        scene.collection.objects.link(copy)
    middle = (low[2] + high[2]) / 2 - (rows - 1) / 2 * height
    aim(scene, middle, COLUMNS * width, rows * height)
    render(scene, path)


def bounds(person: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest coordinates of the mesh, (3,) each, in the object's own space."""
    points = np.empty(3 * len(person.data.vertices), np.float32)
    person.data.vertices.foreach_get("co", points)
    return points.reshape(-1, 3).min(0), points.reshape(-1, 3).max(0)


def aim(scene: bpy.types.Scene, middle: float, width: float, height: float) -> None:
    """An orthographic camera before the origin that sees width x height metres around the height `middle`."""
    camera = scene.camera
    camera.data.type, camera.data.ortho_scale = "ORTHO", max(width, height)
    camera.location, camera.rotation_euler = (0, -10, middle), (pi / 2, 0, 0)
    scene.render.resolution_y = CELL_PIXELS * VIEWS // COLUMNS
    scene.render.resolution_x = round(scene.render.resolution_y * width / height)


def render(scene: bpy.types.Scene, path: Path) -> None:
    scene.cycles.samples, scene.cycles.use_denoising = 8, True
    scene.cycles.max_bounces = 2
    scene.render.filepath = str(path)
    with quiet():
        bpy.ops.render.render(write_still=True)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Blender's own log lines off the terminal (they are written by native code)."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
