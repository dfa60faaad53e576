"""A gallery of hard cases: what the surface stage makes of the true depth maps of people of named kinds."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.distances import THRESHOLDS
from engine.evaluation.evidence import sheet
from engine.evaluation.figures import prepare_truth
from engine.evaluation.ground_truth import SurfaceRow, row_of, surface_of
from engine.evaluation.outer import pieces
from engine.evaluation.surface import Surface, as_surface
from engine.evaluation.true_maps import scene_of
from engine.evaluation.views import colour_view, common_frame
from engine.render.mesh import TexturedMesh
from engine.render.turntable import from_mesh, write_picture
from engine.types import Detail, Mesh

YAWS = tuple(range(0, 360, 45))
"""Degrees to the person's own left from which the pictures are taken."""

_CLAY, _RED = np.array([[205, 200, 195], [225, 40, 30]], np.uint8)


@dataclass(frozen=True)
class CaseRow:
    """One person of a case, at one level of detail."""

    case: str
    row: SurfaceRow

    def facts(self) -> dict[str, Any]:
        """All figures in one level, for json."""
        return {"case": self.case, **asdict(self.row)}


def evaluate_gallery(
    people: Iterable[tuple[str, str, TexturedMesh]], details: tuple[Detail, ...], output: Path | None
) -> Iterator[CaseRow]:
    """Measure people, each told by its case, its name and its mesh, at each level of detail.

    output: an existing folder for a picture `PERSON_DETAIL.png` of each, None for no pictures. Raises UserError
    where a picture cannot be written.
    """
    for case, name, mesh in people:
        scene = scene_of(prepare_truth(as_surface(mesh)).surface)
        for detail in details:
            result = surface_of(scene, detail)
            row = row_of(name, detail, scene, result)
            if output is not None:
                file = f"{name}_{detail}.png".replace(" ", "_")
                write_picture(output / file, picture(scene.truth, result[0], row))
            yield CaseRow(case, row)


def picture(truth: Surface, made: Surface, row: SurfaceRow) -> NDArray[np.uint8]:
    """The truth above, the mesh below, from `YAWS`; red: what is missing above, what is webbed below."""
    rows = {
        f"{row.person}, truth; red: missing in the mesh ({100 * row.missing:.1f} %)": _marked(truth, made),
        f"mesh, {row.method}; red: webbed ({100 * row.webbed:.1f} %)": _marked(made, truth),
    }
    frame = common_frame(truth, made)
    return sheet({text: [colour_view(surface, yaw, frame) for yaw in YAWS] for text, surface in rows.items()})


def _marked(surface: Surface, other: Surface) -> Surface:
    """The surface in clay, red where the other one is farther away than counts as right: piece by piece, for a web is
    made of long triangles between corners that are right."""
    cut = pieces(surface, THRESHOLDS[0])
    corners = cut.vertices[cut.faces]
    middles = corners.mean(axis=1)
    wrong = np.linalg.norm(other.closest(middles)[0] - middles, axis=1) > THRESHOLDS[0]
    colors = np.where(wrong[:, None], _RED, _CLAY).repeat(3, axis=0)
    faces = np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3)
    mesh = Mesh(corners.reshape(-1, 3).astype(np.float32), faces, colors)
    return Surface(mesh.vertices.astype(np.float64), faces, from_mesh(mesh))


def gallery_table(rows: list[CaseRow]) -> str:
    """The mean of every case at every level of detail, and of all of them."""
    groups = dict.fromkeys((r.case, r.row.method) for r in rows)
    lines = [_mean(f"{case}, {method}", rows, case, method) for case, method in groups]
    lines += [_mean(f"all, {method}", rows, None, method) for method in dict.fromkeys(r.row.method for r in rows)]
    width = max(len(line[0]) for line in lines)
    title = f"{'case':{width}}  people  webbed  missing  Chamfer  visible  crossing"
    told = [f"{r.row.person}, {r.row.method}: {warning}" for r in rows for warning in r.row.warnings]
    figures = "{:6}  {:5.2f}%  {:6.2f}%  {:7.3f}  {:7.3f}  {:8}"
    text = [f"{line[0]:{width}}  {figures.format(*line[1:])}" for line in lines]
    return "\n".join([title, *text, *told, "Lengths in cm for a person of 180 cm; nothing was aligned."])


def _mean(
    name: str, rows: list[CaseRow], case: str | None, method: str
) -> tuple[str, int, float, float, float, float, int]:
    chosen = [r.row for r in rows if case in (None, r.case) and r.row.method == method]
    a, b, c, d = (float(np.mean([getattr(r, n) for r in chosen])) for n in ("webbed", "missing", "chamfer", "visible"))
    return name, len(chosen), 100 * a, 100 * b, c, d, sum(r.crossing for r in chosen)
