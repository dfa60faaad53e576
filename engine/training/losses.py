"""The losses of 2K2K (section 5 of the method), on the person's pixels only, and a gradient loss on depth."""

import torch
import torch.nn.functional as F
from torch import Tensor

NORMAL_STEP = 1 / 255
"""The constant third component of the method's depth normals, in network units per pixel."""


def depth_normals(depth: Tensor) -> Tensor:
    """Normal map of network depths (B, 1, H, W) as the method encodes it: (B, 3, H, W) in [0, 1].

    ch0 = z[r, c] - z[r, c + 1], ch1 = z[r - 1, c] - z[r, c], ch2 = 1/255, normalised, then (n + 1) / 2.
    """
    right = F.pad(depth, (0, 1, 0, 0), mode="replicate")[..., :, 1:]
    above = F.pad(depth, (0, 0, 1, 0), mode="replicate")[..., :-1, :]
    dx, dy = depth - right, above - depth
    scale = torch.rsqrt(dx * dx + dy * dy + NORMAL_STEP**2)
    return (torch.cat([dx * scale, dy * scale, NORMAL_STEP * scale], dim=1) + 1) / 2


def inner(mask: Tensor) -> Tensor:
    """Pixels (B, 1, H, W) whose four neighbours are inside too: there depth differences mean something."""
    return -F.max_pool2d(-mask, 3, stride=1, padding=1)


def mean_inside(error: Tensor, mask: Tensor) -> Tensor:
    """Mean over channels and over the pixels where mask (B, 1, H, W) is 1; or weighted, by (B, 1 or C, H, W)."""
    weights = mask.expand_as(error)
    return (error * weights).sum() / weights.sum().clamp(min=1)


def structural_dissimilarity(a: Tensor, b: Tensor, window: int = 5) -> Tensor:
    """1 - SSIM per pixel (Wang et al. 2004) with a box window, data range 1, never negative SSIM."""
    pad = window // 2

    def mean(x: Tensor) -> Tensor:
        rows = F.avg_pool2d(F.pad(x, (pad, pad, pad, pad), mode="reflect"), (window, 1), stride=1)
        return F.avg_pool2d(rows, (1, window), stride=1)

    ma, mb = mean(a), mean(b)
    va, vb, cov = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    ssim = ((2 * ma * mb + 1e-4) * (2 * cov + 9e-4)) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4))
    return 1 - ssim.clamp(min=0)


def normal_loss(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """0.85 L1 + 0.15 (1 - SSIM) of encoded normal maps (B, 6, H, W), front and back."""
    l1 = mean_inside((predicted - target).abs(), mask)
    return 0.85 * l1 + 0.15 * mean_inside(structural_dissimilarity(predicted, target), mask)


def gradient_loss(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """L1 of depth differences between neighbours 1, 2 and 4 pixels apart: true to scale, blind to a shift."""
    loss = predicted.new_zeros(())
    for step in (1, 2, 4):
        error = predicted - target
        for axis in (-1, -2):
            n = error.shape[axis] - step
            both = mask.narrow(axis, 0, n) * mask.narrow(axis, step, n)
            loss = loss + mean_inside((error.narrow(axis, step, n) - error.narrow(axis, 0, n)).abs(), both) / step
    return loss


def depth_loss(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Smooth L1 (beta .02 units, about 1 cm) plus the gradient loss, for depths (B, C, H, W)."""
    error = F.smooth_l1_loss(predicted, target, beta=0.02, reduction="none")
    return mean_inside(error, mask) + 2 * gradient_loss(predicted, target, mask)
