"""Views of synthetic people, rendered once and read many times: the data set of the training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from engine.camera import NETWORK_FOCAL, UNIT, Camera, ray_lengths
from engine.networks.prior import SIZE, TORSO, capsule_maps
from engine.render.maps import RenderedView, render_maps
from engine.render.shading import random_lighting
from engine.render.view import HALF_EXTENT, View
from engine.skeleton import INDEX
from engine.training.detection import Detect, detected, lose_some
from engine.training.people import SyntheticPerson
from engine.training.photographs import develop, segmented

DEPTH_SCALE = 12000
"""Stored depth = network depth * DEPTH_SCALE as uint16 (1/23 of a canvas pixel); 0 = background."""

DETECTION_SIZE = 512
"""Side in pixels of the pictures in which the person is looked for; smaller views are rendered a second time."""


@dataclass(frozen=True)
class Views:
    """N views of one size S, as memory-mapped arrays.

    picture: (N, S, S, 3) uint8. depth: (N, 2, S, S) uint16, front and back. mask: (N, S, S) uint8 0/1, as a detector
    would give it. prior: (N, 3, 256, 256) float16. keypoints: (N, 31, 2) float32 canvas pixels as detected.
    """

    picture: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    mask: NDArray[np.uint8]
    prior: NDArray[np.float16]
    keypoints: NDArray[np.float32]

    @staticmethod
    def create(folder: Path, count: int, size: int) -> "Views":
        """New empty arrays in `folder`."""
        folder.mkdir(parents=True)
        shapes = {
            "picture": ((count, size, size, 3), np.uint8), "depth": ((count, 2, size, size), np.uint16),
            "mask": ((count, size, size), np.uint8), "prior": ((count, 3, SIZE, SIZE), np.float16),
            "keypoints": ((count, 31, 2), np.float32),
        }  # fmt: skip
        return Views(
            **{k: open_memmap(folder / f"{k}.npy", "w+", dtype, shape) for k, (shape, dtype) in shapes.items()}
        )

    @staticmethod
    def open(folder: Path) -> "Views":
        """The views in `folder`, read only."""
        return Views(**{k: np.load(folder / f"{k}.npy", mmap_mode="r") for k in Views.__dataclass_fields__})

    def __len__(self) -> int:
        return len(self.picture)

    def sample(self, index: int, mirrored: bool) -> dict[str, NDArray[np.float32]]:
        """One view of 256 pixels as network planes (C, 256, 256): picture 0..1, prior, front, back, mask."""
        depth = self.depth[index].astype(np.float32) / DEPTH_SCALE
        seen = self.mask[index].astype(np.float32)[None]
        planes = {
            "picture": self.picture[index].astype(np.float32).transpose(2, 0, 1) / 255,
            "prior": np.concatenate([self.prior[index].astype(np.float32), seen]),
            "front": depth[:1],
            "back": depth[1:],
            "mask": (depth[:1] > 0).astype(np.float32),
        }
        return {k: np.ascontiguousarray(v[..., ::-1]) if mirrored else v for k, v in planes.items()}


def render_views(
    people: Sequence[SyntheticPerson], folder: Path, count: int, size: int, seed: int, detect: Detect = detected
) -> None:
    """Render `count` views of random people at size x size into `folder` (see `Views`).

    A view in which the detector does not find the person is left out and another one made.
    """
    rng = np.random.default_rng(seed)
    views = Views.create(folder, count, size)
    for i in range(count):
        while not _add_view(views, i, people[int(rng.integers(len(people)))], rng, detect):
            pass


def _add_view(views: Views, i: int, person: SyntheticPerson, rng: np.random.Generator, detect: Detect) -> bool:
    """Store a random view as number i; False where the person is not found in it."""
    size = views.mask.shape[1]
    view, lighting = random_view(rng, person.mesh.vertices), random_lighting(rng)
    seen = render_maps(person.mesh, person.joints, view, max(size, DETECTION_SIZE), lighting=lighting)
    photo = develop(seen, rng)
    found = detect(photo, seen)
    if found is None:
        return False
    if size < DETECTION_SIZE:
        seen = render_maps(person.mesh, person.joints, view, size, lighting=lighting)
        photo = develop(seen, rng)
    _store(views, i, seen, photo, lose_some(*found, rng), rng)
    return True


def random_view(rng: np.random.Generator, vertices: NDArray) -> View:
    """Mostly from the front, sometimes from any side; focal lengths of phones to portraits; a slight tilt."""
    spread = rng.choice([0.35, 1.2, 3.14], p=[0.7, 0.15, 0.15])
    camera = Camera(NETWORK_FOCAL * float(np.exp(rng.uniform(-0.1, 0.8))), float(rng.normal(0.03, 0.05)))
    extent = (vertices.max(0) - vertices.min(0)).max() / 2
    scale = HALF_EXTENT / extent * float(rng.uniform(0.93, 1.05))
    shift = (float(rng.normal(0, 0.01)), float(rng.normal(0, 0.01)))
    return View(float(rng.uniform(-spread, spread)), camera, float(rng.normal(0, 0.02)), scale, shift)


def _store(
    views: Views,
    i: int,
    seen: RenderedView,
    photo: NDArray[np.uint8],
    found: tuple[NDArray[np.float64], NDArray[np.float64]],
    rng: np.random.Generator,
) -> None:
    torso = float(seen.offsets[[INDEX[name] for name in TORSO]].mean())
    shift = torso * ray_lengths(len(photo)) * (NETWORK_FOCAL / UNIT)
    depth = np.stack([seen.front.depth, seen.back.depth]) - shift
    views.depth[i] = np.where(seen.mask, depth * DEPTH_SCALE, 0).round()
    views.picture[i] = photo
    views.mask[i] = segmented(seen, rng)
    views.keypoints[i] = found[0]
    views.prior[i] = capsule_maps(*found)


def shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The method's low-resolution picture: the mean of the central 2x2 pixels of every 8x8 block of the canvas."""
    return np.asarray(cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR), np.uint8)
