"""Starts the engine in whatever Python runs this file: `launch.py PATHS COMMAND ...`, PATHS joined like a search path.

The engine's folders come as an argument, because Blender's own Python runs isolated and ignores PYTHONPATH.
Runs in Pythons that are too old for the engine as well, in order to say so.
"""

import os
import sys

OLDEST = (3, 11)


def main():  # type: ignore[no-untyped-def]
    if sys.version_info < OLDEST:
        sys.exit("The engine needs Python %d.%d or newer, and %s is older." % (*OLDEST, sys.executable))  # noqa: UP031
    here = os.path.dirname(os.path.abspath(__file__))
    others = [path for path in sys.path if os.path.abspath(path) != here]
    sys.path[:] = sys.argv[1].split(os.pathsep) + others
    from engine.cli import main as engine_main

    sys.exit(engine_main(sys.argv[2:]))


if __name__ == "__main__":
    main()
