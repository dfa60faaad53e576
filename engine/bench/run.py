"""All measurements of one run, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.bench.blender import scene_seconds
from engine.bench.measure import Case, measure
from engine.bench.pictures import at_sizes
from engine.bench.reference import reference_seconds
from engine.bench.report import Results
from engine.bench.widths import measure_width
from engine.networks.devices import pick_device
from engine.types import Detail, Settings

FULL_SIZE = 2048
"""Longer side in pixels of the picture with which details and widths are compared."""

FULL: Detail = "full"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """sides: longer sides in pixels of the picture, reconstructed at full detail. details: levels at `FULL_SIZE`.
    widths: shares of the published channels. repeats: warm runs. blender: a Blender program or a Python with `bpy`."""

    photo: Path
    sides: tuple[int, ...]
    details: tuple[Detail, ...]
    widths: tuple[float, ...]
    weights: str
    device: str
    repeats: int
    blender: Path | None = None


def run_benchmarks(plan: Plan, folder: Path, tell: Tell) -> Results:
    """Measure everything in `plan`; folder: for pictures and meshes. tell: is given what is measured next.

    Raises UserError where the photo shows no person, or the weights, the device or Blender cannot be used.
    """
    photos = at_sizes(plan.photo, tuple({*plan.sides, FULL_SIZE}), folder)
    tell("Reference operations")
    reference = reference_seconds(pick_device(plan.device))
    cases, widths = [], []
    for side, detail in _cases(plan):
        tell(f"{side} pixels, {detail}")
        cases.append(measure(_case(plan, photos, side, detail, folder)))
    for width in plan.widths:
        tell(f"Networks of width {width:g}")
        widths.append(measure_width(width, photos[FULL_SIZE], plan.device, plan.repeats))
    return Results(reference, plan.device, cases, widths, _scene(plan, photos, folder, tell))


def _cases(plan: Plan) -> list[tuple[int, Detail]]:
    """Sides and details, without doubles."""
    return list(dict.fromkeys([*((side, FULL) for side in plan.sides), *((FULL_SIZE, d) for d in plan.details)]))


def _case(plan: Plan, photos: dict[int, Path], side: int, detail: Detail, folder: Path) -> Case:
    settings = Settings(weights=plan.weights, device=plan.device, detail=detail)
    return Case(photos[side], side, settings, plan.repeats, folder)


def _scene(plan: Plan, photos: dict[int, Path], folder: Path, tell: Tell) -> tuple[float, float] | None:
    if plan.blender is None:
        return None
    tell("Blender")
    case = _case(plan, photos, FULL_SIZE, FULL, folder)
    if not case.mesh_file.exists():
        measure(case)
    return scene_seconds(plan.blender, case.mesh_file, plan.repeats)
