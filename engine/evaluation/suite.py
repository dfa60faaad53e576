"""A folder of true people: photographed, reconstructed and compared, beside what a silhouette alone gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import radians
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.evaluation.alignment import Align
from engine.evaluation.baselines import fit_thickness, flat_card, inflated_silhouette
from engine.evaluation.figures import Truth, compare, prepare_truth
from engine.evaluation.report import Row
from engine.evaluation.surface import as_surface
from engine.export import save
from engine.photo import load_photo
from engine.pipeline import reconstruct
from engine.render.backdrop import random_backdrop
from engine.render.maps import render_maps
from engine.render.mesh import FILE_TYPES, TexturedMesh, load_mesh
from engine.render.turntable import write_picture
from engine.render.view import View
from engine.surface import build
from engine.types import Maps, Reconstruction, Settings

PICTURE = 2048
"""Side of the rendered photos in pixels; the field of view is 50 degrees."""

GREY = 190
METHOD, INFLATED, CARD = "reconstruction", "inflated silhouette", "flat card"


@dataclass(frozen=True)
class Options:
    """yaws: degrees to the person's own left. backdrop: a random room instead of plain grey. output: for the pictures
    and meshes, made where missing."""

    output: Path
    yaws: tuple[float, ...] = (0.0,)
    backdrop: bool = False
    align: Align = "height-shift"
    settings: Settings = field(default_factory=Settings)


def evaluate_suite(folder: Path, options: Options) -> Iterator[Row]:
    """Measure every person of a suite as soon as it is done; a person who fails gives a row with the error.

    folder: one folder per person with one mesh each. Nothing of the truth reaches the reconstruction but the rendered
    photo: key points and mask are detected. Raises UserError where the suite holds no meshes
    or the output folder cannot be made.
    """
    people = find_people(folder)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {options.output} cannot be made ({error.strerror}); choose another.") from error
    for path in people:
        mesh = load_mesh(path)
        for yaw in options.yaws:
            yield from _measure(path.parent.name, mesh, yaw, options)


def find_people(folder: Path) -> list[Path]:
    """The mesh of every sub-folder, sorted by name."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder; give one with a sub-folder per person.")
    found = [sorted(p for p in sub.iterdir() if p.suffix.lower() in FILE_TYPES) for sub in sorted(folder.glob("*/"))]
    people = [meshes[0] for meshes in found if meshes]
    if not people:
        raise UserError(f"{folder} holds no sub-folder with an {', '.join(FILE_TYPES)} file; put one per person there.")
    return people


def _measure(name: str, mesh: TexturedMesh, yaw: float, options: Options) -> Iterator[Row]:
    photo = options.output / f"{name}_yaw{yaw:03.0f}.png"
    write_picture(photo, photograph(mesh, yaw, options.backdrop))
    try:
        result = reconstruct(photo, options.settings)
    except UserError as error:
        yield Row(name, yaw, METHOD, None, str(error))
        return
    save(result.mesh, photo.with_suffix(".glb"))
    truth = prepare_truth(as_surface(mesh, yaw))
    yield Row(name, yaw, METHOD, compare(as_surface(result.mesh), truth, options.align))
    for method, maps in _baselines(result, truth):
        rival, _ = build(maps, result.canvas, load_photo(photo), options.settings)
        yield Row(name, yaw, method, compare(as_surface(rival), truth, options.align))


def _baselines(result: Reconstruction, truth: Truth) -> Iterator[tuple[str, Maps]]:
    """From the same detected mask as the reconstruction, with the thickness that suits the truth best."""
    thickness = fit_thickness(truth.surface)
    yield INFLATED, inflated_silhouette(result.canvas.mask, thickness.inflation)
    yield CARD, flat_card(result.canvas.mask, thickness.card)


def photograph(mesh: TexturedMesh, yaw: float, backdrop: bool) -> NDArray[np.uint8]:
    """The person turned by `yaw` degrees before plain grey or a random backdrop (seed 0): 2048x2048x3 uint8 sRGB."""
    seen = render_maps(mesh, None, View(radians(yaw)), PICTURE)
    behind = random_backdrop(np.random.default_rng(0), PICTURE, PICTURE) if backdrop else np.uint8(GREY)
    return np.where(seen.mask[..., None], seen.front.shaded, behind)
