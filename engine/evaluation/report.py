"""Results as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from engine.evaluation.colours import Likeness
from engine.evaluation.figures import Figures

Column = tuple[str, str, str]
"""Attribute of `Figures`, title, format."""

SHAPE: tuple[Column, ...] = (
    ("chamfer", "Chamfer", ".2f"),
    ("p2s", "P2S", ".2f"),
    ("normal_consistency", "NC", ".3f"),
    ("side_iou", "side IoU", ".3f"),
    ("front_iou", "front IoU", ".3f"),
    ("front_angle", "front deg", ".1f"),
    ("back_angle", "back deg", ".1f"),
    ("s2p", "S2P", ".2f"),
    ("f_score_1cm", "F 1cm", ".3f"),
    ("f_score_2cm", "F 2cm", ".3f"),
)

PICTURES: tuple[Column, ...] = (
    ("front_normal_l2", "front normal L2", ".3f"),
    ("normal_l2", "normal L2", ".3f"),
    ("normal_angle", "normal deg", ".1f"),
    ("colours.front.psnr", "front PSNR", ".1f"),
    ("colours.front.ssim", "front SSIM", ".3f"),
    ("colours.front.flip", "front FLIP", ".3f"),
    ("colours.back.psnr", "back PSNR", ".1f"),
    ("colours.back.ssim", "back SSIM", ".3f"),
    ("colours.back.flip", "back FLIP", ".3f"),
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
    """Two tables, of the shape and of what is seen: each row, then each method's mean over what it could measure.

    Failures stand below, then the alignment and the unit.
    """
    measured = [(row, row.figures) for row in rows if row.figures]
    failures = [f"{row.person}, yaw {row.yaw:g}, {row.method}: {row.error}" for row in rows if row.error]
    if not measured:
        return "\n".join(failures)
    aligned = ", ".join(dict.fromkeys(figures.align for _, figures in measured))
    note = f"Alignment: {aligned}. Lengths in cm for a person of 180 cm."
    return "\n".join([*_table(measured, SHAPE, health=True), "", *_table(measured, PICTURES), *failures, note])


def _table(measured: list[tuple[Row, Figures]], columns: Sequence[Column], health: bool = False) -> list[str]:
    lines = [["person", "yaw", "method", *(title for _, title, _ in columns), *(["closed", "parts"] * health)]]
    for row, figures in measured:
        values = [_cell([figures], name, spec) for name, _, spec in columns]
        lines.append([row.person, f"{row.yaw:g}", row.method, *values, *(_health(figures) if health else [])])
    for method in dict.fromkeys(row.method for row, _ in measured):
        its = [figures for row, figures in measured if row.method == method]
        values = [_cell(its, name, spec) for name, _, spec in columns]
        lines.append(["mean", "", method, *values, *([""] * 2 * health)])
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _cell(measured: Sequence[Figures], name: str, spec: str) -> str:
    """The mean over those that have the figure."""
    values = [attrgetter(name)(figures) for figures in measured if figures.colours or not name.startswith("colours")]
    return format(np.mean(values), spec) if values else "-"


def _health(figures: Figures) -> list[str]:
    health = figures.health
    return ["yes" if health.watertight and health.manifold_edges else "no", str(health.components)]


def sheet(figures: Figures) -> str:
    """One pair, one figure per line, with its unit."""
    return "\n".join(
        [
            f"Chamfer             {figures.chamfer:.3f} cm (mean of both directions; sum {figures.chamfer_sum:.3f})",
            f"P2S                 {figures.p2s:.3f} cm (prediction to truth)",
            f"S2P                 {figures.s2p:.3f} cm (truth to prediction)",
            f"F-score             {figures.f_score_1cm:.4f} within 1 cm, {figures.f_score_2cm:.4f} within 2 cm",
            f"normal consistency  {figures.normal_consistency:.4f}",
            f"front IoU           {figures.front_iou:.4f}",
            f"side IoU            {figures.side_iou:.4f}",
            f"normal angle front  {figures.front_angle:.2f} degrees",
            f"normal angle back   {figures.back_angle:.2f} degrees",
            f"normal angle        {figures.normal_angle:.2f} degrees (four views)",
            f"normal L2           {figures.front_normal_l2:.4f} from the front, {figures.normal_l2:.4f} in four views",
            *_likenesses(figures),
            *_state(figures),
            "All lengths are for a person of 180 cm.",
        ]
    )


def _likenesses(figures: Figures) -> list[str]:
    if figures.colours is None:
        return ["colours             not compared: one of the meshes has none"]
    return [_likeness("front", figures.colours.front), _likeness("back", figures.colours.back)]


def _likeness(side: str, one: Likeness) -> str:
    return f"colours {side:<11} PSNR {one.psnr:.2f} dB, SSIM {one.ssim:.4f}, FLIP {one.flip:.4f}"


def _state(figures: Figures) -> list[str]:
    health, placement = figures.health, figures.placement
    shift = ", ".join(f"{100 * value:.2f}" for value in placement.shift)
    closed = "closed" if health.watertight else "open"
    manifold = "manifold" if health.manifold_edges and health.manifold_vertices else "not manifold"
    return [
        f"alignment           {figures.align}: scale {placement.scale:.4f}, shift {shift} cm, "
        f"rotation {placement.angle:.2f} degrees",
        f"mesh                {closed}, {manifold}, {health.components} parts",
    ]
