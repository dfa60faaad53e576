"""Runs in Blender: `zip_in_blender.py install ZIP | refuse PHOTO | generate PHOTO [ENGINE_PYTHON]`."""

import json
import sys

import bpy
import numpy as np

MODULE = "bl_ext.user_default.twok2k_blender"


def install(path: str) -> None:
    bpy.ops.extensions.package_install_files(filepath=path, repo="user_default", enable_on_install=True)
    assert MODULE in bpy.context.preferences.addons, "the zip was not installed"


def refuse(photo: str) -> None:
    """Print why no person can be made."""
    bpy.ops.preferences.addon_enable(module=MODULE)
    try:
        bpy.ops.twok2k.generate(filepath=photo)
    except RuntimeError as error:
        print(str(error).strip().removeprefix("Error: "))


def generate(photo: str, engine_python: str = "") -> None:
    """Print facts of the result as JSON."""
    bpy.ops.preferences.addon_enable(module=MODULE)
    bpy.context.preferences.addons[MODULE].preferences.engine_python = engine_python
    assert bpy.ops.twok2k.generate(filepath=photo, detail="low") == {"FINISHED"}
    person = bpy.context.object
    points = np.empty(3 * len(person.data.vertices), np.float32)
    person.data.vertices.foreach_get("co", points)
    points = points.reshape(-1, 3)
    facts = {
        "type": person.type,
        "triangles": len(person.data.polygons),
        "low": points.min(0).tolist(),
        "high": points.max(0).tolist(),
        "color": person.data.color_attributes.active_color.name,
        "license": person["2K2K License"],
        "modules": sorted({"torch", "mediapipe", "cv2"} & set(sys.modules)),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    {"install": install, "refuse": refuse, "generate": generate}[sys.argv[1]](*sys.argv[2:])
