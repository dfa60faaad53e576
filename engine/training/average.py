"""The moving average of a network's weights, which does better than the weights of any single step."""

import copy

import torch
from torch import nn


class MovingAverage:
    """An exponential moving average of parameters and buffers (Polyak averaging).

    Over the first steps it forgets faster: after n steps the newest weights count at least 9 / (9 + n).
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Take in the weights after another step."""
        self.steps += 1
        share = max(1 - self.decay, 9 / (9 + self.steps))
        for mean, value in zip(self.module.state_dict().values(), module.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, share)
            else:
                mean.copy_(value)
