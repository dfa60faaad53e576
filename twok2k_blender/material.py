"""The material that shows a person's colours: those of the vertices, or textures.

When a person gets other colours, only the nodes made here change; what the user did to the material stays, and so do
materials of the user's own.
"""

from collections.abc import Iterable, Iterator, Sequence

import bpy

from .mesh_data import TextureData
from .result import ToolError
from .words import rpt_

UV = "UVMap"
"""Name of the texture coordinates."""

COLOR = "Color"
"""Name of the colour attribute that the material shows."""

ROUGHNESS = 0.7
"""Cloth and skin in one: a photo's own highlights are in the colours, so the surface adds few."""

COLORS, NORMALS, NORMAL_MAP = "2K2K Colors", "2K2K Normals", "2K2K Normal Map"
"""Names of the nodes made here."""

MADE = "2K2K Texture"
"""The custom property of the images made here."""

UNSAVED = 'The image "{image}" has changes; save it in the Image Editor first.'


def make_material(name: str, texture: TextureData | None = None) -> bpy.types.Material:
    """A material whose base colour is the colour attribute, or the texture, which may also give its normals."""
    material = bpy.data.materials.new(name)
    if not material.use_nodes:
        material.use_nodes = True
    shader = principled(material)
    shader.inputs["Roughness"].default_value = ROUGHNESS
    material.node_tree.links.new(_add_colors(material, texture), shader.inputs["Base Color"])
    return material


def show_colors(person: bpy.types.Object, texture: TextureData | None) -> None:
    """Let the person show the texture, or the colour attribute, where a material made here shows another thing.

    A material that others use as well is left to them; the person gets a copy.
    """
    for slot in person.material_slots:
        if _is_ours(slot.material) and (texture is not None or _is_textured(slot.material)):
            if slot.material.users > 1:
                slot.material = slot.material.copy()
            _replace_colors(slot.material, texture)


def _is_ours(material: bpy.types.Material | None) -> bool:
    """Whether the nodes made here still give the material its colours."""
    if material is None or material.library or material.node_tree is None:
        return False
    node: bpy.types.Node | None = material.node_tree.nodes.get(COLORS)
    if node is None or not node.outputs["Color"].is_linked:
        return False
    return _is_textured(material) or getattr(node, "layer_name", "") == COLOR


def _is_textured(material: bpy.types.Material) -> bool:
    image = getattr(material.node_tree.nodes[COLORS], "image", None)
    return image is not None and MADE in image


def _replace_colors(material: bpy.types.Material, texture: TextureData | None) -> None:
    """Let the colours come from another source by way of the same nodes; images that nobody uses any more go.

    An image that has been painted and not saved stays, also in the file.
    """
    tree = material.node_tree
    fed = [link.to_socket for link in tree.nodes[COLORS].outputs["Color"].links]
    images = {node.image for node in tree.nodes if node.type == "TEX_IMAGE" and node.image and MADE in node.image}
    for name in (COLORS, NORMALS, NORMAL_MAP):
        if name in tree.nodes:
            tree.nodes.remove(tree.nodes[name])
    unused = {image for image in images if not image.users}
    painted = {image for image in unused if image.is_dirty}
    bpy.data.batch_remove(unused - painted)
    for image in painted:
        image.use_fake_user = True
    source = _add_colors(material, texture)
    for socket in fed:
        tree.links.new(source, socket)


def principled(material: bpy.types.Material) -> bpy.types.Node | None:
    """The node that makes the surface; None where a material is made otherwise."""
    return next((node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED"), None)


def images_of(person: bpy.types.Object) -> Iterator[bpy.types.Image]:
    """The images in the person's materials."""
    trees = [slot.material.node_tree for slot in person.material_slots if slot.material and slot.material.node_tree]
    return (node.image for tree in trees for node in tree.nodes if node.type == "TEX_IMAGE" and node.image)


def require_saved_images(items: Iterable[bpy.types.Object]) -> None:
    """Raises ToolError for what has been painted and is in memory only."""
    for item in items:
        for image in images_of(item):
            if image.is_dirty:
                raise ToolError(rpt_(UNSAVED, image=image.name))


def _add_colors(material: bpy.types.Material, texture: TextureData | None) -> bpy.types.NodeSocket:
    """Add the nodes that colours and normals come from; the colours' output."""
    tree, shader = material.node_tree, principled(material)
    place = (shader.location.x, shader.location.y) if shader else (0.0, 0.0)
    if texture is None:
        color = tree.nodes.new("ShaderNodeVertexColor")
        color.name, color.layer_name = COLORS, COLOR
        color.location = (place[0] - 240, place[1])
    else:
        color = _add_image(tree, (place[0] - 600, place[1] + 300), COLORS, texture.color, f"{material.name} Color")
        if texture.normal is not None and shader is not None:
            _add_normal_map(tree, shader, texture.normal, f"{material.name} Normal")
    return color.outputs["Color"]


def _add_normal_map(tree: bpy.types.NodeTree, shader: bpy.types.Node, png: bytes, name: str) -> None:
    x, y = shader.location.x, shader.location.y
    image = _add_image(tree, (x - 600, y - 100), NORMALS, png, name)
    image.image.colorspace_settings.name = "Non-Color"
    normal = tree.nodes.new("ShaderNodeNormalMap")
    normal.name, normal.uv_map = NORMAL_MAP, UV
    normal.location = (x - 240, y - 100)
    tree.links.new(image.outputs["Color"], normal.inputs["Color"])
    tree.links.new(normal.outputs["Normal"], shader.inputs["Normal"])


def _add_image(
    tree: bpy.types.NodeTree, place: Sequence[float], node_name: str, png: bytes, name: str
) -> bpy.types.Node:
    """A texture node whose image is packed, so that it is saved with the scene."""
    image = bpy.data.images.new(name, 1, 1)
    image.pack(data=png, data_len=len(png))  # type: ignore[arg-type]
    image.source = "FILE"
    image[MADE] = True
    node = tree.nodes.new("ShaderNodeTexImage")
    node.name, node.image, node.location = node_name, image, place
    return node
