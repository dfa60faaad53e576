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
        session = import_module(f"{MODULE}.session").session
        if session.busy and self._last:
            self.pauses.append(now - self._last - BEAT)
        self._last = now if session.busy else 0.0
        return BEAT


pulse = Pulse()


def state() -> dict[str, Any]:
    """What the test needs to know; positions in pixels from the window's lower left."""
    session = import_module(f"{MODULE}.session").session
    job = session.working
    task = job.task if job else None
    active = bpy.context.view_layer.objects.active
    window = bpy.context.window_manager.windows[0]
    view = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    sidebar = next(region for region in view.regions if region.type == "UI")
    return {
        "reports": next(counter),
        "busy": session.busy,
        "stage": task.stage if task else "",
        "fraction": task.fraction if task else 0,
        "pauses": [len(pulse.pauses), sum(p > 0.1 for p in pulse.pauses), *sorted(pulse.pauses)[-5:]],
        "draft": getattr(job, "draft", None) is not None,
        "message": session.message,
        "photos": [{"name": job.name, "state": job.state, "error": job.error} for job in session.queue.listed],
        "objects": sorted(item.name for item in bpy.data.objects),
        "data": [len(bpy.data.meshes), len(bpy.data.materials)],
        "textures": sum(image.packed_file is not None for image in bpy.data.images),
        "file": bpy.data.filepath,
        "active": active.name if active else "",
        "facts": {key: str(value) for key, value in active.items()} if active else {},
        "color_type": view.spaces.active.shading.color_type,
        "window": [window.width, window.height],
        "sidebar": [sidebar.x, sidebar.y, sidebar.width, sidebar.height],
        "tab": getattr(sidebar, "active_panel_category", ""),
        "key_points": dict(key_points()),
        "moved": active.get("2K2K Key Points", "") if active else "",
        "faces": len(active.data.polygons) if active and active.type == "MESH" else 0,
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


def use_tool(name: str, options: dict[str, str]) -> None:
    """Do what a click on the button of one of the result's tools does."""
    window = bpy.context.window_manager.windows[0]
    view = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in view.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=view, region=region):
        getattr(bpy.ops.twok2k, name)("INVOKE_DEFAULT", **options)


def drop(directory: str, names: list[str]) -> None:
    """Do what Blender does with files that are dropped into the 3D view."""
    window = bpy.context.window_manager.windows[0]
    view = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in view.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=view, region=region):
        files = [{"name": name} for name in names]
        bpy.ops.wm.drop_import_file("INVOKE_DEFAULT", directory=directory, files=files)


def obey(order: Path) -> None:
    """Do what the mouse cannot: drop files, open a new file without a question, close a window, find a button."""
    wanted = json.loads(order.read_text())
    order.unlink()
    if "drop" in wanted:
        drop(**wanted["drop"])
    elif "tool" in wanted:
        use_tool(wanted["tool"], wanted["options"])
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
