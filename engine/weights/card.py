"""Reads a model card: the Markdown file beside a file of weights."""

from pathlib import Path

HEADING = "| person | method |"
MEAN = ("mean", "these weights")
"""How the table of errors begins, and how its row of means does."""

MAX_BYTES = 100_000


def figures(card: Path) -> str:
    """The mean errors that a card tells, as "Chamfer 1.90, P2S 1.65, ..."; empty where it tells none."""
    try:
        with card.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(MAX_BYTES).splitlines()
    except OSError:
        return ""
    tables = [line for line in lines if line.startswith("|")]
    names = next((_cells(line) for line in tables if line.startswith(HEADING)), [])
    means = next((cells for line in tables if tuple((cells := _cells(line))[:2]) == MEAN), [])
    return ", ".join(f"{name} {value}" for name, value in zip(names[2:], means[2:], strict=False))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
