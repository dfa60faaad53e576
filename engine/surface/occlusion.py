"""Where one part of the body hides another: cuts in the sheets and the gap between occluder and occluded."""

from dataclasses import dataclass

import numpy as np

from engine.surface.clean import Bools, Float, Shell


@dataclass(frozen=True)
class Gaps:
    """Gaps inside the shell, for `weld`.

    behind, hidden: (H, W) float32 depth in canvas pixels of the occluder's rear and the occluded front inside gaps.
    cells, cut_near, cut_far: (H-1, W-1) cells of the gaps, and cells where a jump of the near or far sheet is cut.
    parted: (H, W) pixels left out of the body, between parts that only meet in the picture.
    """

    behind: Float
    hidden: Float
    cells: Bools
    cut_near: Bools
    cut_far: Bools
    parted: Bools


def find_gaps(shell: Shell) -> Gaps:
    """Occlusions of a shell -> cuts and gaps."""
    none = np.zeros((shell.mask.shape[0] - 1, shell.mask.shape[1] - 1), bool)
    return Gaps(shell.near, shell.far, none, none, none, np.zeros_like(shell.mask))
