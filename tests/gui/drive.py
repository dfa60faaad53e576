"""Plays the user: clicks with the mouse in Blender's real window and looks at what happens.

drive.py ENGINE_PYTHON PHOTO PICTURES: needs blender, xdotool and import (ImageMagick), and a 1600x1000 display.
Standard library only: runs in the Python of the machine that has the window. PICTURES: folder for screenshots.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
WINDOW = (1600, 1000)
PATIENCE = 900.0
"""Seconds that a reconstruction may take on a busy machine."""

EDIT_MENU, UNDO = (68, 12), (110, 38)
"""The menu Edit, and its first entry."""

TAB_FROM_RIGHT, TAB_STEP = 14, 25
VIEW_MENU, SIDEBAR = (190, 40), (225, 86)
"""The 3D view's menu View, and its second entry."""

VIEW = (500, 500)
"""A place in the 3D view."""

GENERATE, CANCEL, KEY_POINTS = 384, 415, 568
"""The buttons' distance from the sidebar's upper edge, with a photo chosen (for the last one no photo in the list)."""

KEY_POINT, DRAG = "left_wrist", (24, -16)
"""The key point that is put right, and how far, in pixels of the screen to the right and downward."""

CANCEL_FROM_RIGHT = 49
"""The middle of the small button's distance from the sidebar's right edge."""

DROP_MENU_KEY = "g"
"""The key that takes the entry "Generate Humans" of the menu that a drop opens."""

REACTION = 4
"""Reports of Blender's state between two actions."""

State = dict[str, Any]


class Window:
    """Blender's window and what is known about it."""

    def __init__(self, scene: Path, state_file: Path, pictures: Path) -> None:
        place = ("-p", "0", "0", *map(str, WINDOW))
        command = ["blender", *place, str(scene), "-P", str(HERE / "report.py"), "--", str(state_file)]
        self._blender = subprocess.Popen(command)
        self._state_file, self._pictures = state_file, pictures

    def state(self) -> State:
        assert self._blender.poll() is None, "Blender has ended"
        return json.loads(self._state_file.read_text()) if self._state_file.exists() else {}

    def wait(self, what: str, until: Callable[[State], Any], patience: float = 60.0) -> State:
        """The first state for which `until` is true."""
        end = time.monotonic() + patience
        while not ((state := self.state()) and until(state)):
            if time.monotonic() > end:
                self.picture("failed")
                sys.exit(f"never seen: {what}; {state}")
            time.sleep(0.1)
        print(f"seen: {what}", flush=True)
        return state

    def settle(self) -> State:
        """The state after Blender has had time to react to whatever came before."""
        first = self.state().get("reports", 0)
        while (state := self.state()).get("reports", 0) < first + REACTION:
            time.sleep(0.1)
        return state

    def click(self, x: float, y: float) -> State:
        """Move the mouse, press the left button; the state after that."""
        self.point(x, y)
        subprocess.run(["xdotool", "click", "1"], check=True)
        return self.settle()

    def point(self, x: float, y: float) -> None:
        """Move the mouse."""
        for place in ((round(x) - 3, round(y)), (round(x), round(y))):
            subprocess.run(["xdotool", "mousemove", *map(str, place)], check=True)
            self.settle()

    def drag(self, x: float, y: float, right: float, down: float) -> None:
        """Press the left button, move the mouse by that many pixels, and let go."""
        self.point(x, y)
        subprocess.run(["xdotool", "mousedown", "1"], check=True)
        self.settle()
        self.point(x + right, y + down)
        subprocess.run(["xdotool", "mouseup", "1"], check=True)
        self.settle()

    def click_in_sidebar(self, below_top: float, from_right: float | None = None) -> None:
        """Click in the sidebar's middle, or at a distance from its right edge."""
        x, y, width, height = self.state()["sidebar"]
        across = width / 2 if from_right is None else width - from_right
        self.click(x + across, WINDOW[1] - y - height + below_top)

    def press(self, key: str) -> State:
        subprocess.run(["xdotool", "key", key], check=True)
        return self.settle()

    def drop(self, *paths: Path) -> None:
        """Let Blender do what it does when files of one folder are dropped into the 3D view."""
        self._order({"drop": {"directory": str(paths[0].parent), "names": [path.name for path in paths]}})

    def open_new_file(self) -> None:
        self._order({"new": True})

    def close_second_window(self) -> None:
        self._order({"close": True})

    def use_tool(self, name: str, **options: str) -> None:
        """Click on the button of one of the result's tools, and take what else it asks for as it is offered."""
        self.point(*VIEW)
        self._order({"tool": name, "options": options})
        self.press("Return")

    def _order(self, order: dict[str, Any]) -> None:
        """What report.py does inside Blender."""
        temporary = self._state_file.with_suffix(".new_order")
        temporary.write_text(json.dumps(order))
        os.replace(temporary, self._state_file.with_suffix(".order"))
        self.settle()

    def picture(self, name: str) -> None:
        subprocess.run(["import", "-window", "root", self._pictures / f"{name}.png"], check=True)

    def close(self) -> None:
        self._blender.terminate()
        self._blender.wait()


def open_panel(window: Window) -> None:
    """Open the sidebar and try its tabs from the top until ours is there."""
    window.wait("Blender's window", lambda state: state["window"] == list(WINDOW))
    window.settle()
    window.click(*VIEW_MENU)
    window.click(*SIDEBAR)
    x, y, width, height = window.wait("the sidebar", lambda state: state["sidebar"][2] > 100)["sidebar"]
    for below_top in range(TAB_STEP, 20 * TAB_STEP, TAB_STEP):
        if window.click(x + width - TAB_FROM_RIGHT, WINDOW[1] - y - height + below_top)["tab"] == "2K2K":
            window.settle()
            return
    sys.exit("never seen: the tab 2K2K")


def press_cancel(window: Window) -> None:
    window.picture("progress")
    window.click_in_sidebar(CANCEL, CANCEL_FROM_RIGHT)


def press_esc(window: Window) -> None:
    """ESC while the mouse is over the 3D view, at once: an engine that is warm needs only seconds."""
    x, y = VIEW
    moves = ("mousemove", str(x - 3), str(y), "mousemove", str(x), str(y))
    subprocess.run(["xdotool", *moves, "key", "Escape"], check=True)
    window.settle()


def generate_and_stop(window: Window, stop: Callable[[Window], None]) -> None:
    before = window.state()
    window.click_in_sidebar(GENERATE)
    window.wait("work under way", lambda state: state["busy"] and state["stage"], PATIENCE)
    stop(window)
    after = window.wait("the end of the cancelled work", lambda state: not state["busy"])
    assert {photo["state"] for photo in after["photos"]} == {"cancelled"}, after
    assert len(after["photos"]) == len(before["photos"]) + 1, after
    assert after["objects"] == before["objects"], after


def generate(window: Window) -> None:
    stages: list[str] = []

    def finished(state: State) -> bool:
        if state["busy"] and state["stage"] not in ("", *stages):
            stages.append(state["stage"])
        return bool(stages) and not state["busy"]

    before = window.state()
    window.click_in_sidebar(GENERATE)
    shown = window.wait("the draft", lambda state: not finished(state) and state["draft"], PATIENCE)
    window.picture("draft")
    assert shown["objects"] == before["objects"], shown
    after = window.wait("the end of the work", finished, PATIENCE)
    window.settle()
    window.picture("result")
    print("longest pauses of the event loop:", after["pauses"], flush=True)
    assert len(stages) > 1, (stages, after["message"])
    assert len(after["objects"]) == len(before["objects"]) + 1, after
    assert after["facts"]["2K2K Photo"], after
    assert after["color_type"] == "VERTEX", after
    assert list(json.loads(after["moved"])) == [KEY_POINT], after


def correct_key_point(window: Window) -> None:
    """Open the photo with its key points, and drag one of them."""
    window.click_in_sidebar(KEY_POINTS)
    found = window.wait("the key points", lambda state: state["key_points"], PATIENCE)["key_points"][KEY_POINT]
    window.settle()
    x, y = found["screen"]
    window.drag(x, WINDOW[1] - y, *DRAG)
    window.picture("key_points")
    moved = window.state()["key_points"][KEY_POINT]
    offsets = [new - old for new, old in zip(moved["screen"], found["screen"], strict=True)]
    assert max(abs(offsets[0] - DRAG[0]), abs(offsets[1] + DRAG[1])) < 6, (found, moved)
    window.close_second_window()


def remesh(window: Window) -> None:
    """Another Blender makes quads while this one goes on; one step back, and the triangles are there again."""
    before, after = work_beside(window, "quad_remesh")
    assert 0 < after["faces"] < before["faces"], after
    undo(window, before)
    window.wait("the triangles", lambda state: state["faces"] == before["faces"])


def make_print(window: Window) -> None:
    """A figure for the printer comes; one step back, and it is gone; one forward, and it is there again."""
    before = window.state()
    window.use_tool("make_printable")
    after = window.wait("the print", lambda state: len(state["objects"]) == len(before["objects"]) + 1, PATIENCE)
    assert after["active"].endswith("Print"), after
    window.picture("print")
    undo(window, before)
    window.press("ctrl+shift+z")
    window.wait("the print again", lambda state: state["objects"] == after["objects"])
    undo(window, before)


def bake(window: Window) -> None:
    """The person gets a texture of its own colours, which an exported file has too; one step back, and it has none."""
    before, after = work_beside(window, "bake_texture")
    assert after["textures"] > before["textures"], after
    export(window)
    undo(window, before)


def export(window: Window) -> None:
    """The file browser opens, and Return takes what it offers."""
    window.use_tool("export_result", format="GLB")
    window.press("Return")
    written = Path(window.state()["file"]).with_name("sample_person.glb")
    window.wait("the exported file", lambda _: written.is_file() and written.stat().st_size > 100_000)
    assert b"image/png" in written.read_bytes()


def work_beside(window: Window, tool: str) -> tuple[State, State]:
    """Use a tool, stop it, and use it again; the states before and afterwards."""
    before = window.state()
    window.use_tool(tool)
    window.wait(f"{tool} at work", lambda state: state["at_work"])
    window.picture(tool)
    window.press("Escape")
    stopped = window.wait("the end of the stopped tool", lambda state: not state["at_work"])
    assert (stopped["faces"], stopped["objects"]) == (before["faces"], before["objects"]), stopped
    window.use_tool(tool)
    began = window.wait(f"{tool} at work again", lambda state: state["at_work"])
    window.wait(f"the end of {tool}", lambda state: not state["at_work"], PATIENCE)
    after = window.settle()
    window.picture(f"{tool}_done")
    assert after["reports"] - began["reports"] > 5, "Blender's window went on"
    return before, after


def drop_two(window: Window, photo: Path, folder: Path) -> None:
    """A bad picture and a good one: the bad one is told, the good one follows, and its person comes to the scene."""
    before = window.state()
    (folder / "bad.jpg").write_bytes(b"no picture")
    shutil.copy(photo, folder / "good.jpg")
    window.drop(folder / "bad.jpg", folder / "good.jpg")
    window.picture("drop")
    window.press(DROP_MENU_KEY)
    window.wait("the second photo at work", lambda state: state["busy"] and state["stage"], PATIENCE)
    window.picture("queue")
    after = window.wait("the end of the queue", lambda state: not state["busy"], PATIENCE)
    window.settle()
    window.picture("queue_done")
    first, second = after["photos"][-2:]
    assert (first["state"], second["state"]) == ("failed", "done"), after
    assert "is not a picture" in first["error"], after
    assert len(after["objects"]) == len(before["objects"]) + 1, after


def open_new_file_during_work(window: Window) -> None:
    """The work stops, the list stays, and nothing of it comes into the new file."""
    window.click_in_sidebar(GENERATE)
    window.wait("work under way", lambda state: state["busy"] and state["stage"], PATIENCE)
    before = window.state()
    window.open_new_file()
    after = window.wait("the end of the stopped work", lambda state: not state["busy"])
    assert len(after["photos"]) == len(before["photos"]), after
    assert after["photos"][-1]["state"] == "cancelled", after
    assert sorted(after["objects"]) == ["Camera", "Cube", "Light"], after


def undo(window: Window, before: State) -> None:
    """One step back."""
    window.click(*EDIT_MENU)
    window.click(*UNDO)
    after = window.wait("the scene as it was", lambda state: state["objects"] == before["objects"])
    assert after["active"] == before["active"], after
    assert after["photos"] == window.state()["photos"], "undo leaves the list alone"


def main(engine_python: str, photo: str, pictures: str) -> None:
    with TemporaryDirectory() as folder:
        os.environ["BLENDER_USER_RESOURCES"] = folder
        scene = Path(folder) / "scene.blend"
        prepare = ["blender", "-b", "--python-exit-code", "1", "-P", str(HERE / "prepare.py")]
        subprocess.run([*prepare, "--", engine_python, photo, str(scene)], check=True)
        window = Window(scene, Path(folder) / "state.json", Path(pictures))
        try:
            open_panel(window)
            window.picture("panel")
            correct_key_point(window)
            before = window.state()
            generate_and_stop(window, press_cancel)
            generate_and_stop(window, press_esc)
            generate(window)
            remesh(window)
            make_print(window)
            bake(window)
            between = window.state()
            drop_two(window, Path(photo), Path(folder))
            undo(window, between)
            undo(window, before)
            window.picture("undone")
            open_new_file_during_work(window)
        finally:
            window.close()


main(*sys.argv[1:])
