"""How alike the colours of two surfaces look: flat, without light, seen by the same orthographic camera."""

from dataclasses import dataclass

import flip_evaluator
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from engine.evaluation.surface import Surface
from engine.evaluation.views import ColourView, Frame, colour_view
from engine.render.mesh import TexturedMesh

BACKGROUND = 0.5
"""Grey behind both, sRGB 0 to 1."""

BEST_PSNR = 100.0
"""What identical pictures get instead of infinity, in dB."""


@dataclass(frozen=True)
class Likeness:
    """Of two pictures, over the pixels where either shows a surface.

    psnr: dB, at most 100. ssim: -1 to 1, best 1 (Wang et al. 2004). flip: perceptual distance, 0 to 1, best 0
    (LDR-FLIP, Andersson et al. 2020).
    """

    psnr: float
    ssim: float
    flip: float


@dataclass(frozen=True)
class Colours:
    """The likeness seen from yaw 0 and from yaw 180."""

    front: Likeness
    back: Likeness


def compare_colours(predicted: Surface, truth: Surface, frame: Frame) -> Colours | None:
    """Compare two surfaces in one frame; None unless both have colours."""
    if not (has_colours(predicted.skin) and has_colours(truth.skin)):
        return None
    front, back = (likeness(*(colour_view(s, yaw, frame) for s in (predicted, truth))) for yaw in (0, 180))
    return Colours(front, back)


def has_colours(mesh: TexturedMesh | None) -> bool:
    """Whether a mesh shows more than one colour."""
    if mesh is None:
        return False
    kinds = [texture.reshape(-1, 4)[:, :3] for texture in mesh.textures]
    kinds += [] if mesh.colors is None else [mesh.colors]
    return any((colours != kinds[0][0]).any() for colours in kinds if len(colours))


def likeness(predicted: ColourView, truth: ColourView) -> Likeness:
    """Compare two views of one size before the same grey."""
    either = predicted.mask | truth.mask
    if not either.any():
        return Likeness(BEST_PSNR, 1.0, 0.0)
    ours, theirs = (_on_grey(view) for view in (predicted, truth))
    error = float(((ours - theirs)[either] ** 2).mean())
    psnr = min(BEST_PSNR, float(-10 * np.log10(error))) if error else BEST_PSNR
    _, similar = structural_similarity(
        ours, theirs, channel_axis=2, data_range=1.0, gaussian_weights=True, use_sample_covariance=False, full=True
    )
    different, _, _ = flip_evaluator.evaluate(theirs, ours, "LDR", applyMagma=False, computeMeanError=False)
    return Likeness(psnr, float(similar[either].mean()), float(different[either].mean()))


def _on_grey(view: ColourView) -> NDArray[np.float32]:
    return np.where(view.mask[..., None], view.colours, np.float32(BACKGROUND))
