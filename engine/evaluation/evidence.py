"""What a figure does not show: where a prediction is wrong, as a coloured mesh and as a picture."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.evaluation.alignment import Placement
from engine.evaluation.distances import vertex_errors
from engine.evaluation.figures import YAWS, Truth, laid
from engine.evaluation.surface import Surface
from engine.evaluation.views import ColourView, colour_view, common_frame
from engine.export import save
from engine.render.turntable import from_mesh, write_picture
from engine.types import Mesh

WORST = 0.05
"""Distance in metres of the 180 cm person that is painted red; 0 is blue."""

BACKGROUND = 235
LABEL = 28
"""Height in pixels of the line of text above each row."""

MARGIN = 8
"""Pixels to either side of the widest view."""


def write_evidence(predicted: Surface, truth: Truth, placement: Placement, output: Path, prefix: str = "") -> None:
    """Write `error.ply` (the prediction where the truth is, painted by its distance) and `comparison.png`.

    predicted: as given to `compare`, with a skin; placement: what `compare` found. Raises UserError where `output`
    cannot be written to.
    """
    whole = laid(predicted, truth, placement)
    painted = Mesh(
        whole.vertices.astype(np.float32), whole.faces, paint(vertex_errors(whole, truth.surface)).astype(np.uint8)
    )
    save(painted, output / f"{prefix}error.ply")
    rows = {
        "prediction": whole,
        "truth": truth.whole,
        f"error: blue 0 cm, red {100 * WORST:g} cm and more": replace(whole, skin=from_mesh(painted)),
    }
    frame = common_frame(whole, truth.whole)
    views = {text: [colour_view(surface, yaw, frame) for yaw in YAWS] for text, surface in rows.items()}
    write_picture(output / f"{prefix}comparison.png", sheet(views))


def paint(errors: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Distances in metres (N,) -> sRGB (N, 3): blue at 0, over green and yellow to red at `WORST` and beyond."""
    levels = np.rint(255 * np.clip(errors / WORST, 0, 1)).astype(np.uint8)
    return cv2.applyColorMap(levels[:, None], cv2.COLORMAP_JET)[:, 0, ::-1]


def sheet(views: dict[str, list[ColourView]]) -> NDArray[np.uint8]:
    """A row for each text with its views, cut to the columns that any of them needs."""
    used = np.flatnonzero(np.any([view.mask for row in views.values() for view in row], axis=(0, 1)))
    columns = slice(max(used[0] - MARGIN, 0), used[-1] + MARGIN)
    return np.vstack([_row(text, [_lit(view)[:, columns] for view in row]) for text, row in views.items()])


def _row(text: str, pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    views = np.hstack(pictures)
    label = np.full((LABEL, views.shape[1], 3), BACKGROUND, np.uint8)
    cv2.putText(label, text, (8, LABEL - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (30, 30, 30), 1, cv2.LINE_AA)
    return np.vstack([label, views])


def _lit(view: ColourView) -> NDArray[np.uint8]:
    """Lit from the camera, so that the shape shows."""
    light = 0.35 + 0.65 * view.slant[..., None]
    return np.where(view.mask[..., None], 255 * view.colours * light, BACKGROUND).astype(np.uint8)
