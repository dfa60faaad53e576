"""The method's graph alone, at several widths, with random weights: what the published size costs."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.bench.isolation import in_new_process
from engine.bench.meter import Cost, Meter

FORWARD = "forward"


@dataclass(frozen=True)
class Width:
    """One forward pass from the framed person to both depth maps. width: share of the published channels. cold: first
    run, warm: median of the others, seconds. memory: largest resident memory, MiB. gigaflops: 10^9 operations."""

    width: float
    cold: float
    warm: float
    memory: float
    device_memory: float
    gigaflops: float


def measure_width(width: float, photo: Path, device: str, repeats: int) -> Width:
    """Measure in a new process; raises what finding the person and the networks raise."""
    return in_new_process(_measure_here, width, photo, device, repeats)


def _measure_here(width: float, photo: Path, device: str, repeats: int) -> Width:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from engine.framing import frame
    from engine.networks.graph import GraphConfig, TwoK2K
    from engine.networks.inference import pick_device, predict
    from engine.networks.lean import make_lean
    from engine.person import find_people
    from engine.photo import load_photo

    picture = load_photo(photo)
    canvas = frame(picture, find_people(picture))
    torch.manual_seed(0)
    network = make_lean(TwoK2K(GraphConfig(width))).to(pick_device(device))
    seconds, cost = _timed(lambda: predict(network, canvas), repeats + 1)
    with FlopCounterMode(display=False) as counter:
        predict(network, canvas)
    operations = counter.get_total_flops() / 1e9
    return Width(width, seconds[0], statistics.median(seconds[1:]), cost.memory, cost.device_memory, operations)


def _timed(forward: Callable[[], object], times: int) -> tuple[list[float], Cost]:
    """The seconds of every pass, and the largest memory of all."""
    meter, seconds = Meter(), []
    for _ in range(times):
        start = time.perf_counter()
        with meter.stage(FORWARD):
            forward()
        seconds.append(time.perf_counter() - start)
    return seconds, meter.costs[FORWARD]
