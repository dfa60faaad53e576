"""Measuring what any method made of the pictures that `evaluate render` wrote."""

import re
from collections.abc import Iterator
from pathlib import Path

from engine.errors import UserError
from engine.evaluation.alignment import Align
from engine.evaluation.evidence import write_evidence
from engine.evaluation.figures import compare, prepare_truth
from engine.evaluation.people import meshes
from engine.evaluation.photographs import Shot, make_folder, read_shots
from engine.evaluation.report import Row
from engine.evaluation.surface import as_surface
from engine.render.mesh import Up, load_mesh


def evaluate_predictions(
    folder: Path, rendered: Path, align: Align, output: Path | None = None, up: Up | None = None
) -> Iterator[Row]:
    """Measure the mesh of every picture; one that is missing or unreadable gives a row with the error.

    folder: meshes named after the pictures, which may have something before and behind the name, in sub-folders too;
    each stands as its picture shows the person. rendered: what `photograph_people` wrote. output: for pictures and
    coloured meshes of the error, made where missing. up: the vertical axis of the meshes. Raises UserError where
    `rendered` is no such folder, `folder` holds no meshes, or `output` cannot be made.
    """
    shots, found = read_shots(rendered), meshes(folder.rglob("*"))
    if not found:
        raise UserError(f"{folder} holds no meshes; put one per picture there, named after the picture.")
    if output is not None:
        make_folder(output)
    for shot in shots:
        try:
            yield _measure(shot, _prediction(shot, found), folder.name, align, output, up)
        except UserError as error:
            yield Row(shot.person, shot.yaw, folder.name, None, str(error))


def _prediction(shot: Shot, found: list[Path]) -> Path:
    """The file of that very name, else the only one with the name in it."""
    stem = Path(shot.picture).stem
    word = re.compile(rf"(?<![^\W_]){re.escape(stem)}(?![^\W_])")
    exact = [path for path in found if path.stem == stem]
    fitting = exact or [path for path in found if word.search(path.stem)]
    if len(fitting) != 1:
        raise UserError(f"There are {len(fitting)} meshes named {stem}; there must be one for each picture.")
    return fitting[0]


def _measure(shot: Shot, path: Path, method: str, align: Align, output: Path | None, up: Up | None) -> Row:
    predicted = as_surface(load_mesh(path, up))
    truth = prepare_truth(as_surface(load_mesh(shot.mesh, shot.up), shot.yaw))
    figures = compare(predicted, truth, align)
    if output is not None:
        write_evidence(predicted, truth, figures.placement, output, f"{Path(shot.picture).stem}_")
    return Row(shot.person, shot.yaw, method, figures)
