"""Everything that training and evaluation need from one view of a person: picture, depth maps, joints."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from engine.camera import NETWORK_FOCAL
from engine.render.mesh import TexturedMesh
from engine.render.raster import Cutout, Hits, rasterize
from engine.render.shading import NEUTRAL, Light, Lighting, ambient_occlusion, shade
from engine.render.shadow import lit_share
from engine.render.texture import Skin
from engine.render.view import Placement, View, Window, network_depth, place
from engine.skeleton import INDEX, KEYPOINTS

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Layer:
    """One side of the person in the window, 0 outside the mask.

    depth: (H, W) float32 network depth. albedo: (H, W, 3) uint8 sRGB without light. shaded: (H, W, 3) uint8 sRGB, lit.
    normals: (H, W, 3) float32 unit vectors in camera space, smooth (for shading and pictures, not the depth's own).
    """

    depth: NDArray[np.float32]
    albedo: Picture
    shaded: Picture
    normals: NDArray[np.float32]


@dataclass(frozen=True)
class RenderedView:
    """One view of a person. front: the nearest surface, back: the farthest, both seen along the same rays.

    mask: (H, W) bool. joints: (31, 2) float64 window pixels, pixel-edge coordinates. offsets: (31,) float64 camera
    units behind the body's centre along the view axis. visible: (31,) bool, in the window and not hidden behind another
    part. Missing joints are NaN and not visible. The back is lit as if the same lights stood behind the person, without
    cast shadows.
    """

    front: Layer
    back: Layer
    mask: NDArray[np.bool_]
    joints: NDArray[np.float64]
    offsets: NDArray[np.float64]
    visible: NDArray[np.bool_]
    placement: Placement
    window: Window


@dataclass(frozen=True)
class _Scene:
    """A placed mesh on one device. points: (V, 3) float64 camera units. normals, per vertex and face, camera space."""

    skin: Skin
    cutout: Cutout | None
    points: Tensor
    normals: Tensor
    face_normals: Tensor
    window: Window
    placement: Placement


def render_maps(
    mesh: TexturedMesh,
    joints: NDArray | None,
    view: View,
    size: int = 256,
    *,
    window: Window | None = None,
    lighting: Lighting = NEUTRAL,
    device: str | torch.device = "cpu",
) -> RenderedView:
    """Draw a person; `joints` are (31, 3) metres in world space (NaN or None = missing).

    size: side of the picture of the whole canvas; `window` draws another part of the canvas or at another scale.
    """
    window = window or Window.square(size)
    placement = place(mesh.vertices, view)
    scene = _scene(mesh, placement, window, torch.device(device))
    pixels = torch.from_numpy(window.from_canvas(placement.to_canvas(scene.points.cpu().numpy()))).to(device)
    nearness = 1 / (scene.points[:, 2] + placement.camera.distance)
    near, far = rasterize(pixels, nearness, scene.skin.faces, window.height, window.width, scene.cutout)
    front, back = _layer(scene, near, lighting, -1), _layer(scene, far, _mirrored(lighting), 1)
    located = _joints(joints, placement, window, front.depth)
    return RenderedView(front, back, front.depth > 0, *located, placement, window)


def _scene(mesh: TexturedMesh, placement: Placement, window: Window, device: torch.device) -> _Scene:
    points = torch.from_numpy(placement.to_camera(mesh.vertices)).to(device)
    skin = Skin(mesh, device)
    corners = points[skin.faces]
    crosses = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sums = torch.zeros_like(points).index_add_(0, skin.faces.flatten(), crosses.repeat_interleave(3, 0))
    return _Scene(skin, skin.cutout(), points, normalize(sums, dim=1).float(), crosses.float(), window, placement)


def _layer(scene: _Scene, hits: Hits, lighting: Lighting, side: int) -> Layer:
    """side: -1 for the surface seen from the camera, 1 for the one seen from beyond."""
    window = scene.window
    points = hits.interpolate(scene.points, scene.skin.faces)
    outward = _rays(window, scene.placement, hits.pixels) * side
    normals = _normals(scene, hits, outward)
    albedo = scene.skin.albedo(hits)
    occlusion = _occlusion(points[:, 2] * -side, hits.pixels, window, lighting)
    key_share = _key_share(scene, points, normals, lighting)
    shaded = shade(albedo, normals, -outward, occlusion, key_share, lighting)
    depth = _depth(points[:, 2], hits.pixels, window)
    parts = (depth, albedo.round().to(torch.uint8), shaded.round().to(torch.uint8), normals)
    return Layer(*(_dense(part, hits.pixels, window) for part in parts))


def _key_share(scene: _Scene, points: Tensor, normals: Tensor, lighting: Lighting) -> Tensor:
    """Share of the key light (N,) that cast shadows leave."""
    if not lighting.shadow or not len(points):
        return torch.ones(len(points), device=points.device)
    light = points.new_tensor(lighting.lights[0].direction)
    share = lit_share(points, normals, scene.points, scene.skin.faces, light, scene.cutout)
    return 1 - lighting.shadow * (1 - share)


def _rays(window: Window, placement: Placement, pixels: Tensor) -> Tensor:
    """Unit directions (N, 3) float32 of the view rays in camera space."""
    x, y = _slopes(window, pixels)
    shrink = NETWORK_FOCAL / placement.camera.focal
    return normalize(torch.stack([x * shrink, y * shrink, torch.ones_like(x)], 1).float(), dim=1)


def _slopes(window: Window, pixels: Tensor) -> tuple[Tensor, Tensor]:
    x, y = (torch.from_numpy(slopes).to(pixels.device) for slopes in window.slopes())
    return x[pixels % window.width], y[pixels // window.width]


def _normals(scene: _Scene, hits: Hits, outward: Tensor) -> Tensor:
    """Smooth unit normals (N, 3) on the side of the surface that `outward` (N, 3) leaves from."""
    normals = normalize(hits.interpolate(scene.normals, scene.skin.faces), dim=1)
    turned = (scene.face_normals[hits.faces] * outward).sum(1) < 0
    return torch.where(turned[:, None], -normals, normals)


def _depth(offsets: Tensor, pixels: Tensor, window: Window) -> Tensor:
    x, y = _slopes(window, pixels)
    arrays = (value.double().cpu().numpy() for value in (offsets, x, y))
    return torch.from_numpy(network_depth(*arrays).astype(np.float32)).to(pixels.device)


def _occlusion(depth: Tensor, pixels: Tensor, window: Window, lighting: Lighting) -> Tensor:
    """depth: (N,) distance from the viewer, any origin."""
    plane = torch.zeros(window.height * window.width, device=pixels.device)
    mask = torch.zeros_like(plane, dtype=torch.bool)
    plane[pixels], mask[pixels] = depth.float(), True
    shape = (window.height, window.width)
    open_share = ambient_occlusion(plane.view(shape), mask.view(shape), window.step / NETWORK_FOCAL, lighting.occlusion)
    return open_share.flatten()[pixels]


def _mirrored(lighting: Lighting) -> Lighting:
    """The same lights behind the person, for a viewer behind the person, without cast shadows."""
    lights = tuple(Light((x, y, -z), one.color, one.wrap) for one in lighting.lights for x, y, z in [one.direction])
    return replace(lighting, lights=lights, shadow=0.0)


def _dense(values: Tensor, pixels: Tensor, window: Window) -> NDArray:
    plane = values.new_zeros(window.height * window.width, *values.shape[1:])
    plane[pixels] = values
    return plane.view(window.height, window.width, *values.shape[1:]).cpu().numpy()


_DEEP = {"shoulder": 0.13, "hip": 0.16, "ear": 0.1, "knee": 0.1}
_RADII = np.array([_DEEP.get(name.split("_")[-1], 0.08) for name in KEYPOINTS])
"""How deep a joint may lie under the skin that shows it, in metres."""


def _joints(
    joints: NDArray | None, placement: Placement, window: Window, front: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    world = np.full((len(INDEX), 3), np.nan) if joints is None else joints
    points = placement.to_camera(world)
    pixels = window.from_canvas(placement.to_canvas(points))
    inside = np.isfinite(pixels).all(1) & (pixels >= 0).all(1) & (pixels < [window.width, window.height]).all(1)
    columns, rows = np.where(inside[:, None], pixels, 0).astype(int).T
    x, y = window.slopes()
    depth = network_depth(points[:, 2] - _RADII * placement.scale, x[columns], y[rows])
    with np.errstate(invalid="ignore"):
        visible = inside & (front[rows, columns] > 0) & (depth <= front[rows, columns])
    return pixels, points[:, 2], visible
