"""Results as tables and as json."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import torch

from engine import __version__
from engine.bench.measure import AFTERWARDS, REST, Measured, Stage
from engine.bench.reference import ARRAYS, CONVOLUTION, Reference
from engine.bench.widths import Width

NETWORKS = "networks"


@dataclass(frozen=True)
class Results:
    """Everything that one run measured."""

    reference: Reference
    device: str
    cases: Sequence[Measured]
    widths: Sequence[Width]
    scene: tuple[float, float] | None

    def as_json(self) -> dict[str, Any]:
        return {"machine": machine(), **asdict(self)}

    def as_text(self) -> str:
        """Tables for people."""
        parts = [_head(self), *(_case(case, self.reference) for case in self.cases)]
        if self.widths:
            parts.append(_widths(self.widths, self.reference))
        if self.scene:
            parts.append("Blender: mesh file to object in the scene {:.2f} s, again {:.2f} s".format(*self.scene))
        return "\n\n".join(parts)


def machine() -> dict[str, Any]:
    """What the figures depend on besides the code."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "version": __version__,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def _head(results: Results) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in machine().items() if value)
    seconds = ", ".join(f"{name} {value:.3f} s" for name, value in results.reference.items())
    return f"{facts}, device {results.device}\nReference operations: {seconds}"


def _case(case: Measured, reference: Reference) -> str:
    lines = [["stage", "cold s", "warm s", "warm / reference", "MiB", "GPU MiB"]]
    lines += [_stage(stage, reference) for stage in case.stages]
    lines.append(["photo to mesh", f"{case.cold:.2f}", f"{case.warm:.2f}", "", f"{case.memory:.0f}", ""])
    title = f"{case.side} px, {case.weights}, {case.detail} ({case.triangles:,} triangles)"
    return f"{title}\n{_aligned(lines)}"


def _stage(stage: Stage, reference: Reference) -> list[str]:
    kind = CONVOLUTION if stage.name == NETWORKS else ARRAYS
    ratio = f"{stage.warm / reference[kind]:.2f} {kind}" if stage.warm else ""
    memory = "" if stage.name == REST else f"{stage.memory:.0f}"
    name = f"{stage.name} *" if stage.name in AFTERWARDS else stage.name
    gpu = f"{stage.device_memory:.0f}" if stage.device_memory else ""
    return [name, f"{stage.cold:.2f}", f"{stage.warm:.2f}", ratio, memory, gpu]


def _widths(widths: Sequence[Width], reference: Reference) -> str:
    lines = [["width", "cold s", "warm s", f"warm / {CONVOLUTION}", "GFLOP", "MiB", "GPU MiB"]]
    for w in widths:
        ratio = f"{w.warm / reference[CONVOLUTION]:.2f}"
        memory = [f"{w.memory:.0f}", f"{w.device_memory:.0f}"]
        lines.append([f"{w.width:g}", f"{w.cold:.2f}", f"{w.warm:.2f}", ratio, f"{w.gigaflops:.0f}", *memory])
    return f"Networks alone, random weights, 2048 px\n{_aligned(lines)}"


def _aligned(lines: list[list[str]]) -> str:
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    rows = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(row.rstrip() for row in rows)
