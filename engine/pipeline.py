"""From a photo to a mesh: every stage in order."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.depth import estimate_depth, preload
from engine.draft import draft_mesh
from engine.errors import UserError
from engine.framing import frame
from engine.person import find_people
from engine.photo import load_photo, photo_from_array
from engine.surface import construct
from engine.texture import check_detail, make_texture
from engine.types import Canvas, Maps, Mesh, Photo, Progress, Reconstruction, Settings

NON_COMMERCIAL = "These weights are for non-commercial use only, and so is this result."


class _Stages:
    """Tells the progress callback where each stage lies within the whole run, and measures its seconds."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}

    def run(self, name: str, start: float, end: float) -> Progress:
        """Open the stage `name`, which covers [start, end] of the run; gives the callback for its own steps."""
        now = time.perf_counter()
        self._close(now)
        self._open = (name, now)

        def step(_: str, fraction: float) -> None:
            if self._progress is not None:
                self._progress(name, start + (end - start) * fraction)

        step(name, 0.0)
        return step

    _open: tuple[str, float] | None = None

    def _close(self, now: float) -> None:
        if self._open is not None:
            self.seconds[self._open[0]] = now - self._open[1]

    def finish(self) -> dict[str, float]:
        self._close(time.perf_counter())
        return self.seconds


def reconstruct(
    photo: Path | str | NDArray[np.uint8],
    settings: Settings | None = None,
    progress: Progress | None = None,
    show_draft: Callable[[Mesh], object] | None = None,
) -> Reconstruction:
    """Turn a photo of a person into a closed, coloured, life-size mesh.

    photo: a file, or HxWx3 (HxWx4 with alpha) uint8 sRGB. show_draft: is given a coarse mesh as soon as there is one.
    Raises UserError where the user can mend something, and whatever `progress` raises (Cancelled).
    """
    settings = settings or Settings()
    check_detail(settings)
    stages = _Stages(progress)
    stages.run("Reading the photo", 0.0, 0.03)
    picture = _read(photo)
    with ThreadPoolExecutor(1) as loader:
        loading = loader.submit(preload, settings.weights, settings.device)
        stages.run("Finding the person", 0.03, 0.2)
        person = find_people(picture, settings.person, settings.mask, settings.keypoints)
        canvas = frame(picture, person)
        stages.run("Loading the networks", 0.2, 0.25)
        loading.result()
    step = stages.run("Estimating depth", 0.25, 0.65)
    show_coarse = None if show_draft is None else partial(_draft, canvas, settings, show_draft)
    maps, info, shortage = estimate_depth(canvas, settings.weights, settings.device, step, show_coarse)
    step = stages.run("Building the mesh", 0.65, 0.85 if settings.texture else 1.0)
    surface = construct(maps, canvas, picture, settings, step)
    texture = None
    if settings.texture:
        step = stages.run("Making the texture", 0.85, 1.0)
        texture = make_texture(surface, canvas, picture, settings.texture, step)
    warnings = (*person.warnings, *shortage, *surface.warnings, *(() if info.commercial else (NON_COMMERCIAL,)))
    facts = (info.name, info.licence, info.commercial, warnings, stages.finish())
    return Reconstruction(surface.mesh, maps, canvas, person, settings, *facts, texture)


def _draft(canvas: Canvas, settings: Settings, show: Callable[[Mesh], object], coarse: Maps) -> None:
    """A draft that cannot be made is left out: the fine mesh has more means, or tells what is wrong."""
    with suppress(MemoryError, UserError):
        show(draft_mesh(coarse, canvas, settings))


def _read(photo: Path | str | NDArray[np.uint8]) -> Photo:
    return photo_from_array(photo) if isinstance(photo, np.ndarray) else load_photo(photo)
