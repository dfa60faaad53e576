"""The one place that imports mediapipe."""

import sys
from importlib.util import find_spec
from types import ModuleType


def import_mediapipe() -> ModuleType:
    """The package `mediapipe` with its `tasks` loaded.

    Its helpers for drawing, which nothing here calls, import matplotlib on load. Where that is not installed (it and
    its dependencies would be 20 MB more in the extension), an empty stand-in is there for the time of the import.
    """
    if "mediapipe" in sys.modules or find_spec("matplotlib") is not None:
        import mediapipe

        return mediapipe
    stand_ins = {name: ModuleType(name) for name in ("matplotlib", "matplotlib.pyplot")}
    stand_ins["matplotlib"].pyplot = stand_ins["matplotlib.pyplot"]  # type: ignore[attr-defined]
    sys.modules.update(stand_ins)
    try:
        import mediapipe
    finally:
        for name in stand_ins:
            del sys.modules[name]
    return mediapipe
