"""What people carry: bags that hang from a hand or beside the hip, and flat things (books, phones) held in a hand."""

import numpy as np
from numpy.typing import NDArray

from engine.networks.cloths import Cloth
from engine.training.people.assembly import Layer
from engine.training.people.body import Body
from engine.training.people.garment import Surface
from engine.training.people.grid import grid_faces
from engine.training.people.material import Material, random_color
from engine.training.people.pose import rotate
from engine.training.people.procedural import two_colors

Float32 = NDArray[np.float32]

BOX, LOOP = "prop_box", "prop_loop"
"""Names of the shared surfaces: a rounded box and a closed loop of cord, one unit wide (see `prop_surfaces`)."""

_SHARE = {"bag": 0.1, "hip bag": 0.05, "flat": 0.06}
"""How many people carry what; the rest carry nothing."""

_ADULT_HEIGHT = 1.7
"""Metres from the floor to the top for which the sizes of bags are meant."""

_ROWS, _COLUMNS = 17, 33
_ROUNDNESS = 0.25
"""Exponent of the superellipsoid: 1 would be a sphere, 0 a box with sharp edges."""
_CORD = 0.035
"""Thickness of the loop in its own widths."""


def prop_surfaces() -> dict[str, Surface]:
    """Triangles of the box and of the loop; their vertices are `box_points` and `loop_points`."""
    faces, uv = grid_faces(_ROWS, _COLUMNS)
    surface = Surface(faces, uv, np.zeros(len(faces), np.int32))
    return {BOX: surface, LOOP: surface}


def sample_props(
    rng: np.random.Generator, body: Body, heads: Float32, patterns: tuple[str, ...], hands: str = "lr"
) -> tuple[list[Layer], str | None]:
    """Layers of what a person with posed bone heads (B, 3) carries, and its name (mostly nothing); hands: free ones."""
    kind = rng.choice([*_SHARE, ""], p=[*_SHARE.values(), 1 - sum(_SHARE.values())])
    if not hands:
        return [], None
    side = hands[rng.integers(len(hands))].upper()
    pattern = patterns[0 if rng.uniform() < 0.5 else rng.integers(len(patterns))]
    material = Material(pattern, two_colors(random_color(rng), random_color(rng)))
    if kind == "bag":
        return _bag(rng, body, heads, side, material), "bag"
    if kind == "hip bag":
        return [_hip_bag(rng, body, heads, side, material)], "hip bag"
    if kind == "flat":
        return [_flat(rng, body, heads, side, material)], "flat"
    return [], None


def _bag(rng: np.random.Generator, body: Body, heads: Float32, side: str, material: Material) -> list[Layer]:
    """A bag below the hand, its handle around the fingers."""
    size = float(np.ptp(heads[:, 2])) / _ADULT_HEIGHT
    width, height, depth = size * rng.uniform(0.2, 0.42), size * rng.uniform(0.16, 0.36), size * rng.uniform(0.06, 0.16)
    drop = size * rng.uniform(0.05, 0.22)
    turn = rotate("z", rng.uniform(0, 180))
    hand = _hand(body, heads, side)
    away = hand - heads[body.bones["root"]]
    away[2] = 0
    centre = hand + away / max(np.linalg.norm(away), 1e-3) * rng.uniform(0, 0.4) * depth
    box = box_points() * [width, depth, height] @ turn.T + centre - [0, 0, drop + height / 2]
    loop = loop_points() * [0.5 * width, 0.5 * width, 2 * drop + 0.03] @ turn.T + centre - [0, 0, drop]
    return [_layer(BOX, box, material), _layer(LOOP, loop, material)]


def _hip_bag(rng: np.random.Generator, body: Body, heads: Float32, side: str, material: Material) -> Layer:
    """A bag that hangs from the shoulder beside the hip, a little before or behind it."""
    width, height, depth = rng.uniform(0.18, 0.36), rng.uniform(0.16, 0.34), rng.uniform(0.06, 0.14)
    hip, other = (heads[body.bones[f"upperleg01.{s}"]] for s in (side, "R" if side == "L" else "L"))
    outward = (hip - other) / np.linalg.norm(hip - other)
    forward = np.array([outward[1], -outward[0], 0]) * (1 if side == "L" else -1)
    azimuth = np.radians(rng.uniform(-50, 50))
    direction = np.cos(azimuth) * outward + np.sin(azimuth) * forward
    turn = rotate("z", float(np.degrees(np.arctan2(direction[1], direction[0]))) + 90)
    centre = hip + direction * (0.1 + depth / 2) + [0, 0, rng.uniform(-0.1, 0.12)]
    return _layer(BOX, box_points() * [width, depth, height] @ turn.T + centre, material)


def _flat(rng: np.random.Generator, body: Body, heads: Float32, side: str, material: Material) -> Layer:
    """A phone, book or folder in the hand, along the forearm or across."""
    size = np.array([rng.uniform(0.07, 0.24), rng.uniform(0.008, 0.03), 0.0])
    size[2] = size[0] * rng.uniform(1.2, 1.9)
    hand, wrist = _hand(body, heads, side), heads[body.bones[f"wrist.{side}"]]
    along = (hand - wrist) / max(np.linalg.norm(hand - wrist), 1e-3)
    across = np.cross(along, rng.normal(0, 1, 3))
    across /= np.linalg.norm(across)
    axes = np.stack([across, np.cross(along, across), along], axis=1)
    return _layer(BOX, box_points() * size @ axes.T + hand + along * 0.3 * size[2] * rng.uniform(-0.5, 1), material)


def _hand(body: Body, heads: Float32, side: str) -> NDArray[np.float64]:
    """The middle of the grip."""
    return np.mean([heads[body.bones[f"finger{n}-2.{side}"]] for n in range(2, 6)], axis=0, dtype=np.float64)


def _layer(surface: str, vertices: NDArray, material: Material) -> Layer:
    return Layer(surface, vertices.astype(np.float32), (material,), (Cloth.CARRIED,))


def box_points() -> NDArray[np.float64]:
    """A superellipsoid with sides of length 1 about the origin: (_ROWS * _COLUMNS, 3)."""
    v, u = np.meshgrid(np.linspace(-np.pi / 2, np.pi / 2, _ROWS), np.linspace(0, 2 * np.pi, _COLUMNS), indexing="ij")
    shape = np.stack([_power(np.cos(v)) * _power(np.cos(u)), _power(np.cos(v)) * _power(np.sin(u)), _power(np.sin(v))])
    return 0.5 * shape.reshape(3, -1).T


def _power(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sign(x) * np.abs(x) ** _ROUNDNESS


def loop_points() -> NDArray[np.float64]:
    """A torus in the xz plane, 1 wide and high: (_ROWS * _COLUMNS, 3)."""
    v, u = np.meshgrid(np.linspace(np.pi, -np.pi, _ROWS), np.linspace(0, 2 * np.pi, _COLUMNS), indexing="ij")
    radius = 0.5 - _CORD / 2 + _CORD / 2 * np.cos(v)
    return np.stack([radius * np.cos(u), _CORD * np.sin(v), radius * np.sin(u)], axis=-1).reshape(-1, 3)
