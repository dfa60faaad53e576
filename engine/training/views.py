"""Views of synthetic people, rendered once and read many times: the data set of the training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from engine.errors import UserError
from engine.networks.prior import LIMBS, MIRRORED_LIMBS, SIZE

DEPTH_SCALE = 12000
"""Stored depth = network depth * DEPTH_SCALE as uint16 (1/23 of a canvas pixel); 0 = background."""

COLOR_SIZE = SIZE // 2
"""Side of the stored colours without light."""


@dataclass(frozen=True)
class Views:
    """N views of one size S, as memory-mapped arrays.

    picture: (N, S, S, 3) uint8. depth: (N, 2, S, S) uint16, front and back. mask: (N, S, S) uint8 0/1, as a detector
    would give it. prior: (N, 3, 256, 256) float16. limbs: (N, LIMBS, 3, 128, 128) float16, see `limb_maps`.
    keypoints: (N, 31, 2) float32 canvas pixels as detected.
    albedo: (N, 2, 128, 128, 3) uint8 sRGB without light, front and back, of every second pixel of 256.
    labels: (N, 2, 256, 256) uint8, to which limb the front and the back belong, see `limb_labels`. cloths: the same,
    what they show, see `cloth_maps`. Both of views of 256 pixels alone.
    done: (N,) bool, views that are complete; the others are still to be rendered.
    """

    picture: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    mask: NDArray[np.uint8]
    prior: NDArray[np.float16]
    limbs: NDArray[np.float16]
    keypoints: NDArray[np.float32]
    albedo: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    cloths: NDArray[np.uint8]
    done: NDArray[np.bool_]

    @staticmethod
    def create(folder: Path, count: int, size: int) -> None:
        """New empty arrays in `folder`; those that are there already stay, if they are for as many views."""
        if (folder / "done.npy").exists():
            found = Views.open(folder)
            if found.mask.shape != (count, size, size):
                raise UserError(f"{folder} holds other views; choose another folder.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        shapes = {
            "picture": ((count, size, size, 3), np.uint8), "depth": ((count, 2, size, size), np.uint16),
            "mask": ((count, size, size), np.uint8), "prior": ((count, 3, SIZE, SIZE), np.float16),
            "limbs": ((count, LIMBS, 3, SIZE // 2, SIZE // 2), np.float16),
            "keypoints": ((count, 31, 2), np.float32), "albedo": ((count, 2, COLOR_SIZE, COLOR_SIZE, 3), np.uint8),
            "labels": ((count, 2, SIZE, SIZE), np.uint8), "cloths": ((count, 2, SIZE, SIZE), np.uint8),
            "done": ((count,), np.bool_),
        }  # fmt: skip
        for name, (shape, dtype) in shapes.items():
            open_memmap(folder / f"{name}.npy", "w+", dtype, shape)

    @staticmethod
    def open(folder: Path, mode: Literal["r", "r+"] = "r") -> "Views":
        """The views in `folder`, read only or to be written to. Raises UserError where a part of them is missing."""
        missing = [k for k in Views.__dataclass_fields__ if not (folder / f"{k}.npy").exists()]
        if missing:
            raise UserError(f"{folder} holds no views of this version ({missing[0]}.npy is missing): render them anew.")
        return Views(**{k: np.load(folder / f"{k}.npy", mmap_mode=mode) for k in Views.__dataclass_fields__})

    def __len__(self) -> int:
        return len(self.picture)

    def complete(self) -> "Views":
        """Itself, if every view is there. Raises UserError otherwise."""
        if not self.done.all():
            raise UserError("Not all views are complete: run 'train views' again with the same -o.")
        return self

    def any_done(self, rng: np.random.Generator) -> int:
        """The number of a random complete view. Raises UserError where there is none."""
        for _ in range(100):
            if self.done[i := int(rng.integers(len(self)))]:
                return i
        complete = np.flatnonzero(self.done)
        if not len(complete):
            raise UserError("No view is complete yet: run 'train views' first.")
        return int(rng.choice(complete))

    def sample(self, index: int, mirrored: bool) -> dict[str, NDArray[np.float32]]:
        """One view of 256 pixels as network planes (C, 256, 256): picture 0..1, prior, front, back, mask; limbs
        (LIMBS, 3, 128, 128)."""
        depth = self.depth[index].astype(np.float32) / DEPTH_SCALE
        seen = self.mask[index].astype(np.float32)[None]
        planes = {
            "picture": self.picture[index].astype(np.float32).transpose(2, 0, 1) / 255,
            "prior": np.concatenate([self.prior[index].astype(np.float32), seen]),
            "limbs": self.limbs[index].astype(np.float32),
            "front": depth[:1],
            "back": depth[1:],
            "mask": (depth[:1] > 0).astype(np.float32),
        }
        return _mirrored(planes) if mirrored else planes


def with_labels(views: Views, index: int, mirrored: bool) -> dict[str, NDArray[np.float32]]:
    """`Views.sample` of 256 pixels with the labels (2, 256, 256)."""
    labels = _mirrored_labels(views.labels[index]) if mirrored else views.labels[index]
    return views.sample(index, mirrored) | {"labels": labels.astype(np.float32)}


def with_cloths(views: Views, index: int, mirrored: bool) -> dict[str, NDArray[np.float32]]:
    """`Views.sample` of 256 pixels with the cloths (2, 256, 256)."""
    cloths = views.cloths[index].astype(np.float32)
    return views.sample(index, mirrored) | {"cloths": np.ascontiguousarray(cloths[..., ::-1]) if mirrored else cloths}


def _mirrored_labels(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.array([0, *(1 + np.array(MIRRORED_LIMBS))], np.uint8)[labels[..., ::-1]]


def _mirrored(planes: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """The same planes of the mirrored view: left and right limbs change places as well."""
    flipped = {k: np.ascontiguousarray(v[..., ::-1]) for k, v in planes.items()}
    return flipped | {"limbs": flipped["limbs"][list(MIRRORED_LIMBS)]}


def shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The method's low-resolution picture: the mean of the central 2x2 pixels of every 8x8 block of the canvas."""
    return np.asarray(cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR), np.uint8)


def sparse(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels (128, 128, C) of a picture of the whole canvas (a multiple of 128): every second one of 256."""
    step = len(picture) // COLOR_SIZE
    return picture[3 * step // 4 :: step, 3 * step // 4 :: step]
