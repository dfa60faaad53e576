"""Results as tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.figures import Figures

COLUMNS = (
    ("chamfer", "Chamfer", ".2f"),
    ("p2s", "P2S", ".2f"),
    ("normal_consistency", "NC", ".3f"),
    ("side_iou", "side IoU", ".3f"),
    ("front_iou", "front IoU", ".3f"),
    ("front_angle", "front deg", ".1f"),
    ("back_angle", "back deg", ".1f"),
)


@dataclass(frozen=True)
class Row:
    """One measurement of a suite. method: what made the prediction. figures: None where it failed, with the error."""

    person: str
    yaw: float
    method: str
    figures: Figures | None
    error: str | None = None


def table(rows: Sequence[Row]) -> str:
    """The rows, then the mean of each method over what it could measure; failures below."""
    head = ["person", "yaw", "method", *(title for _, title, _ in COLUMNS), "closed", "parts"]
    lines = [head, *(_cells(row) for row in rows if row.figures)]
    lines += [_mean(method, rows) for method in dict.fromkeys(row.method for row in rows if row.figures)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    failures = [f"{row.person}, yaw {row.yaw:g}, {row.method}: {row.error}" for row in rows if row.error]
    return "\n".join(text + failures)


def _cells(row: Row) -> list[str]:
    assert row.figures is not None
    values = [format(getattr(row.figures, name), spec) for name, _, spec in COLUMNS]
    health = row.figures.health
    closed = health.watertight and health.manifold_edges
    return [row.person, f"{row.yaw:g}", row.method, *values, "yes" if closed else "no", str(health.components)]


def _mean(method: str, rows: Sequence[Row]) -> list[str]:
    measured = [row.figures for row in rows if row.method == method and row.figures]
    values = [format(np.mean([getattr(f, name) for f in measured]), spec) for name, _, spec in COLUMNS]
    return ["mean", "", method, *values, "", ""]


def sheet(figures: Figures) -> str:
    """One pair, one figure per line, with its unit."""
    health, placement = figures.health, figures.placement
    shift = ", ".join(f"{100 * value:.2f}" for value in placement.shift)
    return "\n".join(
        [
            f"Chamfer             {figures.chamfer:.3f} cm (mean of both directions)",
            f"P2S                 {figures.p2s:.3f} cm (prediction to truth)",
            f"S2P                 {figures.s2p:.3f} cm (truth to prediction)",
            f"normal consistency  {figures.normal_consistency:.4f}",
            f"front IoU           {figures.front_iou:.4f}",
            f"side IoU            {figures.side_iou:.4f}",
            f"normal angle front  {figures.front_angle:.2f} degrees",
            f"normal angle back   {figures.back_angle:.2f} degrees",
            f"alignment           {figures.align}: scale {placement.scale:.4f}, shift {shift} cm",
            f"mesh                {'closed' if health.watertight else 'open'}, "
            f"{'manifold' if health.manifold_edges and health.manifold_vertices else 'not manifold'}, "
            f"{health.components} parts",
            "All lengths are for a person of 180 cm.",
        ]
    )
