"""`ensure` installs once, again when a list changes, and says what is missing."""

import sys
from pathlib import Path

import pytest

from build_steps import environments
from build_steps.environments import BuildError, Environment


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A checkout with a small list "small" inside "large"; what gets installed is noted instead of installed."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    for name in ("small", "large"):
        (tmp_path / f"{name}.txt").write_text(f"{name}==1\n")
    log: list[str] = []
    monkeypatch.setattr(environments, "_create", lambda environment: environment.path.mkdir(exist_ok=True))
    monkeypatch.setattr(environments, "_install", lambda environment: log.append(environment.lists[0]))
    return log


SMALL = Environment(".venv", ("small",))
LARGE = Environment(".venv", ("large", "small"))


def test_installs_once(installed: list[str]) -> None:
    environments.ensure(SMALL)
    environments.ensure(SMALL)
    assert installed == ["small"]


def test_a_larger_list_holds_the_smaller_one(installed: list[str]) -> None:
    environments.ensure(SMALL)
    environments.ensure(LARGE)
    environments.ensure(SMALL)
    assert installed == ["small", "large"]


def test_a_changed_list_is_installed_again(installed: list[str], tmp_path: Path) -> None:
    environments.ensure(SMALL)
    (tmp_path / "small.txt").write_text("small==2\n")
    environments.ensure(SMALL)
    assert installed == ["small", "small"]


def test_a_failed_installation_is_tried_again(installed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Environment) -> None:
        raise BuildError("no network")

    with monkeypatch.context() as context:
        context.setattr(environments, "_install", fail)
        with pytest.raises(BuildError, match="no network"):
            environments.ensure(SMALL)
    environments.ensure(SMALL)
    assert installed == ["small"]


def test_a_python_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "_version", lambda _: "3.12")
    with pytest.raises(BuildError, match=r"Python 3\.11 was not found; install it"):
        environments._find_python("3.11")


def test_a_failing_command_is_told() -> None:
    with pytest.raises(BuildError, match="exit code 3"):
        environments.call([sys.executable, "-c", "import sys; sys.exit(3)"])
