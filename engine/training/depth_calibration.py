"""Teaches the network that gives key points their depths, on synthetic people (see `engine.person.depths`).

python -m engine.training.depth_calibration ASSETS [COUNT]
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from math import tan
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import smooth_l1_loss

from engine.camera import NETWORK_FOCAL
from engine.networks.prior import TORSO
from engine.person.depths import MIRRORED_KEYPOINTS, WEIGHTS, KeyDepths, Marks, features
from engine.render.maps import RenderedView, render_maps
from engine.render.shading import random_lighting
from engine.skeleton import INDEX
from engine.training.detection import detected_marks, found_person, metre
from engine.training.half import write
from engine.training.people import load_wardrobe, sample_person
from engine.training.photographs import develop
from engine.training.render_views import DETECTION_SIZE, random_view

EPOCHS, BATCH, RATE, DECAY, DROPOUT = 30, 128, 4e-3, 1e-2, 0.2
BETA = 0.03
"""Metres beyond which an error counts linearly."""

_TORSO = [INDEX[name] for name in TORSO]

_DISTANCE_ERROR, _ELEVATION_ERROR = 0.15, 0.1
"""How badly the camera of a photo is known: relative standard deviation of its distance, and radians of its tilt."""


def fit(marks: Marks, depths: NDArray[np.float64], epochs: int = EPOCHS) -> KeyDepths:
    """A network that gives depths (N, 31; the detector's metres behind the torso's middle) from what was found, and so
    for the mirrored. The camera is known to it as badly as that of a photo."""
    network = KeyDepths(DROPOUT)
    inputs = _both(marks)
    seen = torch.from_numpy(np.concatenate([marks.seen[:, 0], marks.seen[:, 1]]))
    targets = torch.from_numpy(np.concatenate([depths, depths[:, MIRRORED_KEYPOINTS]])).float()
    network.mean.copy_(inputs.mean(0))
    network.spread.copy_(inputs.std(0) + 1e-3)
    steps = max(1, len(inputs) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * steps)
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        inputs = _both(replace(marks, viewpoint=_misjudged(marks.viewpoint, rng)))
        for chosen in torch.randperm(len(inputs)).tensor_split(steps):
            found = network(inputs[chosen], seen[chosen].float())
            loss = smooth_l1_loss(found, targets[chosen], beta=BETA)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def _both(marks: Marks) -> Tensor:
    """Features of people and of their mirror images."""
    return torch.from_numpy(np.concatenate([features(marks), features(marks.mirrored())])).float()


def _misjudged(viewpoint: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    errors = rng.standard_normal(viewpoint.shape) * (_DISTANCE_ERROR, _ELEVATION_ERROR)
    return np.stack([viewpoint[:, 0] * np.exp(errors[:, 0]), viewpoint[:, 1] + errors[:, 1]], axis=1)


def level_depths(rendered: RenderedView) -> NDArray[np.float64]:
    """True depths (31,) in camera units behind the torso's middle in the direction in which a level camera looks."""
    canvas = rendered.joints * rendered.window.step
    level = rendered.offsets - tan(rendered.placement.camera.pitch) * canvas[:, 1] / NETWORK_FOCAL
    return level - level[_TORSO].mean()


def examples(assets: Path, count: int, seed: int = 0) -> Iterator[tuple[Marks, NDArray[np.float64]]]:
    """Marks and true depths (1, 31), in the detector's metres, of rendered people that the detector finds."""
    wardrobe = load_wardrobe(assets)
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        person = sample_person(rng, wardrobe)
        view = random_view(rng, person.mesh.vertices)
        rendered = render_maps(person.mesh, person.joints, view, DETECTION_SIZE, lighting=random_lighting(rng))
        photo = develop(rendered, rng)
        found = found_person(photo, rendered)
        if found is not None:
            yield detected_marks(found, photo, rendered), level_depths(rendered)[None] / metre(found, rendered)


def main(assets: Path, count: int) -> None:
    """Learn from `count` people and replace the weights."""
    found, depths = zip(*examples(assets, count), strict=True)
    torch.manual_seed(0)
    write(fit(joined(found), np.concatenate(depths)), WEIGHTS)


def joined(found: Sequence[Marks]) -> Marks:
    """Several people's marks as one."""
    return Marks(*(np.concatenate([getattr(one, field.name) for one in found]) for field in fields(Marks)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
