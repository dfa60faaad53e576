"""Colours and holes of textured meshes at surface points."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.render.mesh import GREY, TexturedMesh
from engine.render.raster import Cutout, Hits


class Skin:
    """A mesh's textures as tensors on one device."""

    def __init__(self, mesh: TexturedMesh, device: torch.device) -> None:
        self.faces = torch.from_numpy(mesh.faces).to(device).long()
        self.materials = torch.from_numpy(mesh.materials).to(device)
        self.uv = None if mesh.uv is None else torch.from_numpy(mesh.uv).to(device)
        self.textures = [torch.from_numpy(np.ascontiguousarray(texture)).to(device) for texture in mesh.textures]
        self.pierced = [_has_holes(texture) for texture in mesh.textures]
        colors = np.full((len(mesh.vertices), 3), GREY, np.uint8) if mesh.colors is None else mesh.colors
        self.colors = torch.from_numpy(np.ascontiguousarray(colors)).to(device)

    def albedo(self, hits: Hits) -> Tensor:
        """sRGB colour (N, 3) float32 in [0, 255] at surface points."""
        colors = hits.interpolate(self.colors.float(), self.faces)
        if self.uv is None:
            return colors
        untextured = (self.materials[hits.faces] < 0)[:, None]
        return torch.where(untextured, colors, self._sample(hits.faces, hits.barycentric)[:, :3])

    def cutout(self) -> Cutout | None:
        """The holes in the mesh, None where its textures have none."""
        if self.uv is None or not any(self.pierced):
            return None
        pierced = torch.tensor([*self.pierced, False], device=self.materials.device)  # the last for material -1
        cut = pierced[self.materials.long()]
        return Cutout(cut, lambda faces, barycentric: self._sample(faces, barycentric)[:, 3] >= 127.5)

    def _sample(self, faces: Tensor, barycentric: Tensor) -> Tensor:
        assert self.uv is not None
        uv = (self.uv[faces] * barycentric[..., None]).sum(1)
        materials = self.materials[faces]
        colors = uv.new_zeros(len(uv), 4)
        for material, texture in enumerate(self.textures):
            points = torch.nonzero(materials == material).squeeze(1)
            if len(points):
                colors[points] = _bilinear(texture, uv[points])
        return colors


def _has_holes(texture: NDArray[np.uint8]) -> bool:
    # One reading per texel (alpha is the highest byte) is ten times as fast as reading every fourth byte.
    return bool(np.ascontiguousarray(texture).view("<u4").min() < 128 << 24)


def _bilinear(texture: Tensor, uv: Tensor) -> Tensor:
    """Texture (H, W, 4) at uv (N, 2), repeating -> (N, 4) float32; transparent texels lend no colour."""
    height, width = texture.shape[:2]
    if height == width == 1:
        return texture[0].float().expand(len(uv), 4)
    position = (uv - uv.floor()) * torch.tensor([width, height], device=uv.device) - 0.5
    corner = position.floor()
    fraction, corner = position - corner, corner.long()
    total = uv.new_zeros(len(uv), 4)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        weight = (fraction[:, 0] if dx else 1 - fraction[:, 0]) * (fraction[:, 1] if dy else 1 - fraction[:, 1])
        texel = texture[(corner[:, 1] + dy) % height, (corner[:, 0] + dx) % width].float()
        weight = weight * texel[:, 3]
        total[:, :3] += weight[:, None] * texel[:, :3]
        total[:, 3] += weight
    total[:, :3] /= total[:, 3:].clamp(min=1e-6)
    return total
