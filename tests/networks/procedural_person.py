"""The procedural picture of the parity case: a person-shaped union of capsules with integer-hash texture on black.

Computed with +, -, *, /, sqrt and integers only, so that it is the same on every machine.
"""

import numpy as np
from numpy.typing import NDArray

# (x, y) in units of the picture's side; the person's own left is on the right of the picture.
_JOINTS = {
    "nose": (0.500, 0.140), "lsho": (0.580, 0.235), "rsho": (0.420, 0.235), "lelb": (0.640, 0.360),
    "relb": (0.360, 0.360), "lwri": (0.680, 0.470), "rwri": (0.320, 0.470), "lhip": (0.545, 0.500),
    "rhip": (0.455, 0.500), "lkne": (0.555, 0.690), "rkne": (0.445, 0.690), "lank": (0.560, 0.870),
    "rank": (0.440, 0.870), "lbig": (0.575, 0.915), "lhee": (0.556, 0.885), "rbig": (0.425, 0.915),
    "rhee": (0.444, 0.885), "lf3": (0.702, 0.518), "rf3": (0.298, 0.518),
}  # fmt: skip
_BONES = (
    ("nose", "nose", 0.058), ("lsho", "rsho", 0.045), ("lsho", "lhip", 0.060), ("rsho", "rhip", 0.060),
    ("lhip", "rhip", 0.060), ("lsho", "lelb", 0.034), ("rsho", "relb", 0.034), ("lelb", "lwri", 0.026),
    ("relb", "rwri", 0.026), ("lwri", "lf3", 0.020), ("rwri", "rf3", 0.020), ("lhip", "lkne", 0.046),
    ("rhip", "rkne", 0.046), ("lkne", "lank", 0.034), ("rkne", "rank", 0.034), ("lhee", "lbig", 0.022),
    ("rhee", "rbig", 0.022),
)  # fmt: skip
_NOISE = ((7, 0.35), (5, 0.25), (3, 0.2), (0, 0.1))
"""Block size as a power of two, amplitude."""


def procedural_person(size: int = 2048) -> NDArray[np.uint8]:
    """The masked picture of case 'a': (size, size, 3) uint8, black exactly outside the person."""
    bulge = _bulge(size)
    channels = [(0.25 + 0.75 * bulge) * (0.15 + _texture(size, c)) * 255 for c in range(3)]
    picture = np.where(bulge > 0, np.clip(channels, 1, 255), 0).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(picture, 0, -1))


def _bulge(size: int) -> NDArray[np.float64]:
    """0 outside the capsules, rising to 1 on their axes."""
    axis = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(axis, axis)
    bulge = np.zeros((size, size))
    for start, end, radius in _BONES:
        (ax, ay), (bx, by) = _JOINTS[start], _JOINTS[end]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        along = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) if length else np.zeros_like(x)
        distance = (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2
        bulge = np.maximum(bulge, np.sqrt(np.maximum(radius * radius - distance, 0)) / radius)
    return bulge


def _texture(size: int, channel: int) -> NDArray[np.float64]:
    rows, columns = np.mgrid[0:size, 0:size].astype(np.uint64)
    texture = np.zeros((size, size))
    for level, amplitude in _NOISE:
        blocks = (columns >> np.uint64(level)) * np.uint64(73856093) ^ (rows >> np.uint64(level)) * np.uint64(19349663)
        hashed = blocks ^ np.uint64(83492791 * (channel + 1 + level * 7))
        hashed = (hashed ^ (hashed >> np.uint64(13))) * np.uint64(1274126177)
        texture += amplitude * ((hashed >> np.uint64(16)) & np.uint64(255)).astype(np.float64) / 255
    return texture
