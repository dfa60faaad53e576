"""Texture coordinates and texture maps of a mesh, by Blender's own unwrapping and baking."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from math import radians
from typing import Any, Literal

import addon_utils
import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from .material import UV, make_material
from .mesh_data import TextureData
from .result import ToolError, mesh_of, select_only, temporary_object, triangle_count
from .scene import corner_uv
from .words import rpt_

SOURCE = "2K2K Source"
"""How the names begin of a mesh's custom properties that are the meshes to take colours and relief from."""

GAP = 8
"""Texels between two charts."""

BLEED = 16
"""Texels by which charts are continued beyond their borders, for smaller versions of the map."""

CHART_ANGLE = radians(66)
"""Between the faces of a chart, as in Blender's own menu: with more, charts are stretched; with less, they are more."""

SMOOTHING = 4
"""Rounds by which the mesh is smoothed before it is cut into charts, so that not every bump gets one of its own."""

FARTHEST = 0.03
"""Of the mesh's size: what lies farther off in a source is another part of the body."""

FLAT = (0.5, 0.5, 1.0, 1.0)
"""Colour of a normal map where the surface is as the mesh itself says."""

NO_CYCLES = "This Blender has no Cycles, which bakes textures; use one from blender.org."
NO_COLOR = (
    'The material "{material}" has no shader with a color, which a texture could hold; '
    "give it a Principled BSDF at its output first."
)
ELSEWHERE = "The other selected objects lie elsewhere; move them to where the human is, or select the human alone."


def textured(context: bpy.types.Context, mesh: bpy.types.Mesh, size: int) -> bpy.types.Mesh:
    """A copy of the mesh with one UV map, and one material that shows maps of that many texels per side.

    Colours and relief come from the meshes that are the mesh's custom properties SOURCE, in the same coordinates. Where
    there is none, or none near, they come from the mesh's own materials. Raises ToolError.
    """
    _use_cycles(context.scene)
    keys = [key for key in mesh.keys() if key.startswith(SOURCE)]  # noqa: SIM118
    sources = [mesh[key].copy() for key in keys]
    name, mesh = mesh.name, mesh.copy()
    for key in keys:
        del mesh[key]
    for one in (mesh, *sources):
        _own_materials(one)
    with _objects(context, mesh, sources) as (item, others):
        _unwrap(context, item, size)
        normal = _normal_map(context, item, others, size)
        color = _color_map(context, item, others, size)
    _keep_active_uv(mesh)
    mesh.materials.clear()
    mesh.materials.append(make_material(name, TextureData(corner_uv(mesh), color, normal)))
    return mesh


def _use_cycles(scene: bpy.types.Scene) -> None:
    """Let Cycles bake one sample of each texel: neither colours nor normals have noise."""
    addon_utils.enable("cycles")
    try:
        scene.render.engine = "CYCLES"  # type: ignore[assignment]
    except TypeError as error:
        raise ToolError(NO_CYCLES) from error
    scene.cycles.samples = 1


def _own_materials(mesh: bpy.types.Mesh) -> None:
    """Let every slot have a material that no other mesh has, with nodes. Raises ToolError where one has no colour."""
    if not len(mesh.materials):
        mesh.materials.append(None)
    for slot, material in enumerate(mesh.materials):
        mesh.materials[slot] = material.copy() if material else make_material(mesh.name)
        if not mesh.materials[slot].use_nodes:
            mesh.materials[slot].use_nodes = True
        if _base_color(mesh.materials[slot]) is None:
            raise ToolError(rpt_(NO_COLOR, material=material.name))


@contextmanager
def _objects(
    context: bpy.types.Context, mesh: bpy.types.Mesh, sources: Sequence[bpy.types.Mesh]
) -> Iterator[tuple[bpy.types.Object, list[bpy.types.Object]]]:
    """Objects of the mesh, which is the active one, and of its sources."""
    with ExitStack() as stack:
        item, *others = [stack.enter_context(temporary_object(context, one)) for one in (mesh, *sources)]
        select_only(context, item)
        yield item, others


def _unwrap(context: bpy.types.Context, item: bpy.types.Object, size: int) -> None:
    """Give the object's mesh another UV map, which becomes the active one; materials still show the old one."""
    context.scene.tool_settings.use_uv_select_sync = True
    if item.data.shape_keys:
        item.shape_key_clear()
    _add_uv_map(mesh_of(item))
    points = np.empty(3 * len(item.data.vertices), np.float32)
    item.data.vertices.foreach_get("co", points)
    with _all_in_edit_mode():
        bpy.ops.mesh.vertices_smooth(factor=0.5, repeat=SMOOTHING)
        _project(size)
    item.data.vertices.foreach_set("co", points)
    with _all_in_edit_mode():
        bpy.ops.uv.select_overlap()  # say, of an arm in one chart with the belly that it hides
        _project(size)
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.average_islands_scale()
        bpy.ops.uv.pack_islands(margin_method="ADD", margin=GAP / size, shape_method="CONCAVE")


def _add_uv_map(mesh: bpy.types.Mesh) -> None:
    shown = next((layer.name for layer in mesh.uv_layers if layer.active_render), None)
    mesh.uv_layers.active = mesh.uv_layers.new()
    if shown:
        mesh.uv_layers[shown].active_render = True


@contextmanager
def _all_in_edit_mode() -> Iterator[None]:
    """The active object's faces, all of them selected."""
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_mode(type="FACE")
    bpy.ops.mesh.reveal()
    bpy.ops.mesh.select_all(action="SELECT")
    yield
    bpy.ops.object.mode_set(mode="OBJECT")


def _project(size: int) -> None:
    """Flatten the selected faces; each chart is seen from one side."""
    bpy.ops.uv.smart_project(angle_limit=CHART_ANGLE, margin_method="FRACTION", island_margin=GAP / size)


def _normal_map(
    context: bpy.types.Context, item: bpy.types.Object, others: Sequence[bpy.types.Object], size: int
) -> bytes | None:
    """PNG of the relief; None where no source is finer than the mesh, and no material has a relief."""
    finer = sum(triangle_count(mesh_of(other)) for other in others) > triangle_count(mesh_of(item))
    if not finer and not any(_has_relief(material) for one in (item, *others) for material in mesh_of(one).materials):
        return None
    image = bpy.data.images.new("Normal", size, size, is_data=True)
    image.generated_color = FLAT
    _bake(context, "NORMAL", image, item, others)
    return _png(image)


def _color_map(
    context: bpy.types.Context, item: bpy.types.Object, others: Sequence[bpy.types.Object], size: int
) -> bytes:
    """PNG of the base colours: the sources' where they are near, else the mesh's own."""
    for material in {material for one in (item, *others) for material in mesh_of(one).materials}:
        _emit_base_color(material)
    image = bpy.data.images.new("Color", size, size)
    _bake(context, "EMIT", image, item, ())
    if others:
        _bake(context, "EMIT", image, item, others)
    return _png(image)


def _bake(
    context: bpy.types.Context,
    kind: Literal["EMIT", "NORMAL"],
    image: bpy.types.Image,
    item: bpy.types.Object,
    others: Sequence[bpy.types.Object],
) -> None:
    """Bake the other objects onto one, as far as they are near it; without others, itself."""
    reach = _reach(context, item, others)
    select_only(context, item)
    for other in others:
        other.select_set(True)
    for material in item.data.materials:
        nodes = material.node_tree.nodes
        nodes.active = nodes.new("ShaderNodeTexImage")
        nodes.active.image = image
    bpy.ops.object.bake(
        type=kind,
        target="IMAGE_TEXTURES",
        use_clear=False,
        margin=BLEED,
        margin_type="EXTEND",
        use_selected_to_active=bool(others),
        cage_extrusion=reach,
        max_ray_distance=2 * reach,
    )


def _reach(context: bpy.types.Context, item: bpy.types.Object, others: Sequence[bpy.types.Object]) -> float:
    """How far the mesh's surface is from that of its sources, at most; 0 without sources. Raises ToolError."""
    if not others:
        return 0.0
    graph = context.evaluated_depsgraph_get()
    trees = [BVHTree.FromObject(other, graph) for other in others]
    points = chain((vertex.co for vertex in item.data.vertices), (face.center for face in item.data.polygons))
    distances = np.array([min(tree.find_nearest(point)[3] for tree in trees) for point in points])
    farthest = FARTHEST * max(*item.dimensions)
    if np.median(distances) > farthest:
        raise ToolError(ELSEWHERE)
    return float(np.clip(1.2 * distances.max(), farthest / 100, farthest))


def _has_relief(material: bpy.types.Material) -> bool:
    return any("Normal" in shader.inputs and shader.inputs["Normal"].links for shader in _shaders(material))


def _emit_base_color(material: bpy.types.Material) -> None:
    """Let a material shine with its base colour, which is then the same in every light."""
    tree, base = material.node_tree, _base_color(material)
    emission = tree.nodes.new("ShaderNodeEmission")
    emission.inputs["Color"].default_value = base.default_value
    if base.links:
        tree.links.new(base.links[0].from_socket, emission.inputs["Color"])
    tree.links.new(emission.outputs["Emission"], _output(material).inputs["Surface"])


def _base_color(material: bpy.types.Material) -> bpy.types.NodeSocket | None:
    """The input that the surface has its colour from: a Principled BSDF's, or else another shader's."""
    shaders = [shader for shader in _shaders(material) if shader.type != "BSDF_TRANSPARENT"]
    for name in ("Base Color", "Color"):
        for shader in shaders:
            if name in shader.inputs:
                return shader.inputs[name]
    return None


def _shaders(material: bpy.types.Material) -> Iterator[bpy.types.Node]:
    """The nodes that make the surface at the material's output, from there on, by way of mixes as well."""
    output = _output(material)
    sockets = [output.inputs["Surface"]] if output else []
    for socket in sockets:
        for link in socket.links:
            yield link.from_node
            sockets += [entry for entry in link.from_node.inputs if entry.type == "SHADER"]


def _output(material: bpy.types.Material) -> bpy.types.Node | None:
    return material.node_tree.get_output_node("CYCLES")


def _png(image: bpy.types.Image) -> bytes:
    """The image as a PNG file; the image is removed."""
    image.pack()
    png: Any = image.packed_file.data
    data = bytes(png)
    bpy.data.images.remove(image)
    return data


def _keep_active_uv(mesh: bpy.types.Mesh) -> None:
    name = mesh.uv_layers.active.name
    while others := [layer for layer in mesh.uv_layers if layer.name != name]:
        mesh.uv_layers.remove(others[0])
    mesh.uv_layers[0].name = UV
