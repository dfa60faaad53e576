"""Installs the extension and names its engine in the preferences, as a user does."""

from window import SCREEN, Spot, State, Window

MIDDLE = (SCREEN[0] / 2, SCREEN[1] / 2)
"""New windows open around the mouse."""

LOWER = {"NAVIGATION_BAR": 0, "UI": 31}
"""The preferences' list of pages has another name since Blender 5, and a search field above it."""

GET_EXTENSIONS, ADD_ONS = (83, 164), (83, 198)
"""Pages in the list."""

ARROW, FROM_DISK = (-19, 19), "f"
"""The arrow at the upper right, and the key of an entry of its menu."""

PATH, REST, INSTALL = (200, 20), (-30, -30), (-60, -21)
"""The file browser's field for a path, an empty place, and the button."""

UNFOLD = (22, 54)
"""The small arrow of the first add-on, which is this one by its name."""

ENGINE_PYTHON, TEST_ENGINE = (-150, 306), (80, 484)


def install(window: Window, zipped: str) -> None:
    """Preferences > Get Extensions > the arrow > Install from Disk."""
    window.wait("Blender's window", lambda state: state["windows"][0]["place"] == [0, 0, *SCREEN])
    window.settle()
    window.point(*MIDDLE)
    window.press("ctrl+comma")
    window.wait("the preferences", lambda state: _last_editor(state) == "PREFERENCES")
    window.settle()
    _open_page(window, GET_EXTENSIONS)
    window.click_in("PREFERENCES", "WINDOW", ARROW)
    window.picture("install_menu")
    window.press(FROM_DISK)
    window.wait("the file browser", lambda state: _last_editor(state) == "FILES")
    window.settle()
    window.enter("FILES", "UI", PATH, zipped)
    window.click_in("FILES", "TOOL_PROPS", REST)
    window.picture("install_file")
    window.click_in("FILES", "EXECUTE", INSTALL)
    window.wait("the extension", lambda state: "busy" in state and _last_editor(state) == "PREFERENCES")
    window.settle()


def name_engine(window: Window, python: str) -> None:
    """Preferences > Add-ons > 2K2K Human > Engine Python, and Test Engine."""
    _open_page(window, ADD_ONS)
    window.click_in("PREFERENCES", "WINDOW", UNFOLD)
    window.enter("PREFERENCES", "WINDOW", ENGINE_PYTHON, python)
    window.click_in("PREFERENCES", "WINDOW", TEST_ENGINE)
    window.wait("the engine's test", lambda state: state["message"].startswith("The engine works"), 300)
    window.settle()
    window.picture("preferences")
    window.close_last()


def _open_page(window: Window, page: Spot) -> None:
    regions = window.regions("PREFERENCES")
    region = next(name for name in LOWER if name in regions)
    window.click_in("PREFERENCES", region, (page[0], page[1] + LOWER[region]))


def _last_editor(state: State) -> str:
    return state["windows"][-1]["areas"][0]["type"]
