"""Test pictures of true people, with everything that is needed to measure what any method makes of them."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import radians, tan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, Camera
from engine.errors import UserError
from engine.evaluation.people import find_people
from engine.render.backdrop import random_backdrop
from engine.render.maps import RenderedView, render_maps
from engine.render.mesh import FILE_TYPES, TexturedMesh, Up, load_mesh
from engine.render.turntable import write_picture
from engine.render.view import Placement, View

GREY = 190
FIELD_OF_VIEW = 50.0
LIST = "cameras.json"


@dataclass(frozen=True)
class Studio:
    """How people are photographed. yaws: degrees to the person's own left. size: side in pixels. fov: degrees, 1 is as
    good as parallel rays. backdrop: a random room instead of plain grey. up: the vertical axis of the mesh files, None
    = as usual for their type.
    """

    yaws: tuple[float, ...] = (0.0, 90.0, 180.0, 270.0)
    size: int = 2048
    fov: float = FIELD_OF_VIEW
    backdrop: bool = False
    up: Up | None = None


@dataclass(frozen=True)
class Shot:
    """One picture of a person.

    picture: file name. mesh: path of the true mesh. up: the vertical axis in that file. yaw: degrees to the person's
    own left. camera_matrix: (3, 3), pixels. world_to_camera: (3, 4), from the mesh file's own coordinates to x right,
    y down, z forward (OpenCV), same unit. pixel = camera_matrix @ world_to_camera @ (x, y, z, 1), divided by its last.
    """

    picture: str
    person: str
    mesh: str
    up: Up
    yaw: float
    camera_matrix: list[list[float]]
    world_to_camera: list[list[float]]


def photograph_people(folder: Path, output: Path, studio: Studio) -> Iterator[Shot]:
    """Write NAME_yawDDD.png for every person of a folder and every yaw, their masks, and at the end `LIST`.

    Raises UserError where the folder holds no meshes, one cannot be read, or the output cannot be written.
    """
    shots = []
    people = find_people(folder)
    make_folder(output / "masks")
    for name, path in people:
        up = studio.up or FILE_TYPES[path.suffix.lower()]
        mesh = load_mesh(path, up)
        for yaw in studio.yaws:
            picture = f"{picture_name(name, yaw)}.png"
            seen = _take(mesh, yaw, studio.size, studio.fov)
            write_picture(output / picture, _developed(seen, studio.backdrop))
            write_picture(output / "masks" / picture, np.where(seen.mask[..., None], np.uint8(255), np.uint8(0)))
            camera = _camera_matrix(seen.placement, studio.size), _world_to_camera(seen.placement, up)
            shots.append(Shot(picture, name, str(path.resolve()), up, yaw, *camera))
            yield shots[-1]
    (output / LIST).write_text(json.dumps([asdict(shot) for shot in shots], indent=1))


def read_shots(folder: Path) -> list[Shot]:
    """What `photograph_people` wrote into a folder. Raises UserError where it wrote nothing there."""
    try:
        return [Shot(**entry) for entry in json.loads((folder / LIST).read_text())]
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{folder} holds no readable {LIST}; make it with 'evaluate render'.") from error


def picture_name(person: str, yaw: float) -> str:
    """The name of a person's picture without its ending."""
    return f"{person}_yaw{yaw:03.0f}"


def make_folder(path: Path) -> None:
    """Make a folder and those above it. Raises UserError where that is impossible."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {path} cannot be made ({error.strerror}); choose another.") from error


def photograph(
    mesh: TexturedMesh, yaw: float, size: int, fov: float = FIELD_OF_VIEW, backdrop: bool = False
) -> NDArray[np.uint8]:
    """A person turned by `yaw` degrees before plain grey or a random backdrop (seed 0): size x size x 3 uint8 sRGB."""
    return _developed(_take(mesh, yaw, size, fov), backdrop)


def _take(mesh: TexturedMesh, yaw: float, size: int, fov: float) -> RenderedView:
    return render_maps(mesh, None, View(radians(yaw), Camera(CANVAS / 2 / tan(radians(fov / 2)))), size)


def _developed(seen: RenderedView, backdrop: bool) -> NDArray[np.uint8]:
    height, width = seen.mask.shape
    behind = random_backdrop(np.random.default_rng(0), height, width) if backdrop else np.uint8(GREY)
    return np.where(seen.mask[..., None], seen.front.shaded, behind)


def _camera_matrix(placement: Placement, size: int) -> list[list[float]]:
    focal = placement.camera.focal * size / CANVAS
    return [[focal, 0.0, size / 2], [0.0, focal, size / 2], [0.0, 0.0, 1.0]]


def _world_to_camera(placement: Placement, up: Up) -> list[list[float]]:
    from_file = np.eye(3) if up == "z" else np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    depth = np.array([0, 0, placement.camera.distance / placement.scale])
    shift = depth - placement.rotation @ placement.centre
    return np.hstack([placement.rotation @ from_file, shift[:, None]]).tolist()
