"""Style, types and tests, in the order in which they fail fastest."""

from build_steps.environments import BLENDERS, DEVELOPMENT, call, ensure, ensure_engine, say

PACKAGES = ("engine", "twok2k_blender", "build.py", "build_steps")


def run() -> None:
    """Set up every environment and run all checks; BuildError at the first that fails."""
    python = ensure_engine(DEVELOPMENT)
    for environment in BLENDERS.values():
        ensure(environment)
    for title, command in (
        ("Style", ("ruff", "check", ".")),
        ("Format", ("ruff", "format", "--check", ".")),
        ("Types", ("mypy", *PACKAGES)),
        ("Tests", ("pytest",)),
    ):
        say(f"== {title}")
        call([python, "-m", *command])
