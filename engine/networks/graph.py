"""The whole 2K2K graph: eight networks, their configuration, and what their raw depth channels mean.

Two variants share the classes. The published one decodes absolute depth. The `prior` one is given a guess of
the body's depth from 3D key points and the person's mask, and learns what is different from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, pad, softplus

from engine.errors import UserError
from engine.networks.subnetworks import MIN_CHANNELS, DepthNet, NormalNet, RefineNet

PRIOR_CHANNELS = 4
"""Prior (B, 4, 256, 256): mid depth of the body minus 2 (network units, defined everywhere), half thickness of
the guess, confidence, mask 0/1."""

BODY_DEPTH = 2.0
"""Network depth of the body's centre."""

RESIDUAL_SCALE = 0.25
HALF_THICKNESS_SCALE = 0.25

_FULL_CHANNELS = 64
_FIRST_WEIGHT = "img2normal_down.Conv1.conv.0.weight"


@dataclass(frozen=True)
class GraphConfig:
    """width: share of the published hidden channels, a multiple of 1/64 from 1/16 to 4. prior: depth prior as input.

    Raises UserError for another width.
    """

    width: float = 1.0
    prior: bool = False

    def __post_init__(self) -> None:
        channels = self.width * _FULL_CHANNELS
        if channels != int(channels) or not MIN_CHANNELS <= channels <= 4 * _FULL_CHANNELS:
            raise UserError(f"A network width of {self.width} is not possible; use a multiple of 1/64 from 1/16 to 4.")

    @property
    def picture_channels(self) -> int:
        """Channels of the 256-pixel picture input: colour, and the prior if there is one."""
        return 3 + PRIOR_CHANNELS * self.prior

    @classmethod
    def of(cls, state_dict: Mapping[str, Tensor]) -> "GraphConfig":
        """Read width and inputs from the shape of one tensor; UserError where it does not fit the graph."""
        weight = state_dict.get(_FIRST_WEIGHT)
        if weight is None or weight.ndim != 4 or weight.shape[1] not in (3, 3 + PRIOR_CHANNELS):
            raise UserError("The file holds no weights of the 2K2K network; choose a 2K2K checkpoint.")
        return cls(weight.shape[0] / _FULL_CHANNELS, weight.shape[1] > 3)


class TwoK2K(nn.Module):
    """The networks of 2K2K under their published names."""

    def __init__(self, config: GraphConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or GraphConfig()
        self.img2normal_face = NormalNet(6, config.width)
        self.img2normal_upper = NormalNet(6, config.width)
        self.img2normal_arm = NormalNet(6, config.width)
        self.img2normal_leg = NormalNet(6, config.width)
        self.img2normal_shoe = NormalNet(6, config.width)
        self.img2normal_down = NormalNet(config.picture_channels, config.width)
        self.ImgNorm_to_Dep = DepthNet(config.picture_channels, width=config.width)
        self.refine = RefineNet(config.width)

    def coarse(self, picture: Tensor, prior: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Picture (B, 3, 256, 256) in -1..1 and prior (B, 4, 256, 256) -> normals (B, 6, ..), raw depth (B, 3, ..).

        With a prior the networks work on every second pixel, where they overlook the whole body, and their result,
        which is relative to the prior, is enlarged.
        """
        if prior is None:
            normals = self.img2normal_down(picture)
            return normals, self.ImgNorm_to_Dep(picture, normals)
        inputs = torch.cat([picture, prior], 1)[..., 1::2, 1::2]
        normals = self.img2normal_down(inputs)
        return _enlarge(normals), _enlarge(self.ImgNorm_to_Dep(inputs, normals))

    def refined(self, depths: Tensor, normals: Tensor) -> Tensor:
        """Depths (B, 2, h, w) of `depth_maps` and normals (B, 6, 8h, 8w) -> front and back depth (B, 2, 8h, 8w)."""
        return self.refined_depths(self.refine(self.refine_input(depths), normals), enlarged(depths))

    def refine_input(self, depths: Tensor) -> Tensor:
        """What the refinement is given of the coarse depths (B, 2, h, w)."""
        return depths - BODY_DEPTH if self.config.prior else depths

    def refined_depths(self, raw: Tensor, smooth: Tensor) -> Tensor:
        """The refinement's raw channels (B, 3, H, W) and the `enlarged` coarse depths -> depths (B, 2, H, W)."""
        return smooth + RESIDUAL_SCALE * raw[:, :2] if self.config.prior else raw[:, :2].clamp(0, 6)


def enlarged(depths: Tensor) -> Tensor:
    """Coarse depths (B, 2, h, w) at full size (B, 2, 8h, 8w): bilinear, its facets smoothed by two box filters.

    Smoothing keeps planes exactly and reaches 8 pixels (cubic interpolation as in common use makes ripples on slopes).
    The coarse maps are sampled at pixels 8k + 3; taking them for the mean of pixels 8k + 3 and 8k + 4 shifts them
    by half a pixel, which is below their noise.
    """
    x = interpolate(depths, scale_factor=8, mode="bilinear", align_corners=False)
    for kernel in ((9, 1), (1, 9), (9, 1), (1, 9)):
        x = avg_pool2d(x, kernel, 1, (kernel[0] // 2, kernel[1] // 2), count_include_pad=False)
    return x


def depth_maps(raw: Tensor, prior: Tensor | None = None) -> Tensor:
    """Raw depth channels (B, 3, h, w) -> front and back network depth (B, 2, h, w); channel 2 is the mask's logit.

    Without a prior: clipped to 0..6 and (6, 0) where the mask is <= 0.5. With one (B, 4, h, w; h and w even): channel 0
    shifts its mid depth, of the pixels that the networks have seen, and channel 1 gives the half thickness, so that
    front < back everywhere.
    """
    if prior is None:
        person = raw[:, 2:3] > 0
        background = raw.new_tensor([6.0, 0.0]).view(1, 2, 1, 1)
        return torch.where(person, raw[:, :2].clamp(0, 6), background)
    mid = BODY_DEPTH + _enlarge(prior[:, :1, 1::2, 1::2]) + raw[:, :1]
    half = softplus(raw[:, 1:2]) * HALF_THICKNESS_SCALE
    return torch.cat([mid - half, mid + half], 1)


def _enlarge(x: Tensor) -> Tensor:
    """Bilinear by 2 where the given samples are the odd rows and columns of the result."""
    height, width = x.shape[-2:]
    between = interpolate(x, size=(2 * height - 1, 2 * width - 1), mode="bilinear", align_corners=True)
    return pad(between, (1, 0, 1, 0), mode="replicate")
