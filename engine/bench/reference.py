"""Operations of known size, timed in the same run, so that figures of different computers compare."""

import time
from collections.abc import Callable

import numpy as np
import torch

REPEATS = 5
CONVOLUTION, ARRAYS = "convolution", "arrays"

_CHANNELS, _SIDE = 128, 512
_VALUES = 16_000_000

Reference = dict[str, float]


def reference_seconds(device: torch.device) -> Reference:
    """The fastest of `REPEATS` runs of each operation, in seconds.

    convolution: 3x3, 128 -> 128 channels, 512 x 512 pixels, float32 (77 GFLOP), on `device`: what networks are made of.
    arrays: gathering 16 million float32 numbers in random order with numpy: what the surface is made of.
    """
    return {CONVOLUTION: _fastest(_convolution(device)), ARRAYS: _fastest(_gathering())}


def _fastest(operation: Callable[[], None]) -> float:
    operation()
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        operation()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _convolution(device: torch.device) -> Callable[[], None]:
    kernel, picture = (
        torch.ones(shape, device=device).contiguous(memory_format=torch.channels_last)
        for shape in ((_CHANNELS, _CHANNELS, 3, 3), (1, _CHANNELS, _SIDE, _SIDE))
    )

    def run() -> None:
        torch.nn.functional.conv2d(picture, kernel, padding=1).mean().item()

    return run


def _gathering() -> Callable[[], None]:
    rng = np.random.default_rng(0)
    values, order = rng.random(_VALUES, np.float32), rng.permutation(_VALUES)

    def run() -> None:
        values.take(order)

    return run
