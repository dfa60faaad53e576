"""Depths of the key points from MediaPipe's landmarks.

Its metric landmarks lean towards the camera and exaggerate depth: for rendered synthetic people they, or a linear map
of them, are off by 7 cm (mean over the 31 key points). A small network that is also given the landmarks in the picture,
where the camera stood and what the person looks like, learned on such people (`engine.training.depth_calibration`),
brings that to 4.4 cm (3.4 cm for who stands). What it says then has to suit the lengths of the limbs
(`engine.person.limbs`).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.person.appearance import CHANNELS, GRID
from engine.person.detector import TORSO
from engine.person.keypoints import LANDMARKS, SOURCES, keypoints
from engine.person.limbs import suited
from engine.skeleton import INDEX

WEIGHTS = Path(__file__).with_name("depths.safetensors")

_LANDMARKS = 33
_INPUTS = 6 * _LANDMARKS + 2
_HIDDEN = 256
_LOOK, _SEEN = 32, 128
_BRIGHT = 3.0
"""The middle of the range of the pose network's features."""
_HIPS = [INDEX["left_hip"], INDEX["right_hip"]]
VISIBLE = 0.2
"""Joints that are less likely to be visible count as missing. Hidden joints in the picture usually score more."""
_CAUTION = 0.8
"""Share of the network's depths that is believed: of people unlike those that it has learned from it says too much
(docs/training.md)."""

_LIMIT = 5.0
"""Standard deviations beyond which an input counts as that many."""


@dataclass(frozen=True)
class Marks:
    """The landmarks of N people and from where they were seen.

    picture: (N, 33, 2) pixels. metric: (N, 33, 3) metres (x right, y down, z away). visibility: (N, 33) 0..1.
    viewpoint: (N, 2), 1 / distance from the camera in 1 / metres, and the radians by which the torso's middle lies
    below the camera's horizon. seen: (N, 2, 288, 8, 8), see `appearance`.
    """

    picture: NDArray[np.float64]
    metric: NDArray[np.float64]
    visibility: NDArray[np.float64]
    viewpoint: NDArray[np.float64]
    seen: NDArray[np.floating]

    def mirrored(self) -> "Marks":
        """What would be found in the mirrored pictures."""
        order = _MIRRORED_LANDMARKS
        return Marks(
            self.picture[:, order] * (-1, 1),
            self.metric[:, order] * (-1, 1, 1),
            self.visibility[:, order],
            self.viewpoint,
            self.seen[:, ::-1],
        )


class KeyDepths(nn.Module):
    """Features (N, 200) of landmarks and appearance (N, 288, 8, 8) -> depths (N, 31) in metres behind the torso's
    middle."""

    mean: Tensor
    spread: Tensor

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(_INPUTS))
        self.register_buffer("spread", torch.ones(_INPUTS))
        self.look = nn.Sequential(
            nn.Dropout(dropout), nn.Conv2d(CHANNELS, _LOOK, 1), nn.GELU(), nn.Flatten(),
            nn.Dropout(dropout), nn.Linear(_LOOK * GRID**2, _SEEN), nn.GELU(),
        )  # fmt: skip
        self.layers = nn.Sequential(
            nn.Linear(_INPUTS + _SEEN, _HIDDEN), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(_HIDDEN, _HIDDEN), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(_HIDDEN, len(INDEX)),
        )  # fmt: skip

    def forward(self, features: Tensor, seen: Tensor) -> Tensor:
        known = ((features - self.mean) / self.spread).clamp(-_LIMIT, _LIMIT)
        return self.layers(torch.cat([known, self.look(seen / _BRIGHT)], 1))


def key_depths(marks: Marks) -> NDArray[np.float64]:
    """Depths (N, 31) in the detector's metres behind the middle of the hips, in the direction in which a level camera
    looks: the mean of the network's answers to the landmarks and to their mirror image, cautiously (`_CAUTION`), which
    then suit the lengths of the limbs."""
    inputs = np.concatenate([features(marks), features(marks.mirrored())])
    seen = np.concatenate([marks.seen[:, 0], marks.seen[:, 1]])
    with torch.inference_mode():
        both = _network()(torch.from_numpy(inputs).float(), torch.from_numpy(seen).float())
    depths, reflected = both.double().numpy().reshape(2, -1, len(INDEX))
    mean = _CAUTION * (depths + reflected[:, MIRRORED_KEYPOINTS]) / 2
    fitting = suited(_points(marks), mean, marks.visibility[:, SOURCES] > VISIBLE)
    return fitting - fitting[:, _HIPS].mean(axis=1, keepdims=True)


def _points(marks: Marks) -> NDArray[np.float64]:
    """Key points (N, 31, 2) in the detector's metres."""
    scale = pixels_per_metre(marks.picture, marks.metric, marks.visibility)
    return keypoints(marks.picture) / scale[:, None, None]


def pixels_per_metre(
    picture: NDArray[np.float64], metric: NDArray[np.float64], visibility: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scale (N,) of the least-squares similarity from the metric x, y of what is visible to the pixels; see `Marks`."""
    weights = np.where(visibility > 0.5, 1.0, 1e-3)[..., None]
    pixels, metres = (
        points - (weights * points).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
        for points in (picture, metric[..., :2])
    )
    return (weights * pixels * metres).sum(axis=(1, 2)) / (weights * metres**2).sum(axis=(1, 2))


@lru_cache(maxsize=1)
def _network() -> KeyDepths:
    network = KeyDepths()
    network.load_state_dict(load_file(WEIGHTS))
    return network.eval()


def features(marks: Marks) -> NDArray[np.float64]:
    """What the network is told of landmarks (N, 200): metric and picture coordinates from the torso's middle, both in
    metres, visibility and viewpoint."""
    metric = marks.metric - marks.metric[:, TORSO].mean(axis=1, keepdims=True)
    picture = marks.picture - marks.picture[:, TORSO].mean(axis=1, keepdims=True)
    picture = picture * (_size(metric[..., :2]) / _size(picture))[:, None, None]
    flat = (values.reshape(len(metric), -1) for values in (metric, picture))
    return np.concatenate([*flat, marks.visibility, marks.viewpoint], axis=1)


def _size(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Root mean square distance (N,) of points (N, 33, 2) from their mean."""
    offsets = points - points.mean(axis=1, keepdims=True)
    return np.sqrt((offsets**2).sum(axis=2).mean(axis=1)).clip(1e-6)


def _mirror(count: int, names: dict[str, int]) -> NDArray[np.int64]:
    """Where the left and right of `names` change places; what has no name stays."""
    order = np.arange(count)
    for name, index in names.items():
        if name.startswith("left_"):
            other = names[name.replace("left_", "right_", 1)]
            order[[index, other]] = other, index
    return order


_MIRRORED_LANDMARKS = _mirror(_LANDMARKS, LANDMARKS)
MIRRORED_KEYPOINTS = _mirror(len(INDEX), INDEX)
