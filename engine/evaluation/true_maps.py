"""True depth maps of a person's surface, and the mesh that the surface stage makes of them where the person stands."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, Camera
from engine.evaluation.surface import Surface
from engine.render.raster import rasterize
from engine.render.view import Placement, View, network_depth, place
from engine.surface import build, locate
from engine.types import Canvas, Detail, Maps, Mesh, Photo, Settings

_GREY = Photo(np.full((CANVAS, CANVAS, 3), 128, np.uint8))


@dataclass(frozen=True)
class Scene:
    """A true person before the network's camera.

    offsets: (2, 2048, 2048) nearest and farthest point behind every pixel, camera units behind the body's centre along
    the view axis, NaN outside.
    """

    truth: Surface
    placement: Placement
    offsets: NDArray[np.float64]

    @property
    def maps(self) -> Maps:
        """The depth maps that a faultless network would give."""
        x, y = slopes()
        front, back = (np.nan_to_num(network_depth(z, x, y)).astype(np.float32) for z in self.offsets)
        return Maps(front, back)


def scene_of(truth: Surface) -> Scene:
    """The truth (z up, facing -y) as large as training people are, seen from the front."""
    placement = place(truth.vertices[np.unique(truth.faces)], View())
    return Scene(truth, placement, offsets(truth, placement))


def offsets(surface: Surface, placement: Placement) -> NDArray[np.float64]:
    """Nearest and farthest point behind the canvas's pixels: (2, 2048, 2048), as in `Scene`."""
    points = torch.from_numpy(placement.to_camera(surface.vertices))
    pixels = torch.from_numpy(placement.to_canvas(points.numpy()))
    faces = torch.from_numpy(surface.faces).long()
    hits = rasterize(pixels, 1 / (points[:, 2] + 1), faces, CANVAS, CANVAS, None)
    result = np.full((2, CANVAS * CANVAS), np.nan)
    for layer, hit in zip(result, hits, strict=True):
        layer[hit.pixels.numpy()] = hit.interpolate(points[:, 2:], faces)[:, 0].numpy()
    return result.reshape(2, CANVAS, CANVAS)


def points(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Offsets (..., 2048, 2048) -> points (..., 2048, 2048, 3) in camera space."""
    x, y = slopes()
    return np.stack([x * (1 + z), y * (1 + z), z], axis=-1)


def slopes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x/z (1, 2048) and y/z (2048, 1) of the rays through the pixel centres."""
    slope = (np.arange(CANVAS) + 0.5 - CANVAS / 2) / NETWORK_FOCAL
    return slope[None, :], slope[:, None]


def surface_stage(maps: Maps, detail: Detail) -> tuple[Mesh, tuple[str, ...]]:
    """What `engine.surface.build` makes of the maps alone: no picture, no key points."""
    return build(maps, _canvas(maps), _GREY, Settings(detail=detail))


def where_truth_stands(scene: Scene, maps: Maps, mesh: Mesh, detail: Detail) -> Surface:
    """The mesh of `surface_stage` where the truth stands."""
    put = locate(maps, _canvas(maps), Settings(detail=detail))
    upright = (mesh.vertices - put.shift) / put.scale
    return Surface(upright / scene.placement.scale + scene.placement.centre, mesh.faces)


def _canvas(maps: Maps) -> Canvas:
    return Canvas(_GREY.rgb, maps.mask, np.full((31, 2), np.nan), np.full(31, np.nan), Camera())
