"""One case, measured in a process of its own: the first picture (cold), then the same again (warm)."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.bench.isolation import in_new_process
from engine.bench.meter import Cost, Meter, resident_memory
from engine.types import Settings

START = "start (Python, imports)"
STAGES = {
    "engine.pipeline:load_photo": "photo",
    "engine.person:look": "key points",
    "engine.person:person_mask": "mask",
    "engine.person:find_face": "face and hands",
    "engine.person:find_hands": "face and hands",
    "engine.pipeline:frame": "framing",
    "engine.depth:network_of": "weights (meanwhile)",
    "engine.depth:predict": "networks",
    "engine.surface:clean": "surface",
    "engine.surface:find_gaps": "surface",
    "engine.surface:with_parts": "surface",
    "engine.surface:bent": "surface",
    "engine.surface.form:solidify": "surface",
    "engine.surface:both_sides": "colours",
    "engine.surface:sheet_colors": "colours",
    "engine.surface:paint": "colours",
    "engine.surface.form:reduce": "reduction",
    "engine.surface.form:untangle": "checks",
    "engine.surface:check": "checks",
    "engine.pipeline:make_texture": "texture",
}
"""Functions of the pipeline, where it looks them up, and the stages that they are."""
EXPORT, HANDOVER, REST = "export (glb)", "hand-over (file)", "the rest"
AFTERWARDS = (EXPORT, HANDOVER)


@dataclass(frozen=True)
class Case:
    """What is measured: `repeats` warm runs of a picture whose longer side has `side` pixels. folder: for meshes."""

    photo: Path
    side: int
    settings: Settings
    repeats: int
    folder: Path

    @property
    def mesh_file(self) -> Path:
        """Where the mesh lies as the worker hands it to Blender."""
        return self.folder / f"{self.side}_{self.settings.detail}.npz"


@dataclass(frozen=True)
class Stage:
    """One row: the first run and the median of the others. memory: MiB, of all runs."""

    name: str
    cold: float
    warm: float
    memory: float
    device_memory: float


@dataclass(frozen=True)
class Measured:
    """stages: in the order in which they run. cold: seconds from the start of the process to the first mesh. warm:
    seconds from photo to mesh afterwards. memory: largest resident memory in MiB until then. triangles: of the mesh."""

    side: int
    detail: str
    weights: str
    device: str
    stages: tuple[Stage, ...]
    cold: float
    warm: float
    memory: float
    triangles: int


def measure(case: Case) -> Measured:
    """Measure in a new process; raises what the reconstruction raises."""
    return in_new_process(_measure_here, case)


def _measure_here(case: Case) -> Measured:
    import engine.pipeline  # noqa: F401

    start = Stage(START, time.time() - psutil.Process().create_time(), 0.0, resident_memory(), 0.0)
    runs = [_run(case) for _ in range(case.repeats + 1)]
    stages = [start, *(_stage(name, [costs[name] for costs, _ in runs]) for name in runs[0][0])]
    totals = [_to_mesh(costs) for costs, _ in runs]
    return Measured(
        side=case.side,
        detail=case.settings.detail,
        weights=case.settings.weights,
        device=case.settings.device,
        stages=tuple(stages),
        cold=start.cold + totals[0],
        warm=statistics.median(totals[1:]),
        memory=max(stage.memory for stage in stages if stage.name not in AFTERWARDS),
        triangles=runs[0][1],
    )


def _run(case: Case) -> tuple[dict[str, Cost], int]:
    """The costs of all stages of one run, and the number of triangles."""
    from engine.export import save
    from engine.pipeline import reconstruct
    from engine.worker.backend import save_mesh

    meter, whole = Meter(), Meter()
    with whole.stage(REST), meter.watching(STAGES):
        mesh = reconstruct(case.photo, case.settings).mesh
    rest = whole.costs[REST]
    rest.seconds = max(0.0, rest.seconds - sum(cost.seconds for cost in meter.costs.values()))
    meter.costs[REST] = rest
    with meter.stage(EXPORT):
        save(mesh, case.folder / "mesh.glb")
    with meter.stage(HANDOVER):
        save_mesh(mesh, case.mesh_file)
    return meter.costs, len(mesh.faces)


def _stage(name: str, runs: list[Cost]) -> Stage:
    first, *others = runs
    return Stage(
        name,
        first.seconds,
        statistics.median(cost.seconds for cost in others),
        max(cost.memory for cost in runs),
        max(cost.device_memory for cost in runs),
    )


def _to_mesh(costs: dict[str, Cost]) -> float:
    return sum(cost.seconds for name, cost in costs.items() if name not in AFTERWARDS)
