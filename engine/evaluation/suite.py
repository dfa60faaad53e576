"""A folder of true people: photographed, reconstructed and compared, beside what a silhouette alone gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import UserError
from engine.evaluation.alignment import Align
from engine.evaluation.baselines import fit_thickness, flat_card, inflated_silhouette
from engine.evaluation.evidence import write_evidence
from engine.evaluation.figures import Truth, compare, prepare_truth
from engine.evaluation.people import find_people
from engine.evaluation.photographs import make_folder, photograph, picture_name
from engine.evaluation.report import Row
from engine.evaluation.surface import as_surface
from engine.export import save
from engine.photo import load_photo
from engine.pipeline import reconstruct
from engine.render.mesh import TexturedMesh, Up, load_mesh
from engine.render.turntable import write_picture
from engine.surface import build
from engine.types import Maps, Reconstruction, Settings

PICTURE = 2048
"""Side of the rendered photos in pixels; the field of view is 50 degrees."""

METHOD, INFLATED, CARD = "reconstruction", "inflated silhouette", "flat card"


@dataclass(frozen=True)
class Options:
    """yaws: degrees to the person's own left. backdrop: a random room instead of plain grey. up: the vertical axis of
    the mesh files, None = as usual for their type. output: for the pictures and meshes, made where missing."""

    output: Path
    yaws: tuple[float, ...] = (0.0,)
    backdrop: bool = False
    align: Align = "height-shift"
    settings: Settings = field(default_factory=Settings)
    up: Up | None = None


def evaluate_suite(folder: Path, options: Options) -> Iterator[Row]:
    """Measure every person of a suite as soon as it is done; a person who fails gives a row with the error.

    folder: what `find_people` reads. Nothing of the truth reaches the reconstruction but the rendered photo: key points
    and mask are detected. Raises UserError where the suite holds no meshes or the output folder cannot be made.
    """
    people = find_people(folder)
    make_folder(options.output)
    for name, path in people:
        mesh = load_mesh(path, options.up)
        for yaw in options.yaws:
            yield from _measure(name, mesh, yaw, options)


def _measure(name: str, mesh: TexturedMesh, yaw: float, options: Options) -> Iterator[Row]:
    photo = options.output / f"{picture_name(name, yaw)}.png"
    write_picture(photo, photograph(mesh, yaw, PICTURE, backdrop=options.backdrop))
    try:
        result = reconstruct(photo, options.settings)
    except UserError as error:
        yield Row(name, yaw, METHOD, None, str(error))
        return
    save(result.mesh, photo.with_suffix(".glb"))
    truth = prepare_truth(as_surface(mesh, yaw))
    ours = as_surface(result.mesh)
    figures = compare(ours, truth, options.align)
    write_evidence(ours, truth, figures.placement, options.output, f"{photo.stem}_")
    yield Row(name, yaw, METHOD, figures)
    picture = load_photo(photo)
    for method, maps in _baselines(result, truth):
        rival, _ = build(maps, result.canvas, picture, options.settings)
        yield Row(name, yaw, method, compare(as_surface(rival), truth, options.align))


def _baselines(result: Reconstruction, truth: Truth) -> Iterator[tuple[str, Maps]]:
    """From the same detected mask as the reconstruction, with the thickness that suits the truth best."""
    thickness = fit_thickness(truth.surface)
    yield INFLATED, inflated_silhouette(result.canvas.mask, thickness.inflation)
    yield CARD, flat_card(result.canvas.mask, thickness.card)
