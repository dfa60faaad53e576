"""A photographer's studio around a person: camera, three lights and a plain background."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan, cos, radians, sin

import bpy
import numpy as np
from mathutils import Matrix, Vector

from .result import mesh_of

LENS = 85.0
"""Millimetres; a focal length for portraits, which does not distort a body."""

MARGIN = 1.12
"""How much more than the person the picture holds."""

BACKGROUND = 0.18
"""Grey of the world."""


@dataclass(frozen=True)
class Light:
    """A round area light that looks at the middle of the person.

    turn, rise: degrees from the front to the person's left, and up. power: watts where the person is 1.75 m tall.
    size: diameter, as a share of the person's height.
    """

    name: str
    turn: float
    rise: float
    power: float
    size: float


LIGHTS = (
    Light("Key", turn=-40, rise=35, power=220, size=0.6),
    Light("Fill", turn=50, rise=10, power=70, size=1.0),
    Light("Rim", turn=155, rise=40, power=200, size=0.5),
)

LIGHT_DISTANCE = 1.6
"""From the middle of the person, in heights."""


@dataclass(frozen=True)
class Bounds:
    """The box around an object as it is seen, in the world.

    radius: horizontally from the box's middle. turn: radians about z from -y to where the object's front points.
    """

    low: Vector
    high: Vector
    radius: float
    turn: float

    @staticmethod
    def of(context: bpy.types.Context, person: bpy.types.Object) -> "Bounds":
        """Measured at each vertex, with modifiers."""
        seen = person.evaluated_get(context.evaluated_depsgraph_get())
        points = np.empty(3 * len(mesh_of(seen).vertices), np.float32)
        mesh_of(seen).vertices.foreach_get("co", points)
        matrix = np.array(seen.matrix_world)
        points = points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
        low, high = points.min(axis=0), points.max(axis=0)
        radius = np.linalg.norm(points[:, :2] - (low + high)[:2] / 2, axis=1).max()
        return Bounds(Vector(low), Vector(high), float(radius), seen.matrix_world.to_euler().z)

    @property
    def middle(self) -> Vector:
        return (self.low + self.high) / 2

    @property
    def height(self) -> float:
        return self.high.z - self.low.z


def build(scene: bpy.types.Scene, collection: bpy.types.Collection, bounds: Bounds, name: str) -> bpy.types.Object:
    """Put a studio into the collection; its camera and its world become the scene's.

    The camera looks at the person's front. Returns the empty, on the floor under the person, that all hangs on: turned
    about z, it leads camera and lights around the person.
    """
    stand = bpy.data.objects.new(f"{name} Stand", None)
    stand.location = (bounds.middle.x, bounds.middle.y, bounds.low.z)
    stand.rotation_euler.z = bounds.turn
    stand.empty_display_size = bounds.radius
    collection.objects.link(stand)
    lens = bpy.data.cameras.new(f"{name} Camera")
    lens.lens = LENS
    lens.display_size = bounds.height / 10
    camera = bpy.data.objects.new(lens.name, lens)
    scene.camera = camera
    distance = _distance(lens, scene, bounds)
    lens.clip_start, lens.clip_end = distance / 100, distance * 100
    lamps = [_lamp(light, bounds.height, name) for light in LIGHTS]
    camera.matrix_basis = _place(bounds.height, 0, 0, distance)
    for item in (camera, *lamps):
        item.parent = stand
        collection.objects.link(item)
    scene.world = _world(name)
    return stand


def _distance(camera: bpy.types.Camera, scene: bpy.types.Scene, bounds: Bounds) -> float:
    """How far from the person's axis the camera sees all of it, however that turns."""
    frame: Sequence[Vector] = camera.view_frame(scene=scene)
    corner = frame[0]
    wide, tall = abs(corner.x / corner.z), abs(corner.y / corner.z)
    from_sides = bounds.radius * MARGIN / sin(atan(wide))
    from_ends = bounds.radius + bounds.height / 2 * MARGIN / tall
    return max(from_sides, from_ends)


def _lamp(light: Light, height: float, name: str) -> bpy.types.Object:
    data = bpy.data.lights.new(f"{name} {light.name}", "AREA")
    data.shape, data.size = "DISK", light.size * height
    data.energy = light.power * (height / 1.75) ** 2  # light falls off with the square of the distance
    lamp = bpy.data.objects.new(data.name, data)
    lamp.matrix_basis = _place(height, light.turn, light.rise, LIGHT_DISTANCE * height)
    return lamp


def _place(height: float, turn: float, rise: float, distance: float) -> Matrix:
    """A matrix that looks at the person's middle from a direction, relative to the floor under it."""
    around, up = radians(turn), radians(rise)
    out = Vector((sin(around) * cos(up), -cos(around) * cos(up), sin(up)))
    turned = (-out).to_track_quat("-Z", "Y").to_matrix().to_4x4()
    return Matrix.Translation(Vector((0, 0, height / 2)) + out * distance) @ turned


def _world(name: str) -> bpy.types.World:
    world = bpy.data.worlds.new(name)
    if world.node_tree is None:
        world.use_nodes = True
    background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    background.inputs["Color"].default_value = (BACKGROUND, BACKGROUND, BACKGROUND, 1)
    return world
