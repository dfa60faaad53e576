"""Fewer triangles, and quads, on a real result."""

from collections.abc import Callable
from types import ModuleType

import bpy
import numpy as np
import pytest
from result_tools import assert_same_surface, extent, give_texture, open_edges, positions, run_and_undo

Part = Callable[[str], ModuleType]


def copy_of(mesh: bpy.types.Mesh) -> bpy.types.Mesh:
    copy = mesh.copy()
    copy.name = "Before"
    return copy


def test_decimate_keeps_form_colors_material_and_name(person: bpy.types.Object) -> None:
    before, name, material = copy_of(person.data), person.data.name, person.active_material
    assert bpy.ops.twok2k.decimate(triangles=5000) == {"FINISHED"}
    mesh = person.data
    assert len(mesh.polygons) == pytest.approx(5000, rel=0.02)
    assert {len(polygon.vertices) for polygon in mesh.polygons} == {3}
    assert open_edges(mesh) == 0
    assert mesh.color_attributes.active_color.name == "Color"
    assert mesh.color_attributes.render_color_index == 0
    assert (mesh.name, list(mesh.materials)) == (name, [material])
    assert_same_surface(mesh, before, 0.004)
    assert name not in [other.name for other in bpy.data.meshes if other != mesh]


def test_decimate_keeps_the_materials_of_the_faces(person: bpy.types.Object) -> None:
    person.data.materials.append(bpy.data.materials.new("Hat"))
    for face in person.data.polygons:
        face.material_index = int(face.center.z > 1)
    slots = list(person.data.materials)
    bpy.ops.twok2k.decimate(triangles=5000)
    assert list(person.data.materials) == slots
    shown = [(face.center.z > 1, bool(face.material_index)) for face in person.data.polygons]
    assert np.mean([high == hat for high, hat in shown]) > 0.99
    assert 0.1 < np.mean([hat for _, hat in shown]) < 0.9


def test_decimate_says_when_there_is_nothing_to_do(person: bpy.types.Object) -> None:
    count = len(person.data.polygons)
    with pytest.raises(RuntimeError, match="has only 2"):
        bpy.ops.twok2k.decimate(triangles=1_000_000)
    assert len(person.data.polygons) == count


def test_quads_are_about_as_many_as_asked_for(person: bpy.types.Object) -> None:
    before, name, height = copy_of(person.data), person.name, extent(person.data)
    assert bpy.ops.twok2k.quad_remesh(faces=2500) == {"FINISHED"}
    mesh = person.data
    assert len(mesh.polygons) == pytest.approx(2500, rel=0.25)
    corners = np.array([len(polygon.vertices) for polygon in mesh.polygons])
    assert (corners == 4).mean() > 0.998, "all but fillings of the smallest holes"
    assert open_edges(mesh) == 0
    assert person.name == name
    assert all(polygon.use_smooth for polygon in mesh.polygons)
    assert extent(mesh) == pytest.approx(height, abs=0.02)
    assert mesh.color_attributes.active_color.name == "Color"
    assert_same_surface(mesh, before, 0.01)
    assert not [item for item in bpy.data.objects if item != person], "nothing temporary is left"


def test_texture_gives_way_to_colors_where_its_coordinates_are_lost(person: bpy.types.Object, part: Part) -> None:
    give_texture(person, part)
    mine = bpy.data.materials.new("Mine")
    person.data.materials.append(mine)
    person.twok2k.saturation = 0.5
    textured, name = person.active_material, person.active_material.name
    bpy.ops.twok2k.decimate(triangles=5000)
    assert person.data.uv_layers
    assert person.active_material == textured
    bpy.ops.twok2k.quad_remesh(faces=1000)
    assert not person.data.uv_layers
    tree = person.active_material.node_tree
    assert [material.name for material in person.data.materials] == [name, "Mine"]
    assert [node.type for node in tree.nodes if "IMAGE" in node.type] == []
    assert any(node.type == "VERTEX_COLOR" and node.layer_name == "Color" for node in tree.nodes)
    assert person.twok2k.saturation == pytest.approx(0.5)
    assert not bpy.data.images


def test_materials_that_need_no_coordinates_stay(person: bpy.types.Object) -> None:
    person.data.uv_layers.new(name="UVMap")
    mine = bpy.data.materials.new("Mine")
    person.data.materials.append(mine)
    before = list(person.data.materials)
    bpy.ops.twok2k.quad_remesh(faces=1000)
    assert not person.data.uv_layers
    assert list(person.data.materials) == before


def test_vertex_groups_come_along(person: bpy.types.Object) -> None:
    high = np.flatnonzero(positions(person.data)[:, 2] > 1.3)
    person.vertex_groups.new(name="Head").add(high.tolist(), 1.0, "REPLACE")
    bpy.ops.twok2k.quad_remesh(faces=1000)
    weights = [sum(group.weight for group in vertex.groups) for vertex in person.data.vertices]
    inside = positions(person.data)[:, 2]
    assert [group.name for group in person.vertex_groups] == ["Head"]
    assert np.mean([weights[i] for i in np.flatnonzero(inside > 1.4)]) > 0.95
    assert np.max([weights[i] for i in np.flatnonzero(inside < 1.2)], initial=0) < 0.05


def test_mesh_that_quadriflow_refuses_is_told_and_kept(person: bpy.types.Object) -> None:
    mesh = person.data
    corner = positions(mesh)[mesh.polygons[0].vertices[0]]
    points = [tuple(corner), (1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 0, -1)]
    fan = bpy.data.meshes.new("Fan")
    fan.from_pydata(points, [], [(0, 1, 2), (0, 1, 3), (0, 1, 4)])
    person.data = fan
    with pytest.raises(RuntimeError, match="Quadriflow cannot remesh this mesh"):
        bpy.ops.twok2k.quad_remesh(faces=1000)
    assert person.data == fan
    assert len(fan.polygons) == 3
    assert len(bpy.data.meshes) == 2


def test_copies_that_share_the_mesh_share_the_new_one(person: bpy.types.Object) -> None:
    twin = person.copy()
    bpy.context.collection.objects.link(twin)
    bpy.ops.twok2k.decimate(triangles=2000)
    assert twin.data == person.data


def test_undo(person: bpy.types.Object) -> None:
    count = len(person.data.polygons)
    run_and_undo(lambda: bpy.ops.twok2k.decimate("EXEC_DEFAULT", True, triangles=2000))
    assert len(bpy.context.object.data.polygons) == count
    run_and_undo(lambda: bpy.ops.twok2k.quad_remesh("EXEC_DEFAULT", True, faces=600))
    assert len(bpy.context.object.data.polygons) == count


def test_tools_say_why_they_cannot_work(person: bpy.types.Object, part: Part) -> None:
    obstacle = part("result").obstacle
    assert obstacle(bpy.context) == ""
    bpy.ops.object.mode_set(mode="EDIT")
    assert obstacle(bpy.context) == "Switch to Object Mode first"
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.objects.active = None
    assert obstacle(bpy.context) == "Select a human that this extension has made"
    names = ("quad_remesh", "decimate", "bake_texture", "make_printable", "turntable", "mark_asset", "export_result")
    for name in names:
        assert not getattr(bpy.ops.twok2k, name).poll()
