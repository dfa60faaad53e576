"""Style, types and tests, in the order in which they fail fastest."""

import sys

from build_steps import windows
from build_steps.environments import BLENDERS, DEVELOPMENT, PYTHON, BuildError, call, ensure, ensure_engine, say

PACKAGES = ("engine", "twok2k_blender", "build.py", "build_steps")


def run() -> None:
    """Set up every environment and run all checks; BuildError at the first that fails."""
    python = ensure_engine(DEVELOPMENT)
    for title, command in (
        ("Style", ("ruff", "check", ".")),
        ("Format", ("ruff", "format", "--check", ".")),
        ("Types", ("mypy", *PACKAGES)),
    ):
        say(f"== {title}")
        call([python, "-m", *command])
    for environment in BLENDERS.values():
        if environment.version == PYTHON:
            ensure(environment)
    say("== Tests")
    try:
        call([python, "-m", "pytest", "-rs"], TWOK2K_GUI=windows.roots())
    except BuildError:
        sys.exit(1)  # pytest's own last line says it
