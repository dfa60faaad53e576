"""Changes of colour that make training pictures more varied."""

import numpy as np
import torch
from torch import Tensor


def varied(picture: Tensor, rng: np.random.Generator) -> Tensor:
    """Pictures (B, 3, H, W) in 0..1 with another exposure, contrast and white balance each."""
    n = len(picture)
    gain = torch.from_numpy(rng.uniform(0.7, 1.15, (n, 1, 1, 1)) * rng.uniform(0.94, 1.06, (n, 3, 1, 1))).float()
    gamma = torch.from_numpy(rng.uniform(0.75, 1.3, (n, 1, 1, 1))).float()
    return (picture**gamma * gain).clamp(0, 1)
