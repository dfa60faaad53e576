"""Teaches the network that gives key points their depths, on synthetic people (see `engine.person.depths`).

python -m engine.training.depth_calibration ASSETS [COUNT]
"""

import sys
from collections.abc import Iterator
from math import tan
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch.nn.functional import smooth_l1_loss

from engine.camera import NETWORK_FOCAL
from engine.networks.prior import TORSO
from engine.person.depths import MIRRORED_KEYPOINTS, WEIGHTS, KeyDepths, features, mirrored
from engine.person.detector import Detection
from engine.render.maps import RenderedView, render_maps
from engine.render.shading import random_lighting
from engine.skeleton import INDEX
from engine.training.detection import found_person
from engine.training.people import load_wardrobe, sample_person
from engine.training.photographs import develop
from engine.training.views import DETECTION_SIZE, random_view

EPOCHS, BATCH, RATE, DECAY, DROPOUT = 60, 128, 4e-3, 1e-2, 0.2
BETA = 0.03
"""Metres beyond which an error counts linearly."""

_TORSO = [INDEX[name] for name in TORSO]

Landmarks = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Landmarks in the picture (N, 33, 2), metric landmarks (N, 33, 3), visibility (N, 33)."""


def fit(landmarks: Landmarks, depths: NDArray[np.float64], epochs: int = EPOCHS) -> KeyDepths:
    """A network that gives depths (N, 31; metres behind the torso's middle) from landmarks, and so for the mirrored."""
    both = (np.concatenate(pair) for pair in zip(landmarks, mirrored(*landmarks), strict=True))
    inputs = torch.from_numpy(features(*both)).float()
    targets = torch.from_numpy(np.concatenate([depths, depths[:, MIRRORED_KEYPOINTS]])).float()
    network = KeyDepths(DROPOUT)
    network.mean.copy_(inputs.mean(0))
    network.spread.copy_(inputs.std(0) + 1e-3)
    steps = max(1, len(inputs) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * steps)
    for _ in range(epochs):
        for chosen in torch.randperm(len(inputs)).tensor_split(steps):
            loss = smooth_l1_loss(network(inputs[chosen]), targets[chosen], beta=BETA)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def level_depths(rendered: RenderedView) -> NDArray[np.float64]:
    """True depths (31,) in metres behind the torso's middle in the direction in which a level camera looks."""
    canvas = rendered.joints * rendered.window.step
    level = rendered.offsets - tan(rendered.placement.camera.pitch) * canvas[:, 1] / NETWORK_FOCAL
    return (level - level[_TORSO].mean()) / rendered.placement.scale


def examples(assets: Path, count: int, seed: int = 0) -> Iterator[tuple[Detection, NDArray[np.float64]]]:
    """Detections and true depths (31,) of rendered people that the detector finds where they are."""
    wardrobe = load_wardrobe(assets)
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        person = sample_person(rng, wardrobe)
        view = random_view(rng, person.mesh.vertices)
        rendered = render_maps(person.mesh, person.joints, view, DETECTION_SIZE, lighting=random_lighting(rng))
        found = found_person(develop(rendered, rng), rendered)
        if found is not None:
            yield found, level_depths(rendered)


def main(assets: Path, count: int) -> None:
    """Learn from `count` people and replace the weights."""
    found, depths = zip(*examples(assets, count), strict=True)
    names = ("landmarks", "world", "visibility")
    landmarks, world, visibility = (np.array([getattr(one, name) for one in found]) for name in names)
    torch.manual_seed(0)
    write(fit((landmarks, world, visibility), np.array(depths)))


def write(network: KeyDepths) -> None:
    """Replace the weights that the engine uses."""
    save_file({name: tensor.half() for name, tensor in network.state_dict().items()}, WEIGHTS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
