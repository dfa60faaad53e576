"""Renders the views of the training: random people before random cameras, found by the real detector."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count as numbers
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.camera import NETWORK_FOCAL, UNIT, Camera, ray_lengths
from engine.networks.prior import SIZE, TORSO, capsule_maps, limb_maps
from engine.render.maps import RenderedView, render_maps
from engine.render.shading import random_lighting
from engine.render.view import HALF_EXTENT, View
from engine.skeleton import INDEX
from engine.training.cloth_maps import UNKNOWN, cloth_maps
from engine.training.detection import Detect, detected, lose_some
from engine.training.labels import limb_labels
from engine.training.people import SyntheticPerson
from engine.training.photographs import cut_off, cut_rows, develop, segmented
from engine.training.smooth import tessellated
from engine.training.views import DEPTH_SCALE, Views, sparse

DETECTION_SIZE = 512
"""Side in pixels of the pictures in which the person is looked for; smaller views are rendered a second time."""

_LEVELS = 2
"""How often the triangles are divided before large views, in which their edges would show."""

_CHUNK = 8
"""Views that a process renders before it takes others."""


@dataclass(frozen=True)
class Rendering:
    """among: numbers of the people to draw from, None = all. workers: processes. device: where views are drawn."""

    seed: int = 0
    among: range | None = None
    workers: int = 1
    device: str = "cpu"
    detect: Detect = detected


class Studio:
    """Renders views of `people` into the arrays of `folder`. View i depends on the people and (seed, i) alone."""

    def __init__(self, people: Sequence[SyntheticPerson], folder: Path, options: Rendering) -> None:
        self.people = people
        self.among = range(len(people)) if options.among is None else options.among
        self.views = Views.open(folder, "r+")
        self.options = options

    def render(self, i: int) -> None:
        """Store view i; one in which the detector does not find the person is made anew."""
        for attempt in numbers():
            rng = np.random.default_rng([self.options.seed, i, attempt])
            if self._add(i, self.people[self.among[int(rng.integers(len(self.among)))]], rng):
                return

    def _add(self, i: int, person: SyntheticPerson, rng: np.random.Generator) -> bool:
        """Store a random view as number i; False where the person is not found in it."""
        size = self.views.mask.shape[1]
        view, lighting = random_view(rng, person.mesh.vertices), random_lighting(rng)
        mesh = tessellated(person.mesh, _LEVELS) if size > DETECTION_SIZE else person.mesh

        def draw(pixels: int) -> RenderedView:
            return render_maps(mesh, person.joints, view, pixels, lighting=lighting, device=self.options.device)

        seen = draw(max(size, DETECTION_SIZE))
        rows = cut_rows(seen, rng)
        photo = cut_off(develop(seen, rng), seen.window.step, rows)
        found = self.options.detect(photo, seen)
        if found is None:
            return False
        if size < DETECTION_SIZE:
            seen = draw(size)
            photo = cut_off(develop(seen, rng), seen.window.step, rows)
        _store(self.views, i, seen, photo, lose_some(*found, rng), rows, rng)
        if size == SIZE:
            shown = self.views.depth[i] > 0
            self.views.cloths[i] = np.where(shown, cloth_maps(person, view, self.options.device), UNKNOWN)
        self.views.done[i] = True
        return True


def render_views(
    people: Sequence[SyntheticPerson], folder: Path, count: int, size: int, options: Rendering
) -> Iterator[int]:
    """Render `count` views of random people at size x size into `folder` (see `Views`); gives the number of views done
    so far, again and again.

    An interrupted run goes on where it was. Whatever the number of processes, the views are the same. Raises UserError
    where the folder holds other views.
    """
    Views.create(folder, count, size)
    todo = np.flatnonzero(~Views.open(folder).done)
    chunks = [todo[i : i + _CHUNK] for i in range(0, len(todo), _CHUNK)]
    done = count - len(todo)
    several = options.workers > 1
    for finished in (_in_processes if several else _in_this_process)(chunks, people, folder, options):
        done += finished
        yield done


def _in_this_process(
    chunks: list[NDArray[np.int64]], people: Sequence[SyntheticPerson], folder: Path, options: Rendering
) -> Iterator[int]:
    return _here(chunks, Studio(people, folder, options))


def _here(chunks: list[NDArray[np.int64]], studio: Studio) -> Iterator[int]:
    for chunk in chunks:
        for i in chunk:
            studio.render(int(i))
        yield len(chunk)


def _in_processes(
    chunks: list[NDArray[np.int64]], people: Sequence[SyntheticPerson], folder: Path, options: Rendering
) -> Iterator[int]:
    studio = (people, folder, options)
    with ProcessPoolExecutor(options.workers, get_context("spawn"), _open_studio, studio) as pool:
        yield from pool.map(_render_chunk, chunks)


_studio: Studio | None = None


def _open_studio(people: Sequence[SyntheticPerson], folder: Path, options: Rendering) -> None:
    global _studio
    torch.set_num_threads(1)
    _studio = Studio(people, folder, options)


def _render_chunk(chunk: NDArray[np.int64]) -> int:
    assert _studio is not None
    return sum(_here([chunk], _studio))


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
    rows: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """rows: first and last canvas row that the photo shows; there is nothing of the person beyond."""
    torso = float(seen.offsets[[INDEX[name] for name in TORSO]].mean())
    shift = torso * ray_lengths(len(photo)) * (NETWORK_FOCAL / UNIT)
    depth = np.stack([seen.front.depth, seen.back.depth]) - shift
    shown = _between(np.arange(len(photo)) * seen.window.step, rows)[:, None]
    points = np.where(_between(found[0][:, 1], rows)[:, None], found[0], np.nan)
    views.depth[i] = np.where(seen.mask & shown, depth * DEPTH_SCALE, 0).round()
    views.picture[i] = photo
    views.albedo[i] = [sparse(layer.albedo) for layer in (seen.front, seen.back)]
    if len(photo) == SIZE:
        joints = seen.joints * seen.window.step
        views.labels[i] = [limb_labels(layer.depth, joints, seen.offsets) for layer in (seen.front, seen.back)]
    views.mask[i] = segmented(seen, rng) & shown
    views.keypoints[i] = points
    behind = np.where(np.isnan(points[:, 0]), np.nan, found[1])
    views.prior[i], views.limbs[i] = capsule_maps(points, behind), limb_maps(points, behind)


def _between(values: NDArray, limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])
