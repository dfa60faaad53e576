"""Plays the user: clicks with the mouse in Blender's real window and looks at what happens.

drive.py ZIP ENGINE_PYTHON PHOTO PICTURES: installs the zip first. PICTURES: folder for screenshots.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from install import install, name_engine
from window import HERE, SCREEN, Spot, State, Window

PATIENCE = 900.0
"""Seconds that a reconstruction may take on a busy machine."""

EDIT_MENU, UNDO, REDO = (68, 12), (110, 38), (110, 59)
"""The menu Edit, and its first two entries."""

WINDOW_MENU, NEW_WINDOW = (188, 12), "n"

TAB_FROM_RIGHT, TAB_STEP = -14, 25
VIEW = (500, 500)
"""A place in the 3D view."""

CORNER = (30, -30)
"""The lower left one of a 3D view, which a second window leaves free."""

DISMISS, PHOTO, DETAIL, LOW = (-54, 216), (100, 70), (205, 453), "l"
"""In the sidebar: the cross of a message, with no photo chosen; the photo's field; the menu Detail and a key in it."""

GENERATE, CANCEL, KEY_POINTS = (145, 384), (-49, 415), (145, 568)
"""With a photo chosen (the last one with no photo in the list)."""

SETTINGS, HEIGHT, ADJUST = (60, 509), (205, 629), (60, 598)
"""With up to three photos in the list: the fold of the settings; once they are folded, the total height and the fold
of the part Adjust."""

QUAD_REMESH, BAKE, PRINT, EXPORT, GLTF = (90, 656), (145, 682), (145, 708), (145, 760), "g"
"""The tools, once both are folded, and a key in the menu Export."""

KEY_POINT, DRAG = "left_wrist", (24, -16)
"""The key point that is put right, and how far, in pixels of the screen to the right and downward."""

DROP_MENU_KEY = "g"
"""The key that takes the entry "Generate Humans" of the menu that a drop opens."""


def open_panel(window: Window, number: int = 0) -> None:
    """Open the sidebar of one of the windows and try its tabs from the top until ours is there."""
    window.point(*VIEW)
    window.press("n")
    window.wait("the sidebar", lambda _: window.regions("VIEW_3D", number)["UI"][2] > 100)
    for below_top in range(TAB_STEP, 20 * TAB_STEP, TAB_STEP):
        if window.click_in_sidebar((TAB_FROM_RIGHT, below_top), number)["tabs"][number] == "2K2K":
            window.settle()
            return
    sys.exit("never seen: the tab 2K2K")


def choose_photo(window: Window, photo: str) -> None:
    """Name the photo and the detail in the panel, and see that somebody is found."""
    window.click_in_sidebar(DISMISS)
    window.picture("panel")
    window.enter("VIEW_3D", "UI", PHOTO, photo)
    window.wait("the person in the photo", lambda state: state["found"] == 1, PATIENCE)
    window.settle()
    window.picture("photo")
    window.click_in_sidebar(DETAIL)
    window.press(LOW)
    window.wait("the detail", lambda state: state["detail"] == "low")


def press_cancel(window: Window) -> None:
    window.picture("progress")
    window.click_in_sidebar(CANCEL)


def press_esc(window: Window) -> None:
    """ESC while the mouse is over the 3D view, at once: an engine that is warm needs only seconds."""
    window.press_at(*VIEW, "Escape")
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
    assert after["color_types"] == ["VERTEX"], after
    assert list(json.loads(after["moved"])) == [KEY_POINT], after
    undo(window, before)
    redo(window, after)
    assert window.state()["faces"] == after["faces"]


def correct_key_point(window: Window) -> None:
    """Open the photo with its key points, and drag one of them."""
    window.click_in_sidebar(KEY_POINTS)
    found = window.wait("the key points", lambda state: state["key_points"], PATIENCE)["key_points"][KEY_POINT]
    window.settle()
    x, y = found["screen"]
    window.drag(x, SCREEN[1] - y, *DRAG)
    window.picture("key_points")
    moved = window.state()["key_points"][KEY_POINT]
    offsets = [new - old for new, old in zip(moved["screen"], found["screen"], strict=True)]
    assert max(abs(offsets[0] - DRAG[0]), abs(offsets[1] + DRAG[1])) < 6, (found, moved)
    window.close_last()


def change_height(window: Window) -> None:
    """Type another height; one step back, and it is what it was. Leaves nothing but the tools unfolded."""
    window.click_in_sidebar(SETTINGS)
    before = window.state()
    window.enter("VIEW_3D", "UI", HEIGHT, "1.5")
    window.wait("the new height", lambda state: abs(state["height"] - 1.5) < 0.001)
    window.picture("height")
    undo(window, before)
    window.wait("the old height", lambda state: state["height"] == before["height"])
    window.click_in_sidebar(ADJUST)
    window.picture("tools")


def remesh(window: Window) -> None:
    """Another Blender makes quads while this one goes on; one step back, and the triangles are there again."""
    before, after = work_beside(window, "quad_remesh", QUAD_REMESH)
    assert 0 < after["faces"] < before["faces"], after
    undo(window, before)
    window.wait("the triangles", lambda state: state["faces"] == before["faces"])


def make_print(window: Window) -> None:
    """A figure for the printer comes; one step back, and it is gone; one forward, and it is there again."""
    before = window.state()
    use_tool(window, "make_printable", PRINT)
    after = window.wait("the print", lambda state: len(state["objects"]) == len(before["objects"]) + 1, PATIENCE)
    assert after["active"].endswith("Print"), after
    window.settle()
    window.picture("print")
    undo(window, before)
    redo(window, after)
    undo(window, before)


def bake(window: Window) -> None:
    """The person gets a texture of its own colours, which an exported file has too; one step back, and it has none."""
    before, after = work_beside(window, "bake_texture", BAKE)
    assert after["textures"] > before["textures"], after
    export(window)
    undo(window, before)


def export(window: Window) -> None:
    """The file browser opens, and Return takes what it offers."""
    window.click_in_sidebar(EXPORT)
    window.press(GLTF)
    window.wait("the file browser", lambda state: state["windows"][0]["areas"][0]["type"] == "FILES")
    window.settle()
    window.picture("export")
    window.press("Return")
    written = Path(window.state()["file"]).with_name("sample_person.glb")
    window.wait("the exported file", lambda _: written.is_file() and written.stat().st_size > 100_000)
    assert b"image/png" in written.read_bytes()


def use_tool(window: Window, tool: str, button: Spot) -> None:
    """Click on the button of one of the result's tools, and take what else it asks for as it is offered."""
    window.click_in_sidebar(button)
    window.picture(f"{tool}_options")
    window.press("Return")


def work_beside(window: Window, tool: str, button: Spot) -> tuple[State, State]:
    """Use a tool, stop it, and use it again; the states before and afterwards."""
    before = window.state()
    use_tool(window, tool, button)
    window.wait(f"{tool} at work", lambda state: state["at_work"])
    window.picture(tool)
    window.press("Escape")
    stopped = window.wait("the end of the stopped tool", lambda state: not state["at_work"])
    assert (stopped["faces"], stopped["objects"]) == (before["faces"], before["objects"]), stopped
    use_tool(window, tool, button)
    began = window.wait(f"{tool} at work again", lambda state: state["at_work"])
    window.wait(f"the end of {tool}", lambda state: not state["at_work"], PATIENCE)
    after = window.settle()
    window.picture(f"{tool}_done")
    assert after["reports"] - began["reports"] > 5, "Blender's window went on"
    return before, after


def generate_with_two_windows(window: Window) -> None:
    """A person is asked for in a second window and comes into the scene once; meanwhile both windows answer."""
    window.click(*WINDOW_MENU)
    window.press(NEW_WINDOW)
    window.wait("the second window", lambda state: len(state["windows"]) == 2)
    window.settle()
    open_panel(window, 1)
    before = window.state()
    window.click_in_sidebar(GENERATE, 1)
    window.wait("work under way", lambda state: state["busy"] and state["stage"], PATIENCE)
    zoom(window, 1)
    zoom(window, 0)
    window.picture("two_windows")
    after = window.wait("the end of the work", lambda state: not state["busy"], PATIENCE)
    assert len(after["objects"]) == len(before["objects"]) + 1, after
    assert after["photos"][-1]["state"] == "done", after
    assert after["color_types"] == ["VERTEX", "VERTEX"], after
    window.settle()
    window.picture("two_windows_done")
    window.close_last()
    undo(window, before)


def zoom(window: Window, number: int) -> None:
    """The wheel changes the 3D view of a window while the engine is at work, which needs only seconds."""
    before = window.state()["distances"][number]
    window.turn_wheel(*window.spot("VIEW_3D", "WINDOW", CORNER, number))
    after = window.wait(f"the view of window {number}", lambda state: state["distances"][number] < before)
    assert after["busy"], after


def drop_two(window: Window, photo: Path, folder: Path) -> None:
    """A bad picture and a good one: the bad one is told, the good one follows, and its person comes to the scene."""
    before = window.state()
    (folder / "bad.jpg").write_bytes(b"no picture")
    shutil.copy(photo, folder / "good.jpg")
    window.point(*VIEW)
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
    take_step(window, UNDO, before)


def redo(window: Window, after: State) -> None:
    """One step forward."""
    take_step(window, REDO, after)


def take_step(window: Window, entry: tuple[int, int], wanted: State) -> None:
    """Undo or redo with the menu Edit; the list of photos does not take part."""
    photos = window.state()["photos"]
    window.click(*EDIT_MENU)
    window.click(*entry)
    after = window.wait("the scene as it should be", lambda state: state["objects"] == wanted["objects"])
    assert after["active"] == wanted["active"], after
    assert after["photos"] == photos, "undo leaves the list alone"


def main(zipped: str, engine_python: str, photo: str, pictures: str) -> None:
    with TemporaryDirectory() as folder:
        os.environ["BLENDER_USER_RESOURCES"] = folder
        scene = Path(folder) / "scene.blend"
        prepare = ["blender", "-b", "--python-exit-code", "1", "-P", str(HERE / "prepare.py"), "--", str(scene)]
        subprocess.run(prepare, check=True)
        window = Window(scene, Path(folder) / "state.json", Path(pictures))
        try:
            install(window, zipped)
            name_engine(window, engine_python)
            open_panel(window)
            choose_photo(window, photo)
            correct_key_point(window)
            before = window.state()
            generate_and_stop(window, press_cancel)
            generate_and_stop(window, press_esc)
            generate(window)
            change_height(window)
            remesh(window)
            make_print(window)
            bake(window)
            generate_with_two_windows(window)
            between = window.state()
            drop_two(window, Path(photo), Path(folder))
            undo(window, between)
            undo(window, before)
            window.picture("undone")
            open_new_file_during_work(window)
        finally:
            window.close()


main(*sys.argv[1:])
