"""The course of a training run as a picture: one panel for each term of its log."""

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDTH, _HEIGHT, _MARGIN = 480, 240, 36
_INK, _GREY = (40, 40, 40), (190, 190, 190)


def draw_curves(log: Path, picture: Path) -> None:
    """Draw every term of a .jsonl log over its steps; panels on logarithmic axes, two in a row (PNG)."""
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    names = sorted({name for row in rows for name in row} - {"step", "seconds"})
    if not names:
        return
    panels = [_panel(name, [(row["step"], row[name]) for row in rows if name in row]) for name in names]
    if len(panels) % 2:
        panels.append(np.full_like(panels[0], 255))
    pairs = [np.hstack(panels[i : i + 2]) for i in range(0, len(panels), 2)]
    cv2.imwrite(str(picture), np.vstack(pairs))


def _panel(name: str, points: list[tuple[float, float]]) -> NDArray[np.uint8]:
    canvas = np.full((_HEIGHT, _WIDTH, 3), 255, np.uint8)
    steps, values = np.array(points, np.float64).T
    levels = np.log10(values.clip(1e-9))
    low, high = float(levels.min()), float(levels.max())
    x = _MARGIN + steps / max(steps.max(), 1) * (_WIDTH - 2 * _MARGIN)
    y = _HEIGHT - _MARGIN - (levels - low) / max(high - low, 1e-6) * (_HEIGHT - 2 * _MARGIN)
    cv2.rectangle(canvas, (_MARGIN, _MARGIN), (_WIDTH - _MARGIN, _HEIGHT - _MARGIN), _GREY)
    course = np.stack([x, y], 1).round().astype(np.int32)
    cv2.polylines(canvas, [course], False, _INK, 1, cv2.LINE_AA)
    cv2.circle(canvas, course[-1].tolist(), 3, _INK, cv2.FILLED, cv2.LINE_AA)
    _write(canvas, f"{name}: {values[-1]:.4g} after {int(steps[-1])} steps", (_MARGIN, _MARGIN - 12))
    _write(canvas, f"{10**high:.3g}", (2, _MARGIN + 4))
    _write(canvas, f"{10**low:.3g}", (2, _HEIGHT - _MARGIN + 4))
    return canvas


def _write(canvas: NDArray[np.uint8], text: str, place: tuple[int, int]) -> None:
    cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, _INK, 1, cv2.LINE_AA)
