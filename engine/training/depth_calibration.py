"""Fits the map from MediaPipe's landmarks to depths on synthetic people (see `engine.person.depths`).

python -m engine.training.depth_calibration ASSETS [COUNT]
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.person.depths import COEFFICIENTS, features
from engine.person.detector import Detection, detect
from engine.person.keypoints import LANDMARKS, keypoints
from engine.render.maps import RenderedView, render_maps
from engine.render.shading import random_lighting
from engine.skeleton import KEYPOINTS
from engine.training.people import load_wardrobe, sample_person
from engine.training.photographs import develop
from engine.training.views import random_view

SIZE = 768
RIDGE = 30.0
MAX_ERROR = 0.05
"""Mean error of the key points in the picture, in body heights, beyond which a detection is left out as wrong."""


def fit(world: NDArray[np.float64], depths: NDArray[np.float64]) -> NDArray[np.float32]:
    """Ridge regression of depths (N, 31; metres) on landmarks (N, 33, 3; metres) and both mirrored: (100, 31)."""
    world = np.concatenate([world, world[:, mirror(33, LANDMARKS)] * (-1, 1, 1)])
    depths = np.concatenate([depths, depths[:, mirror(31, {name: i for i, name in enumerate(KEYPOINTS)})]])
    inputs = features(world)
    spread = inputs.std(axis=0) + 1e-6
    inputs = inputs / spread
    weights = np.linalg.solve(inputs.T @ inputs + RIDGE * np.eye(inputs.shape[1]), inputs.T @ depths)
    return (weights / spread[:, None]).astype(np.float32)


def mirror(count: int, names: dict[str, int]) -> NDArray[np.int64]:
    """Where the left and right of `names` change places; what has no name stays."""
    order = np.arange(count)
    for name, index in names.items():
        if name.startswith("left_"):
            other = names[name.replace("left_", "right_", 1)]
            order[[index, other]] = other, index
    return order


def examples(assets: Path, count: int, seed: int = 0) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Landmarks (33, 3) and true depths (31,) of rendered people that the detector finds where they are."""
    wardrobe = load_wardrobe(assets)
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        person = sample_person(rng, wardrobe)
        view = random_view(rng, person.mesh.vertices)
        rendered = render_maps(person.mesh, person.joints, view, SIZE, lighting=random_lighting(rng))
        found = detect(develop(rendered, rng))
        if found and _matches(found[0], rendered):
            yield found[0].world, rendered.offsets / rendered.placement.scale


def _matches(found: Detection, rendered: RenderedView) -> bool:
    errors = np.linalg.norm(keypoints(found.landmarks) - rendered.joints, axis=1)
    return bool(errors.mean() < MAX_ERROR * np.ptp(rendered.joints[:, 1]))


def main(assets: Path, count: int) -> None:
    """Fit to `count` people and replace the coefficients."""
    world, depths = (np.array(values) for values in zip(*examples(assets, count), strict=True))
    np.save(COEFFICIENTS, fit(world, depths - depths.mean(axis=1, keepdims=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 400)
