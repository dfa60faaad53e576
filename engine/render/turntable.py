"""A picture of a mesh from all sides: `python -m engine.render.turntable FILE OUT.png`."""

import argparse
import sys
from math import ceil, pi
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.camera import CANVAS, NETWORK_FOCAL, Camera, decode
from engine.errors import UserError
from engine.render.maps import Layer, render_maps
from engine.render.mesh import TexturedMesh, load_mesh
from engine.render.shading import Light, Lighting, ambient_occlusion, shade
from engine.render.view import HALF_EXTENT, View, Window
from engine.types import Mesh

CAMERA = Camera(focal=2 * NETWORK_FOCAL)
"""From farther away than the network's camera: the sides look alike and widths can be compared."""

CLAY = Lighting(
    (
        Light((-0.6, -0.55, -0.58), (0.75, 0.73, 0.7), 0.0),
        Light((0.9, 0.1, -0.42), (0.12, 0.14, 0.17), 0.2),
        Light((0.0, -0.9, -0.43), (0.18, 0.19, 0.2), 1.0),
    ),
    gloss=0.04,
)
"""Low light from one side, which shows folds and noise."""

BACKGROUND = 225
SAMPLES = 2
"""Rendered pixels per side of a pixel of the result."""


def turntable(mesh: Mesh | TexturedMesh, views: int = 8, size: int = 512) -> NDArray[np.uint8]:
    """(2 * size) x W x 3 uint8 sRGB: `views` yaw angles from left to right (front first, then turning to the person's
    left), in colour above and as grey clay below. mesh: metres, z up, facing -y. size: height of a row in pixels.
    """
    textured = mesh if isinstance(mesh, TexturedMesh) else from_mesh(mesh)
    half = (textured.vertices.max(0) - textured.vertices.min(0)).astype(float) / 2
    radius = float(np.hypot(half[0], half[1]))
    scale = HALF_EXTENT / max(half[2], radius, 1e-9)
    window = _window(radius * scale, half[2] * scale, size * SAMPLES)
    yaws = [2 * pi * k / views for k in range(views)]
    layers = [render_maps(textured, None, View(yaw, CAMERA, scale=scale), window=window).front for yaw in yaws]
    colored, clay = ([_color(layer) for layer in layers], [_clay(layer, window) for layer in layers])
    grid = np.vstack([np.hstack(colored), np.hstack(clay)])
    small = cv2.resize(grid, (grid.shape[1] // SAMPLES, 2 * size), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def from_mesh(mesh: Mesh) -> TexturedMesh:
    """The engine's mesh with its vertex colours."""
    return TexturedMesh(mesh.vertices, mesh.faces, None, np.zeros(len(mesh.faces), np.int32), (), mesh.colors)


def _window(radius: float, height: float, pixels: int) -> Window:
    """`pixels` high, around a body of that horizontal radius and half height (camera units), even in width."""
    nearness = CAMERA.focal / (CAMERA.distance - radius) * 1.04
    step = 2 * height * nearness / pixels
    width = 2 * ceil(radius * nearness / step)
    return Window(width, pixels, CANVAS / 2 - width / 2 * step, CANVAS / 2 - pixels / 2 * step, step)


def _color(layer: Layer) -> NDArray[np.uint8]:
    return np.where(layer.depth[..., None] > 0, layer.shaded, np.uint8(BACKGROUND))


def _clay(layer: Layer, window: Window) -> NDArray[np.uint8]:
    mask = layer.depth > 0
    offsets = torch.from_numpy(decode(layer.depth).astype(np.float32))
    open_share = ambient_occlusion(offsets, torch.from_numpy(mask), window.step / NETWORK_FOCAL, CLAY.occlusion)
    normals = torch.from_numpy(layer.normals[mask])
    rays, grey = torch.tensor([0.0, 0.0, 1.0]).expand_as(normals), torch.full_like(normals, 200.0)
    occlusion = open_share[torch.from_numpy(mask)]
    lit = shade(grey, normals, rays, occlusion, torch.ones_like(occlusion), CLAY)
    picture = np.full(layer.shaded.shape, BACKGROUND, np.uint8)
    picture[mask] = lit.round().numpy().astype(np.uint8)
    return picture


def main(arguments: list[str] | None = None) -> int:
    """Command line; 0, or 2 with one sentence on stderr for an input error."""
    parser = argparse.ArgumentParser(prog="python -m engine.render.turntable", description=__doc__)
    parser.add_argument("mesh", type=Path, help="glb, obj, ply or stl file")
    parser.add_argument("output", type=Path, help="picture to write")
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--size", type=int, default=512, help="height of a row in pixels")
    options = parser.parse_args(arguments)
    try:
        write_picture(options.output, turntable(load_mesh(options.mesh), options.views, options.size))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def write_picture(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write an sRGB picture; the name's ending chooses the format. Raises UserError where that is impossible."""
    try:
        done, data = cv2.imencode(path.suffix, rgb[..., ::-1])
        path.write_bytes(data.tobytes())
    except (cv2.error, OSError) as error:
        raise UserError(f"{path} cannot be written; choose a writable folder and a name that ends in .png.") from error
    assert done


if __name__ == "__main__":
    sys.exit(main())
