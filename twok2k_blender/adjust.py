"""A result's height, smoothness and colours, to be changed at any time.

Nothing is stored twice: each property reads and writes the mesh, the modifiers or the material's nodes themselves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import provenance
from .material import principled
from .result import mesh_of

SMOOTH, UNSHRINK = "2K2K Smooth", "2K2K Unshrink"
SMOOTH_FACTOR, UNSHRINK_FACTOR = 0.5, -0.53
"""One pass shrinks, the other swells by a little more: a low-pass filter that keeps size and silhouette
(Taubin, "A signal processing approach to fair surface design", SIGGRAPH 1995)."""

MAX_SMOOTHING = 10
"""With more rounds, the second pass would enlarge rounding errors until they show."""

HUE, CONTRAST = "2K2K Hue and Saturation", "2K2K Brightness and Contrast"


def height(person: bpy.types.Object) -> float:
    """Metres from the mesh's lowest to its highest point, without modifiers, as the object scales them."""
    low, high = _extent(mesh_of(person))
    return (high - low) * _metres(person)


def set_height(person: bpy.types.Object, metres: float) -> None:
    """Scale the mesh about the floor below the object's origin, and the height that Generate Again asks for."""
    low, high = _extent(mesh_of(person))
    if high > low:
        floor = Matrix.Translation(Vector((0, 0, low)))
        factor = metres / ((high - low) * _metres(person))
        mesh_of(person).transform(floor @ Matrix.Scale(factor, 4) @ floor.inverted(), shape_keys=True)
        mesh_of(person).update()
        for key, value in provenance.scaled_settings(person.items(), factor).items():
            person[key] = value


def smoothing(person: bpy.types.Object) -> int:
    """Rounds of smoothing."""
    modifier: Any = person.modifiers.get(SMOOTH)
    return modifier.iterations if modifier else 0


def set_smoothing(person: bpy.types.Object, rounds: int) -> None:
    """Let two modifiers smooth the surface; without rounds there are none."""
    for name, factor in ((SMOOTH, SMOOTH_FACTOR), (UNSHRINK, UNSHRINK_FACTOR)):
        modifier: Any = person.modifiers.get(name)
        if rounds == 0:
            if modifier:
                person.modifiers.remove(modifier)
            continue
        modifier = modifier or person.modifiers.new(name, "SMOOTH")
        modifier.factor, modifier.iterations = factor, rounds


def base_color(person: bpy.types.Object) -> bpy.types.NodeSocket | None:
    """The active material's input that the colours come in by; None if they cannot be adjusted."""
    return _base_color(person.active_material)


def _base_color(material: bpy.types.Material | None) -> bpy.types.NodeSocket | None:
    if material is None or material.library or material.node_tree is None:
        return None
    shader = principled(material)
    return shader.inputs["Base Color"] if shader and shader.inputs["Base Color"].links else None


def color_input(person: bpy.types.Object, node: str, name: str, add: bool = False) -> bpy.types.NodeSocket | None:
    """The input of one of the material's adjusting nodes, which are made where `add` says so."""
    base = base_color(person)
    if base is None:
        return None
    tree = base.id_data
    if node not in tree.nodes and add:
        _add_nodes(tree, base)
    return tree.nodes[node].inputs[name] if node in tree.nodes else None


def _add_nodes(tree: bpy.types.NodeTree, base: bpy.types.NodeSocket) -> None:
    """Put the adjusting nodes between the base colour and what feeds it."""
    shader, source = base.node, base.links[0].from_socket
    hue, contrast = tree.nodes.new("ShaderNodeHueSaturation"), tree.nodes.new("ShaderNodeBrightContrast")
    for node, name, shift in ((hue, HUE, 400), (contrast, CONTRAST, 200)):
        node.name = node.label = name
        node.location = (shader.location.x - shift, shader.location.y)
    source.node.location.x = min(source.node.location.x, shader.location.x - 600)
    tree.links.new(source, hue.inputs["Color"])
    tree.links.new(hue.outputs["Color"], contrast.inputs["Color"])
    tree.links.new(contrast.outputs["Color"], base)


def has_adjusted_colors(person: bpy.types.Object) -> bool:
    """Whether any of the four is other than it is at first."""
    adjust = person.twok2k
    return (adjust.brightness, adjust.contrast, adjust.saturation, adjust.hue) != (0, 0, 1, 0)


@contextmanager
def unadjusted(person: bpy.types.Object) -> Iterator[None]:
    """Leave out the adjusting nodes for as long as the block takes: exporters look for textures right at the shader."""
    bases = [base for slot in person.material_slots if (base := _base_color(slot.material)) is not None]
    bases = [base for base in bases if base.links[0].from_node.name == CONTRAST]
    for base in bases:
        tree = base.id_data
        if source := tree.nodes[HUE].inputs["Color"].links:
            tree.links.new(source[0].from_socket, base)
    try:
        yield
    finally:
        for base in bases:
            base.id_data.links.new(base.id_data.nodes[CONTRAST].outputs["Color"], base)


def _extent(mesh: bpy.types.Mesh) -> tuple[float, float]:
    """The lowest and the highest z of the vertices."""
    if not mesh.vertices:
        return 0.0, 0.0
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.attributes["position"].data.foreach_get("vector", points)
    return float(points[2::3].min()), float(points[2::3].max())


def _metres(person: bpy.types.Object) -> float:
    """Metres for one unit of the mesh's z."""
    return person.matrix_world.to_scale().z * bpy.context.scene.unit_settings.scale_length


def _color(node: str, socket: str, neutral: float, shift: float = 0.0) -> dict[str, Callable[..., Any]]:
    """get and set of a property that is a node's input; shift: what the node's value is larger by."""

    def get(self: bpy.types.PropertyGroup) -> float:
        found = color_input(self.id_data, node, socket)
        return found.default_value - shift if found else neutral

    def change(self: bpy.types.PropertyGroup, value: float) -> None:
        if found := color_input(self.id_data, node, socket, add=True):
            found.default_value = value + shift

    return {"get": get, "set": change}


class TWOK2K_PG_adjust(bpy.types.PropertyGroup):  # noqa: N801
    """What can be adjusted on a result."""

    height: bpy.props.FloatProperty(
        name="Total Height (m)",
        description="Meters from the lowest to the highest point, with shoes and hair, unlike the height in the "
        "settings; scales the mesh about the floor under it",
        min=0.01,
        soft_min=0.3,
        soft_max=3.0,
        precision=3,
        step=1,
        options=set(),
        get=lambda self: height(self.id_data),
        set=lambda self, value: set_height(self.id_data, value),
    )
    smoothing: bpy.props.IntProperty(
        name="Smoothing",
        description="Rounds of smoothing by two modifiers, which level out bumps and keep size and silhouette; "
        "0 removes them",
        min=0,
        max=MAX_SMOOTHING,
        options=set(),
        get=lambda self: smoothing(self.id_data),
        set=lambda self, value: set_smoothing(self.id_data, value),
    )
    brightness: bpy.props.FloatProperty(
        name="Brightness",
        description="Lighter (above 0) or darker (below 0) colors, by a node of the material",
        min=-1,
        max=1,
        options=set(),
        **_color(CONTRAST, "Bright", 0.0),
    )
    contrast: bpy.props.FloatProperty(
        name="Contrast",
        description="More (above 0) or less (below 0) difference between light and dark, by a node of the material",
        min=-1,
        max=1,
        options=set(),
        **_color(CONTRAST, "Contrast", 0.0),
    )
    saturation: bpy.props.FloatProperty(
        name="Saturation",
        description="0 is gray, 1 as in the photo, 2 twice as colorful, by a node of the material",
        min=0,
        max=2,
        options=set(),
        **_color(HUE, "Saturation", 1.0),
    )
    hue: bpy.props.FloatProperty(
        name="Hue",
        description="Turns all colors around the color wheel; 0.5 and -0.5 are half a turn, by a node of the material",
        min=-0.5,
        max=0.5,
        options=set(),
        **_color(HUE, "Hue", 0.0, shift=0.5),
    )


def register() -> None:
    bpy.utils.register_class(TWOK2K_PG_adjust)
    bpy.types.Object.twok2k = bpy.props.PointerProperty(type=TWOK2K_PG_adjust)


def unregister() -> None:
    del bpy.types.Object.twok2k
    bpy.utils.unregister_class(TWOK2K_PG_adjust)
