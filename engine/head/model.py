"""What is known about the shape of heads, learned from synthetic people by `engine.training.head`."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

WEIGHTS = Path(__file__).with_name("head.safetensors")

_BROWS = (105, 334)
"""Landmarks on the upper edge of the eyebrows."""
_ABOVE = 0.01
"""Metres above them within which the forehead begins."""

Float64 = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class HeadModel:
    """A bald head with neck, eyeballs and ears (V vertices) and how heads differ: a linear model of shapes (Blanz and
    Vetter, A Morphable Model for the Synthesis of 3D Faces, 1999).

    mean: (V, 3) metres, x to the person's left, y down, z backward: camera space of who faces the camera. modes:
    (K, V, 3) metres per standard deviation. faces: (F, 3). mirror: (V,) vertex on the other half.
    corners, shares: (468, 3) vertices whose weighted mean is a landmark of MediaPipe's face mesh; trusted: (468,) bool,
    the landmarks for which that is so.
    bare, ear: (V,) 0..1 skin of the face, and of the ears. inner: (V,) of the face what is face even under hair. near,
    far: (V,) how far the head's shape stands for the person's on the front and the back map (neither clothes at the
    neck nor hair in the nape). crown: (V,) what is above the lips. beside: (V,) 0 or 1, at the height of nose and lips.
    flat: (V, 3) metres from the ears to the skull below. tone: (V, 3) colour over that of the skin (sRGB), as of brows,
    eyes and lips.
    """

    mean: Float64
    modes: Float64
    faces: Indices
    mirror: Indices
    corners: Indices
    shares: Float64
    trusted: NDArray[np.bool_]
    bare: Float64
    inner: Float64
    ear: Float64
    near: Float64
    far: Float64
    crown: Float64
    beside: Float64
    flat: Float64
    tone: Float64

    def landmarks(self, vertices: Float64) -> Float64:
        """(..., V, 3) -> (..., 468, 3)."""
        return np.asarray((vertices[..., self.corners, :] * self.shares[..., None]).sum(axis=-2))

    @cached_property
    def below_brows(self) -> Float64:
        """(V,) 0..1 what of the face lies below the eyebrows, where no fringe covers it."""
        above = self.landmarks(self.mean)[list(_BROWS), 1].min() - self.mean[:, 1]
        return self.inner * (1 - np.clip(above / _ABOVE, 0, 1))


@lru_cache(maxsize=1)
def head_model() -> HeadModel:
    """The learned model."""
    return HeadModel(**{name: _widened(values) for name, values in load_file(WEIGHTS).items()})


def _widened(values: NDArray) -> NDArray:
    kinds = {"f": np.float64, "i": np.int64, "b": np.bool_}
    return values.astype(kinds[values.dtype.kind])
