"""The three trainable networks of 2K2K (Han et al., CVPR 2023) with the names of the published checkpoint.

`width` scales every hidden channel count; width 1 is the published size.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

MIN_CHANNELS = 4
"""Fewer hidden channels than this are never used, however small the width."""


def hidden(channels: int, width: float) -> int:
    """Hidden channel count `channels` of the published network at another width."""
    return max(MIN_CHANNELS, round(channels * width))


def _conv_norm_relu(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def _projection(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """One 3x3 convolution with batch-norm and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(*_conv_norm_relu(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class DoubleBlock(nn.Module):
    """Two 3x3 convolutions, each with batch-norm and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(*_conv_norm_relu(inputs, outputs), *_conv_norm_relu(outputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class UpBlock(nn.Module):
    """Nearest-neighbour enlargement by 2, then a 3x3 convolution with batch-norm and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.up = nn.Sequential(nn.Upsample(scale_factor=2), *_conv_norm_relu(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return self.up(x)


class PointwiseBlock(nn.Module):
    """1x1 convolution and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class AttentionGate(nn.Module):
    """Scales a skip connection per pixel by what the decoder knows (Oktay et al., 2018).

    Without gradients the skip connection is overwritten: it is large and nobody else needs it.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.W_g = _projection(channels, channels // 2)
        self.W_x = _projection(channels, channels // 2)
        self.psi = nn.Sequential(*_projection(channels // 2, 1), nn.Sigmoid())

    def forward(self, decoded: Tensor, skip: Tensor) -> Tensor:
        gate = self.psi(torch.relu(self.W_g(decoded) + self.W_x(skip)))
        return skip * gate if torch.is_grad_enabled() else skip.mul_(gate)


class _GatedDecoder(nn.Module):
    """Names the decoder's modules `Up{k}`, `Att{k}` and `Up_conv{k}`, k counting down to 2."""

    def _add_decoder(self, channels: Sequence[int]) -> None:
        """channels: of the bottleneck, then of every level upwards."""
        self._levels = range(len(channels), 1, -1)
        for level, below, here in zip(self._levels, channels, channels[1:], strict=False):
            setattr(self, f"Up{level}", UpBlock(below, here))
            setattr(self, f"Att{level}", AttentionGate(here))
            setattr(self, f"Up_conv{level}", DoubleBlock(2 * here, here))

    def _decode(self, x: Tensor, skips: list[Tensor]) -> Tensor:
        """skips: finest level first; emptied on the way, so that memory is given back early."""
        for level in self._levels:
            x = getattr(self, f"Up{level}")(x)
            x = torch.cat([getattr(self, f"Att{level}")(x, skips.pop()), x], 1)
            x = getattr(self, f"Up_conv{level}")(x)
        return x


def _add_encoder(owner: nn.Module, inputs: int, channels: Sequence[int], suffix: str = "") -> None:
    for level, outputs in enumerate(channels, 1):
        setattr(owner, f"Conv{level}{suffix}", DoubleBlock(inputs, outputs))
        inputs = outputs


def _encode(owner: nn.Module, x: Tensor, levels: int, suffix: str = "") -> list[Tensor]:
    features = [getattr(owner, f"Conv1{suffix}")(x)]
    for level in range(2, levels + 1):
        pooled = nn.functional.max_pool2d(features[-1], 2)
        features.append(getattr(owner, f"Conv{level}{suffix}")(pooled))
    return features


class NormalNet(_GatedDecoder):
    """Picture (and coarse normals) -> front and back normals: a small gated U-Net.

    forward: (B, in_channels, H, W), H and W multiples of 8 -> (B, 6, H, W), front xyz and back xyz, each >= 0
    with 0.5 for a component of 0 (network encoding (n + 1) / 2).
    """

    def __init__(self, in_channels: int, width: float = 1.0) -> None:
        super().__init__()
        channels = [hidden(c, width) for c in (64, 128, 256, 512)]
        _add_encoder(self, in_channels, channels)
        self._add_decoder(channels[::-1])
        self.Conv_1x1 = PointwiseBlock(channels[0], 6)

    def forward(self, x: Tensor) -> Tensor:
        skips = _encode(self, x, 4)
        return self.Conv_1x1(self._decode(skips.pop(), skips))


class DepthNet(_GatedDecoder):
    """Picture and normals at 256 pixels -> three raw depth channels (see `graph.depth_maps`).

    forward: (B, picture_channels, H, W) and (B, normal_channels, H, W), H and W multiples of 16 -> (B, 3, H, W).
    """

    def __init__(self, picture_channels: int, normal_channels: int = 6, width: float = 1.0) -> None:
        super().__init__()
        channels = [hidden(c, width) for c in (32, 64, 128, 256, 512)]
        _add_encoder(self, picture_channels, channels, "_1")
        _add_encoder(self, normal_channels, channels, "_2")
        self._add_decoder([2 * c for c in channels[::-1]])
        self.Conv_1x1 = nn.Conv2d(2 * channels[0], 3, 1)

    def forward(self, picture: Tensor, normals: Tensor) -> Tensor:
        pairs = zip(_encode(self, picture, 5, "_1"), _encode(self, normals, 5, "_2"), strict=True)
        skips = [torch.cat(pair, 1) for pair in pairs]
        return self.Conv_1x1(self._decode(skips.pop(), skips))


class RefineNet(nn.Module):
    """Depth at 1/8 of the size and normals at full size -> three raw channels at full size.

    forward: (B, 2, h, w) and (B, 6, 8h, 8w) -> (B, 3, 8h, 8w). 24 pixels around a tile aligned to 8 pixels are
    enough for the numbers of the whole picture.
    """

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        half, full = hidden(32, width), 2 * hidden(32, width)
        for level, inputs in enumerate((2, full, full), 1):
            setattr(self, f"depth{level}", UpBlock(inputs, half))
            setattr(self, f"normal{level}", Block(6, half))
            setattr(self, f"merge{level}_1", DoubleBlock(full, full))
        self.merge1_2 = PointwiseBlock(full, full)
        self.merge2_2 = PointwiseBlock(full, full)
        self.merge3_2 = nn.Conv2d(full, 3, 1)

    def forward(self, depths: Tensor, normals: Tensor) -> Tensor:
        x = depths
        for number, normal in enumerate((normals[..., 1::4, 1::4], normals[..., 0::2, 0::2], normals), 1):
            x = self.level(number, x, normal)
        return x

    def level(self, number: int, x: Tensor, normals: Tensor) -> Tensor:
        """Level 1, 2 or 3: features (or depths) at half the size of the normals (B, 6, H, W) -> (B, C, H, W)."""
        raised, shape = getattr(self, f"depth{number}")(x), getattr(self, f"normal{number}")(normals)
        merged = getattr(self, f"merge{number}_1")(torch.cat([raised, shape], 1))
        return getattr(self, f"merge{number}_2")(merged)
