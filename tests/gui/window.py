"""Blender's real window: what a user's mouse and keyboard do in it, and what report.py tells about it.

Needs blender, xdotool and import (ImageMagick), and a 1600x1000 display. Standard library only: runs in the Python of
the machine that has the window.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SCREEN = (1600, 1000)
REACTION = 4
"""Reports of Blender's state between two actions."""

State = dict[str, Any]
Spot = tuple[float, float]
"""Pixels from a region's left edge (if negative, from its right one) and from its upper (lower) one."""


class Window:
    """Blender's window and what is known about it."""

    def __init__(self, scene: Path, state_file: Path, pictures: Path) -> None:
        place = ("-p", "0", "0", *map(str, SCREEN))
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

    def regions(self, editor: str, number: int = 0) -> dict[str, list[int]]:
        """The places of the regions of the first editor of this type, from a window on."""
        windows = self.state()["windows"][number:]
        return next(area["regions"] for each in windows for area in each["areas"] if area["type"] == editor)

    def spot(self, editor: str, region: str, spot: Spot, number: int = 0) -> tuple[float, float]:
        """Where on the screen that is."""
        x, y, width, height = self.regions(editor, number)[region]
        right, down = spot
        left, top = x, SCREEN[1] - y - height
        return left + right + (width if right < 0 else 0), top + down + (height if down < 0 else 0)

    def point(self, x: float, y: float) -> None:
        """Move the mouse."""
        for place in ((round(x) - 3, round(y)), (round(x), round(y))):
            _xdotool("mousemove", *map(str, place))
            self.settle()

    def click(self, x: float, y: float) -> State:
        """Move the mouse, press the left button; the state after that."""
        self.point(x, y)
        _xdotool("click", "1")
        return self.settle()

    def click_in(self, editor: str, region: str, spot: Spot) -> State:
        return self.click(*self.spot(editor, region, spot))

    def click_in_sidebar(self, spot: Spot, number: int = 0) -> State:
        return self.click(*self.spot("VIEW_3D", "UI", spot, number))

    def enter(self, editor: str, region: str, spot: Spot, text: str) -> None:
        """Put a text into a field: double click, type, Return."""
        self.point(*self.spot(editor, region, spot))
        _xdotool("click", "--repeat", "2", "--delay", "60", "1")
        self.settle()
        self.press("ctrl+a")
        _xdotool("type", "--delay", "20", text)
        self.settle()
        self.press("Return")

    def drag(self, x: float, y: float, right: float, down: float) -> None:
        """Press the left button, move the mouse by that many pixels, and let go."""
        self.point(x, y)
        _xdotool("mousedown", "1")
        self.settle()
        self.point(x + right, y + down)
        _xdotool("mouseup", "1")
        self.settle()

    def press(self, key: str) -> State:
        _xdotool("key", key)
        return self.settle()

    def press_at(self, x: float, y: float, key: str) -> None:
        """Move the mouse and press a key at once."""
        _xdotool(*_moves(x, y), "key", key)

    def turn_wheel(self, x: float, y: float) -> None:
        """Move the mouse and turn its wheel by one step at once."""
        _xdotool(*_moves(x, y), "click", "4")

    def drop(self, *paths: Path) -> None:
        """Let Blender do what it does when files of one folder are dropped into the 3D view."""
        self._order({"drop": {"directory": str(paths[0].parent), "names": [path.name for path in paths]}})

    def open_new_file(self) -> None:
        self._order({"new": True})

    def close_last(self) -> None:
        """Close the window that was opened last, as the cross in its title does, which is not to be seen here."""
        self._order({"close": True})

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


def _moves(x: float, y: float) -> tuple[str, ...]:
    """So that Blender notices where the mouse is."""
    return "mousemove", str(round(x) - 3), str(round(y)), "mousemove", str(round(x)), str(round(y))


def _xdotool(*words: str) -> None:
    subprocess.run(["xdotool", *words], check=True)
