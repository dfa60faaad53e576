"""Pseudo-random weights that depend only on each tensor's name and shape.

Raw PCG64 output and float64 arithmetic alone, so that they are the same on every platform and numpy version.
"""

import math
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

LIFTED_BIAS = {3: 0.2, 6: 0.5}
"""Output heads (3 or 6 channels) are lifted so that few pixels die in the final ReLU."""


def seeded_weights(shapes: Mapping[str, Sequence[int]]) -> dict[str, Tensor]:
    """Weights for all names and shapes of a state dict."""
    return {name: torch.from_numpy(_seeded_tensor(name, tuple(shape))) for name, shape in shapes.items()}


def _unit_variance(name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    raw = np.random.PCG64(zlib.crc32(name.encode())).random_raw(math.prod(shape))
    uniform = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return ((2.0 * uniform - 1.0) * math.sqrt(3.0)).reshape(shape)


def _seeded_tensor(name: str, shape: tuple[int, ...]) -> NDArray:
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    x = _unit_variance(name, shape)
    if name.endswith("running_mean"):
        x = 0.1 * x
    elif name.endswith("running_var"):
        x = 1.0 + 0.1 * x
    elif name.endswith("bias"):
        x = LIFTED_BIAS.get(x.size, 0.0) + 0.1 * x
    elif len(shape) == 4:
        x = x * math.sqrt(2.0 / math.prod(shape[1:]))
    else:
        x = 1.0 + 0.1 * x
    return x.astype(np.float32)
