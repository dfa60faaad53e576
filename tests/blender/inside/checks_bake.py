"""A UV map and textures for a real result, from its own colours and from a finer mesh."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest
from mathutils.bvhtree import BVHTree
from result_tools import GLTF, colors, glb_content, run_and_undo

Part = Callable[[str], ModuleType]


def image_of(person: bpy.types.Object, kind: str) -> bpy.types.Image | None:
    """The material's "Color" or "Normal" image."""
    nodes = person.active_material.node_tree.nodes
    return next((node.image for node in nodes if node.type == "TEX_IMAGE" and f" {kind}" in node.image.name), None)


def texels(image: bpy.types.Image, uv: np.ndarray) -> np.ndarray:
    """(N, 3): the values at (N, 2) texture coordinates, as they are in the file."""
    width, height = image.size
    values = np.empty(4 * width * height, np.float32)
    image.pixels.foreach_get(values)
    column, row = (uv * (width, height)).astype(int).clip(0, width - 1).T
    return values.reshape(height, width, 4)[row, column, :3]


def centers(mesh: bpy.types.Mesh, corner_values: np.ndarray) -> np.ndarray:
    """The mean of each polygon's corners."""
    starts = [polygon.loop_start for polygon in mesh.polygons]
    counts = np.diff([*starts, len(mesh.loops)])
    return np.add.reduceat(corner_values, starts) / counts[:, None]


def srgb(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.clip(linear, 0, None) ** (1 / 2.4) - 0.055)


def center_colors(mesh: bpy.types.Mesh) -> np.ndarray:
    """(polygons, 3) sRGB."""
    return srgb(centers(mesh, colors(mesh)[[loop.vertex_index for loop in mesh.loops], :3]))


def center_uv(person: bpy.types.Object, part: Part) -> np.ndarray:
    return centers(person.data, part("scene").corner_uv(person.data))


def center_texels(person: bpy.types.Object, part: Part) -> np.ndarray:
    return texels(image_of(person, "Color"), center_uv(person, part))


def with_original(person: bpy.types.Object, triangles: int) -> bpy.types.Object:
    """Reduce the person; the result is its old self, selected beside it."""
    original = person.copy()
    original.data = person.data.copy()
    bpy.context.collection.objects.link(original)
    bpy.ops.twok2k.decimate(triangles=triangles)
    original.select_set(True)
    return original


def counts() -> list[int]:
    return [len(data) for data in (bpy.data.objects, bpy.data.meshes, bpy.data.materials, bpy.data.images)]


def test_texture_has_the_colors_of_the_vertices(person: bpy.types.Object, part: Part) -> None:
    name, faces, expected = person.data.name, len(person.data.polygons), center_colors(person.data)
    person.data.materials.append(bpy.data.materials.new("Other"))
    assert bpy.ops.twok2k.bake_texture(size="1K") == {"FINISHED"}
    mesh = person.data
    assert (mesh.name, len(mesh.polygons), [layer.name for layer in mesh.uv_layers]) == (name, faces, ["UVMap"])
    difference = np.abs(center_texels(person, part) - expected)
    assert difference.mean() < 0.004
    assert np.percentile(difference, 99) < 0.04
    image = image_of(person, "Color")
    assert (tuple(image.size), image.colorspace_settings.name, bool(image.packed_file)) == ((1024, 1024), "sRGB", True)
    assert image_of(person, "Normal") is None, "nothing is finer than the mesh"
    assert len(mesh.materials) == 1
    assert not [key for key in mesh.keys() if "Source" in key]  # noqa: SIM118


def test_charts_lie_in_the_map_and_not_on_each_other(person: bpy.types.Object, part: Part) -> None:
    bpy.ops.twok2k.bake_texture(size="1K")
    uv = part("scene").corner_uv(person.data)
    assert uv.min() >= 0
    assert uv.max() <= 1
    flat = [(*corner, 0) for corner in uv.tolist()]
    tree = BVHTree.FromPolygons(flat, [list(polygon.loop_indices) for polygon in person.data.polygons])
    found = [len(tree.find_nearest_range((*center, 0), 1e-6)) for center in center_uv(person, part)]
    assert np.mean(np.array(found) > 1) < 0.0001


def test_finer_mesh_gives_its_colors_and_its_relief(person: bpy.types.Object, part: Part) -> None:
    original = with_original(person, 2000)
    person.location = original.location = (3, 2, 1)
    bpy.context.view_layer.update()
    assert bpy.ops.twok2k.bake_texture(size="1K") == {"FINISHED"}
    source, mesh = original.data, person.data
    tree = BVHTree.FromObject(original, bpy.context.evaluated_depsgraph_get())
    nearest = [tree.find_nearest(polygon.center) for polygon in mesh.polygons]
    faces = [index for _, _, index, _ in nearest]
    difference = np.abs(center_texels(person, part) - center_colors(source)[faces])
    assert np.median(difference) < 0.01
    assert difference.mean() < 0.02
    normal_map = texels(image_of(person, "Normal"), center_uv(person, part)) * 2 - 1
    assert np.median(normal_map[:, 2]) > 0.9
    true = np.array([source.polygons[face].normal for face in faces])
    assert_nearer(shaded_normals(mesh, normal_map), center_normals(mesh), true)


def center_normals(mesh: bpy.types.Mesh) -> np.ndarray:
    return centers(mesh, np.array([corner.vector for corner in mesh.corner_normals]))


def shaded_normals(mesh: bpy.types.Mesh, normal_map: np.ndarray) -> np.ndarray:
    """(polygons, 3): what a renderer makes of the map's values."""
    mesh.calc_tangents()
    axes = [
        centers(mesh, np.array([getattr(loop, name)[:] for loop in mesh.loops])) for name in ("tangent", "bitangent")
    ]
    return sum(normal_map[:, [i]] * axis for i, axis in enumerate((*axes, center_normals(mesh))))


def assert_nearer(shaded: np.ndarray, plain: np.ndarray, true: np.ndarray) -> None:
    """The map brings the normals of the mesh much nearer to the true ones."""
    angles = [
        np.degrees(np.arccos(((normals * true).sum(axis=1) / np.linalg.norm(normals, axis=1)).clip(-1, 1)))
        for normals in (shaded, plain)
    ]
    assert np.median(angles[0]) < 0.6 * np.median(angles[1])


def test_own_texture_is_baked_onto_the_new_map(person: bpy.types.Object, part: Part) -> None:
    expected = center_colors(person.data)
    bpy.ops.twok2k.bake_texture(size="1K")
    person.data.color_attributes.active_color.data.foreach_set("color", np.zeros(4 * len(person.data.vertices)))
    bpy.ops.twok2k.bake_texture(size="2K")
    assert image_of(person, "Color").size[0] == 2048
    assert np.abs(center_texels(person, part) - expected).mean() < 0.008


def test_adjusted_colors_are_baked_and_can_be_adjusted_again(person: bpy.types.Object, part: Part) -> None:
    person.twok2k.saturation = 0
    bpy.ops.twok2k.bake_texture(size="1K")
    assert np.ptp(center_texels(person, part), axis=1).max() < 0.02
    assert person.twok2k.saturation == 1
    person.twok2k.saturation = 0.5
    assert person.twok2k.saturation == 0.5


def test_quads_are_baked_and_saved_with_the_file(person: bpy.types.Object, part: Part, tmp_path: Path) -> None:
    bpy.ops.twok2k.quad_remesh(faces=1000)
    bpy.ops.twok2k.bake_texture(size="1K")
    assert np.median(np.abs(center_texels(person, part) - center_colors(person.data))) < 0.02
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "person.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "person.blend"))
    person = bpy.context.object
    assert np.median(np.abs(center_texels(person, part) - center_colors(person.data))) < 0.02


@GLTF
def test_glb_has_the_texture(person: bpy.types.Object, tmp_path: Path) -> None:
    bpy.ops.twok2k.bake_texture(size="1K")
    bpy.ops.twok2k.export_result(format="GLB", filepath=str(tmp_path / "person.glb"))
    content = glb_content(tmp_path / "person.glb")
    assert content["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"] == {"index": 0}
    assert [image["mimeType"] for image in content["images"]] == ["image/png"]
    attributes = content["meshes"][0]["primitives"][0]["attributes"]
    assert "TEXCOORD_0" in attributes
    assert "COLOR_0" not in attributes


def test_shape_keys_stay_and_what_has_no_faces_is_no_source(person: bpy.types.Object, part: Part) -> None:
    expected = center_colors(person.data)
    person.shape_key_add(name="Basis")
    person.shape_key_add(name="Wide").data[0].co.x += 1
    for item in (bpy.data.cameras.new("Camera"), bpy.data.meshes.new("Empty")):
        bpy.context.collection.objects.link(bpy.data.objects.new(item.name, item))
        bpy.data.objects[item.name].select_set(True)
    before = counts()[:2], len(bpy.data.shape_keys)
    bpy.ops.twok2k.bake_texture(size="1K")
    assert (counts()[:2], len(bpy.data.shape_keys)) == before
    assert [key.name for key in person.data.shape_keys.key_blocks] == ["Basis", "Wide"]
    assert np.abs(center_texels(person, part) - expected).mean() < 0.004


@pytest.mark.parametrize("mixed", [False, True])
def test_colors_are_those_of_the_shader_at_the_output(person: bpy.types.Object, part: Part, mixed: bool) -> None:
    expected, tree = center_colors(person.data), person.active_material.node_tree
    toon, mix, clear = (tree.nodes.new(f"ShaderNode{name}") for name in ("BsdfToon", "MixShader", "BsdfTransparent"))
    tree.links.new(tree.nodes["2K2K Colors"].outputs["Color"], toon.inputs["Color"])
    tree.links.new(clear.outputs["BSDF"], mix.inputs[1])
    tree.links.new(toon.outputs["BSDF"], mix.inputs[2])
    shader, surface = tree.nodes["Principled BSDF"], tree.get_output_node("ALL").inputs["Surface"]
    tree.links.remove(shader.inputs["Base Color"].links[0])
    tree.links.new((mix if mixed else toon).outputs[0], surface)
    assert bpy.ops.twok2k.bake_texture(size="1K") == {"FINISHED"}
    assert np.abs(center_texels(person, part) - expected).mean() < 0.004


def test_material_without_a_color_is_told_and_kept(person: bpy.types.Object) -> None:
    tree, material = person.active_material.node_tree, person.active_material
    tree.links.new(tree.nodes.new("ShaderNodeHoldout").outputs[0], tree.get_output_node("ALL").inputs["Surface"])
    before = counts()
    with pytest.raises(RuntimeError, match=f'"{material.name}" has no shader with a color'):
        bpy.ops.twok2k.bake_texture(size="1K")
    assert (counts(), list(person.data.materials)) == (before, [material])
    assert not person.data.uv_layers


def test_source_that_lies_elsewhere_is_told(person: bpy.types.Object) -> None:
    original = with_original(person, 2000)
    original.location.x += 2
    bpy.context.view_layer.update()
    before = counts()
    with pytest.raises(RuntimeError, match="lie elsewhere"):
        bpy.ops.twok2k.bake_texture(size="1K")
    assert counts() == before
    assert not person.data.uv_layers


def test_painted_image_that_is_not_saved_is_told(person: bpy.types.Object) -> None:
    bpy.ops.twok2k.bake_texture(size="1K")
    image = image_of(person, "Color")
    image.pixels[0] = 0.5
    with pytest.raises(RuntimeError, match="has changes; save it"):
        bpy.ops.twok2k.bake_texture(size="1K")
    image.pack()
    assert bpy.ops.twok2k.bake_texture(size="1K") == {"FINISHED"}


def bake_beside(part: Part, person: bpy.types.Object) -> Any:
    """The work, as the button begins it."""
    with part("operators.bake_texture").with_sources(bpy.context, person) as mesh:
        return part("side_work").SideWork("bake", person, mesh, [1024], True)


def test_stopped_bake_leaves_nothing(person: bpy.types.Object, part: Part) -> None:
    with_original(person, 2000)
    before = counts()
    side = bake_beside(part, person)
    assert side.running
    side.close()
    assert counts() == before
    assert not person.data.uv_layers
    assert not [key for key in person.data.keys() if "Source" in key]  # noqa: SIM118


def test_person_deleted_during_the_bake_is_told(person: bpy.types.Object, part: Part) -> None:
    side = bake_beside(part, person)
    side._side._process.wait(120)
    bpy.data.objects.remove(person)
    before = counts()
    with pytest.raises(part("result").ToolError, match="no longer in the scene"):
        side.result(bpy.context)
    side.close()
    assert counts() == before


def test_undo(person: bpy.types.Object) -> None:
    run_and_undo(lambda: bpy.ops.twok2k.bake_texture("EXEC_DEFAULT", True, size="1K"))
    person = bpy.context.object
    assert not person.data.uv_layers
    assert any(node.type == "VERTEX_COLOR" for node in person.active_material.node_tree.nodes)
