"""Cast shadows: a depth map seen from the light, compared with the surface at a few places around each point."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from engine.render.raster import Cutout, rasterize

SIZE = 256
DISTANCE = 8.0
"""How far the lamp stands from the body's centre, camera units."""

LIFT = 0.008
"""How far from the surface light is measured, camera units: more than the texels of the map are wide."""

BIAS = 0.003
"""How far behind the lit surface a point is still lit, camera units."""

TAPS = tuple((x, y) for x in (-1.5, 0.0, 1.5) for y in (-1.5, 0.0, 1.5))


def lit_share(
    points: Tensor, normals: Tensor, vertices: Tensor, faces: Tensor, light: Tensor, cutout: Cutout | None
) -> Tensor:
    """Share of a lamp's light that reaches surface points: (N,) float32 in [0, 1].

    points: (N, 3), vertices: (V, 3) float64 camera units. normals: (N, 3) unit, of the side that is seen. faces: (F, 3)
    int64. light: (3,) unit, towards the lamp.
    """
    axes, lifted = _axes(light.double()), points + LIFT * normals
    centre = (vertices.amin(0) + vertices.amax(0)) / 2
    placed, wanted = ((p.double() - centre) @ axes.T + axes.new_tensor([0, 0, DISTANCE]) for p in (vertices, lifted))
    focal = SIZE * 0.49 / (placed[:, :2] / placed[:, 2:]).abs().amax()
    pixels, positions = (p[:, :2] / p[:, 2:] * focal + SIZE / 2 for p in (placed, wanted))
    near, _ = rasterize(pixels, 1 / placed[:, 2], faces, SIZE, SIZE, cutout)
    depth = torch.full((SIZE * SIZE,), torch.inf, device=points.device)
    depth[near.pixels] = near.interpolate(placed[:, 2:], faces).squeeze(1).float()
    return _share(depth, positions.float(), wanted[:, 2].float() - BIAS)


def _axes(light: Tensor) -> Tensor:
    """Rows: right, down and forward of a camera that looks along the light."""
    forward = -light
    aside = light.new_tensor([0.0, 1.0, 0.0]) if light[1].abs() < 0.9 else light.new_tensor([1.0, 0.0, 0.0])
    right = normalize(torch.linalg.cross(aside, forward), dim=0)
    return torch.stack([right, torch.linalg.cross(forward, right), forward])


def _share(depth: Tensor, positions: Tensor, wanted: Tensor) -> Tensor:
    share = torch.zeros_like(wanted)
    for x, y in TAPS:
        column, row = ((positions[:, k] + shift).long().clamp(0, SIZE - 1) for k, shift in ((0, x), (1, y)))
        share += (depth[row * SIZE + column] > wanted).float()
    return share / len(TAPS)
