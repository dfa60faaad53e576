"""Depth of a framed person with named weights, on a device whose memory may not suffice."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from torch import device

from engine.networks.devices import MemoryExhausted, pick_device, release_memory
from engine.networks.graph import TwoK2K
from engine.networks.inference import ShowCoarse, predict
from engine.types import Canvas, Maps, Progress
from engine.weights import WeightsInfo, load

CPU = device("cpu")

SPARING = "The memory of the device '{}' was short, so the depth was computed in smaller pieces, which takes longer."
ON_CPU = "The memory of the device '{}' was not enough, so the depth was computed on the processor, which takes longer."


def estimate_depth(
    canvas: Canvas,
    weights: str,
    device_name: str,
    progress: Progress | None = None,
    show_coarse: ShowCoarse | None = None,
) -> tuple[Maps, WeightsInfo, tuple[str, ...]]:
    """Front and back depth, what the weights are, and warnings. show_coarse: is given a first guess early.

    Where the device's memory does not suffice the same is computed in smaller pieces, and then on the processor; a
    warning says so. Raises MemoryExhausted where nothing helps, UserError for names of weights and devices that do not
    exist, and whatever `progress` and `show_coarse` raise.
    """
    chosen = pick_device(device_name)
    for place, sparing, warnings in _attempts(chosen):
        try:
            return *_attempt(canvas, weights, place, sparing, progress, show_coarse), warnings
        except MemoryExhausted as error:
            exhausted = MemoryExhausted(str(error))  # without the frames, which hold tensors
        release_networks()
        release_memory(place)
    raise exhausted


def preload(weights: str, device_name: str) -> None:
    """Load the network that `estimate_depth` will ask for, if there is memory. Raises UserError like that does."""
    with suppress(MemoryExhausted):
        network_of(weights, str(pick_device(device_name)))


@lru_cache(maxsize=1)
def network_of(weights: str, device_name: str) -> tuple[TwoK2K, WeightsInfo]:
    """The network with the named weights, kept until another is asked for or `release_networks` is called."""
    return load(weights, pick_device(device_name))


def release_networks() -> None:
    """Forget the loaded network, so that its memory can be reclaimed."""
    network_of.cache_clear()


def _attempts(chosen: device) -> Iterator[tuple[device, bool, tuple[str, ...]]]:
    """Where to compute, whether sparingly, and what to tell the user about it."""
    yield chosen, False, ()
    yield chosen, True, (SPARING.format(chosen),)
    if chosen != CPU:
        yield CPU, False, (ON_CPU.format(chosen),)
        yield CPU, True, (ON_CPU.format(chosen),)


def _attempt(
    canvas: Canvas,
    weights: str,
    place: device,
    sparing: bool,
    progress: Progress | None,
    show_coarse: ShowCoarse | None,
) -> tuple[Maps, WeightsInfo]:
    network, info = network_of(weights, str(place))
    return predict(network, canvas, progress, sparing, show_coarse), info
