"""Every part of the engine once, on a picture of nobody: does it work here?"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from engine.camera import CANVAS, Camera
from engine.depth import estimate_depth
from engine.errors import UserError
from engine.networks.devices import pick_device
from engine.person.detector import try_models
from engine.person.face import find_face
from engine.person.hands import find_hands
from engine.skeleton import KEYPOINTS
from engine.surface import build
from engine.system_memory import system_memory
from engine.types import Canvas, Maps, Mesh, Photo, Settings
from engine.weights import verify

NEEDED = 4 * 10**9
"""Bytes of main memory that a reconstruction takes at most."""

HALF_WIDTH, HALF_HEIGHT = 40, 120
"""Pixels of the small body on the canvas: so few that the networks have little to do."""

INSTALL = "install it again"


@dataclass(frozen=True)
class SelfCheck:
    """device: where the networks were computed. warnings: what works, but not as it could."""

    device: str
    seconds: float
    triangles: int
    warnings: tuple[str, ...]


def self_check(weights: str = "default", device: str = "auto") -> SelfCheck:
    """Let every part of the engine work for a moment, the networks with these weights on this device.

    Takes about two seconds once everything is imported. Raises UserError with a remedy for the first part that fails.
    """
    start = time.perf_counter()
    place = pick_device(device)
    black, nowhere = np.zeros((64, 64, 3), np.uint8), np.zeros((33, 2))
    with _remedy("The models that find people", f"their files belong to the engine, so {INSTALL}"):
        try_models()
        find_face(black, nowhere)
        find_hands(black, nowhere)
    info = verify(weights)
    canvas = _small_body()
    with _remedy(f"The networks on the device '{place}'", "choose another device or update its driver"):
        maps, _, warnings = estimate_depth(canvas, info.name, str(place))
        _check_maps(maps, canvas)
    with _remedy("The mesh", f"a package of the engine does not fit, so {INSTALL}"):
        mesh, _ = build(maps, canvas, Photo(canvas.rgb), Settings(detail="low"))
        _check_mesh(mesh)
    warnings = (*warnings, *_memory_warnings())
    return SelfCheck(str(place), time.perf_counter() - start, len(mesh.faces), warnings)


@contextmanager
def _remedy(part: str, remedy: str) -> Iterator[None]:
    """What goes wrong inside, if it is not explained yet, is that part's fault; missing packages pass."""
    try:
        yield
    except (UserError, ImportError, MemoryError):
        raise
    except Exception as error:
        if "cannot open shared object file" in str(error):
            raise
        text = " ".join(str(error).split())[:200]
        raise UserError(f"{part} did not work ({type(error).__name__}: {text}); {remedy}.") from error


def _small_body() -> Canvas:
    """A grey ellipse without key points."""
    y, x = np.mgrid[:CANVAS, :CANVAS] + 0.5 - CANVAS / 2
    mask = (x / HALF_WIDTH) ** 2 + (y / HALF_HEIGHT) ** 2 < 1
    rgb = np.full((CANVAS, CANVAS, 3), 128, np.uint8)
    unknown = np.full((len(KEYPOINTS), 2), np.nan)
    return Canvas(rgb, mask, unknown, unknown[:, 0], Camera())


def _check_maps(maps: Maps, canvas: Canvas) -> None:
    depths = np.stack([maps.front, maps.back])[:, canvas.mask]
    if not (np.isfinite(depths).all() and depths.any()):
        raise ValueError("the depth is not a number")


def _check_mesh(mesh: Mesh) -> None:
    if not (len(mesh.faces) and np.isfinite(mesh.vertices).all()):
        raise ValueError("it is empty or broken")


def _memory_warnings() -> tuple[str, ...]:
    free, _ = system_memory()
    if not 0 < free < NEEDED:
        return ()
    gigabytes = f"{free / 1e9:.1f} GB of memory are free, and a photo can take {NEEDED / 1e9:.0f} GB"
    return (f"Only {gigabytes}; close other programs.",)
