"""Runs in Blender's window: writes down five times a second what Blender's state is.

report.py -- STATE_FILE
"""

import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import bpy

MODULE = "bl_ext.user_default.twok2k_blender.twok2k_blender"
PERIOD = 0.2
BEAT = 0.01
"""Seconds between two beats of the pulse."""

counter = itertools.count()


class Pulse:
    """How long Blender's event loop kept a timer waiting while the engine was at work, in seconds: `pauses`."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self._last = 0.0

    def beat(self) -> float:
        now = time.perf_counter()
        busy = MODULE in sys.modules and import_module(f"{MODULE}.session").session.busy
        if busy and self._last:
            self.pauses.append(now - self._last - BEAT)
        self._last = now if busy else 0.0
        return BEAT


pulse = Pulse()


def state() -> dict[str, Any]:
    """What the test needs to know; places are x, y, width, height in pixels from the screen's lower left."""
    return blender_state() | (extension_state() if MODULE in sys.modules else {})


def blender_state() -> dict[str, Any]:
    active = bpy.context.view_layer.objects.active
    windows = bpy.context.window_manager.windows
    views = [view for window in windows if (view := view_of(window))]
    return {
        "reports": next(counter),
        "objects": sorted(item.name for item in bpy.data.objects),
        "data": [len(bpy.data.meshes), len(bpy.data.materials)],
        "textures": sum(image.packed_file is not None for image in bpy.data.images),
        "file": bpy.data.filepath,
        "active": active.name if active else "",
        "facts": {key: str(value) for key, value in active.items()} if active else {},
        "faces": len(active.data.polygons) if active and active.type == "MESH" else 0,
        "height": round(active.dimensions.z, 4) if active else 0,
        "color_types": [view.shading.color_type for view in views],
        "tabs": [tab_of(window) for window in windows],
        "distances": [view.region_3d.view_distance for view in views],
        "windows": [{"place": [w.x, w.y, w.width, w.height], "areas": list(areas(w))} for w in windows],
    }


def view_of(window: bpy.types.Window) -> bpy.types.SpaceView3D | None:
    """The first 3D view of a window."""
    return next((area.spaces.active for area in window.screen.areas if area.type == "VIEW_3D"), None)


def tab_of(window: bpy.types.Window) -> str:
    """Which tab of the 3D view's sidebar is open."""
    views = (area for area in window.screen.areas if area.type == "VIEW_3D")
    sidebars = (region for area in views for region in area.regions if region.type == "UI")
    return next((getattr(region, "active_panel_category", "") for region in sidebars), "")


def areas(window: bpy.types.Window) -> Iterator[dict[str, Any]]:
    """The editors of a window, with their regions."""
    for area in window.screen.areas:
        regions = {
            region.type: [window.x + region.x, window.y + region.y, region.width, region.height]
            for region in area.regions
        }
        yield {"type": area.ui_type, "regions": regions}


def extension_state() -> dict[str, Any]:
    session = import_module(f"{MODULE}.session").session
    job = session.working
    task = job.task if job else None
    active = bpy.context.view_layer.objects.active
    return {
        "busy": session.busy,
        "stage": task.stage if task else "",
        "fraction": task.fraction if task else 0,
        "pauses": [len(pulse.pauses), sum(p > 0.1 for p in pulse.pauses), *sorted(pulse.pauses)[-5:]],
        "draft": getattr(job, "draft", None) is not None,
        "message": session.message,
        "found": import_module(f"{MODULE}.preview").found.people,
        "detail": bpy.context.scene.twok2k.detail,
        "photos": [{"name": job.name, "state": job.state, "error": job.error} for job in session.queue.listed],
        "key_points": dict(key_points()),
        "moved": active.get("2K2K Key Points", "") if active else "",
        "at_work": import_module(f"{MODULE}.mesh_operator").MeshOperator.at_work,
    }


def key_points() -> Iterator[tuple[str, dict[str, list[float]]]]:
    """By name where each is on the screen, in pixels from the lower left, and where it is in the photo."""
    panel = bpy.context.scene.twok2k
    places = import_module(f"{MODULE}.key_points")
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            region = next(region for region in area.regions if region.type == "WINDOW")
            with bpy.context.temp_override(window=window, area=area, region=region):
                if places.shown(bpy.context) is None:
                    continue
                for point, (x, y) in places.in_region(bpy.context, panel):
                    screen = [window.x + region.x + x, window.y + region.y + y]
                    yield point.name, {"screen": screen, "photo": list(point.location)}


def drop(directory: str, names: list[str]) -> None:
    """Do what Blender does with files that are dropped into the 3D view."""
    window = bpy.context.window_manager.windows[0]
    view = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in view.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=view, region=region):
        files = [{"name": name} for name in names]
        bpy.ops.wm.drop_import_file("INVOKE_DEFAULT", directory=directory, files=files)


def obey(order: Path) -> None:
    """Do what the mouse cannot: drop files, open a new file without a question, close a window."""
    wanted = json.loads(order.read_text())
    order.unlink()
    if "drop" in wanted:
        drop(**wanted["drop"])
    elif "close" in wanted:
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[-1]):
            bpy.ops.wm.window_close()
    else:
        bpy.ops.wm.read_homefile()


def write(path: Path) -> float:
    if (order := path.with_suffix(".order")).exists():
        obey(order)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(state()))
    os.replace(temporary, path)
    return PERIOD


bpy.app.timers.register(lambda: write(Path(sys.argv[-1])), first_interval=1, persistent=True)
bpy.app.timers.register(pulse.beat, first_interval=1, persistent=True)
