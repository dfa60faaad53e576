"""A figure for 3D printing, from a real result and from one with faults."""

from collections.abc import Callable
from types import ModuleType

import bmesh
import bpy
import numpy as np
import pytest
from result_tools import colors, open_edges, positions, run_and_undo

Part = Callable[[str], ModuleType]


@pytest.fixture(autouse=True)
def _coarse_voxels(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part("solid"), "VOXELS", 160)


def assert_printable(part: Part, mesh: bpy.types.Mesh, height: float) -> None:
    points = positions(mesh)
    assert open_edges(mesh) == 0
    assert points[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert points[:, 2].max() == pytest.approx(height, abs=1e-6)
    labels = part("solid").piece_labels(len(points), np.array([edge.vertices[:] for edge in mesh.edges]))
    assert len(set(labels.tolist())) == 1
    soles = [face for face in mesh.polygons if points[list(face.vertices), 2].max() < 1e-6 * height]
    assert sum(face.area * -face.normal.z for face in soles) > 0.001 * height**2, "it stands on more than some points"
    assert sum(face.area for face in soles if face.normal.z > -0.99) < 1e-5 * height**2


def test_print_is_solid_flat_and_as_tall_as_asked_for(person: bpy.types.Object, part: Part) -> None:
    before, place = len(person.data.polygons), person.matrix_world.copy()
    assert bpy.ops.twok2k.make_printable(height=120, cut=1) == {"FINISHED"}
    figure = bpy.context.object
    bpy.context.view_layer.update()
    assert figure != person
    assert figure.name == "sample_person Print"
    assert bpy.context.selected_objects == [figure]
    assert_printable(part, figure.data, 0.12)
    assert figure.dimensions.z == pytest.approx(0.12, abs=1e-6)
    assert (len(person.data.polygons), person.matrix_world) == (before, place)
    assert len(figure.data.polygons) == pytest.approx(before, rel=0.05), "a closed mesh is not remeshed"
    assert list(figure.data.materials) == list(person.data.materials)
    assert colors(figure.data).std(axis=0)[:3].min() > 0.05
    assert figure["2K2K License"] == person["2K2K License"]
    assert not bpy.ops.twok2k.generate_again.poll()


def new_collection(name: str, person: bpy.types.Object) -> bpy.types.LayerCollection:
    """A collection of the scene that has the person."""
    collection = bpy.data.collections.new(name)
    bpy.context.scene.collection.children.link(collection)
    collection.objects.link(person)
    return bpy.context.view_layer.layer_collection.children[name]


def test_print_comes_into_a_collection_of_the_person_that_is_in_sight(person: bpy.types.Object) -> None:
    for collection in person.users_collection:
        collection.objects.unlink(person)
    bpy.data.scenes.new("Other").collection.objects.link(person)
    new_collection("Excluded", person).exclude = True
    new_collection("Hidden", person).hide_viewport = True
    new_collection("In Sight", person)
    bpy.context.view_layer.objects.active = person
    assert bpy.ops.twok2k.make_printable() == {"FINISHED"}
    assert [collection.name for collection in bpy.context.object.users_collection] == ["In Sight"]


def test_print_of_a_person_that_is_shared_with_another_scene_comes_into_this_one(person: bpy.types.Object) -> None:
    bpy.data.scenes["Scene"].name = "Mine"
    other = bpy.data.collections.new("Other")
    bpy.data.scenes.new("Other").collection.children.link(other)
    other.objects.link(person)
    layer = new_collection("Hidden", person)
    bpy.context.scene.collection.objects.unlink(person)
    bpy.context.view_layer.objects.active = person
    layer.hide_viewport = True
    assert bpy.ops.twok2k.make_printable() == {"FINISHED"}
    assert bpy.context.object.users_collection == (bpy.context.scene.collection,)


def test_print_has_the_height_and_the_smoothing_of_the_person(person: bpy.types.Object, part: Part) -> None:
    person.scale = (1, 1, 2)
    person.twok2k.smoothing = 2
    bpy.context.scene.unit_settings.scale_length = 0.01
    bpy.context.view_layer.update()
    tall = person.dimensions.x / person.dimensions.z
    bpy.ops.twok2k.make_printable(height=100)
    assert_printable(part, bpy.context.object.data, 10)
    assert bpy.context.object.dimensions.x / 10 == pytest.approx(tall, rel=0.05)


def test_faulty_mesh_is_remeshed_with_its_colors(person: bpy.types.Object, part: Part) -> None:
    with part("solid").editing(person.data) as work:
        hole = [v for v in work.verts if 1.0 < v.co.z < 1.05]
        bmesh.ops.delete(work, geom=hole, context="VERTS")  # in two halves
        bmesh.ops.create_cube(work, size=0.1)  # something loose
    mean = colors(person.data)[:, :3].mean(axis=0)
    assert bpy.ops.twok2k.make_printable(height=150) == {"FINISHED"}
    mesh = bpy.context.object.data
    assert_printable(part, mesh, 0.15)
    assert len(mesh.polygons) > 10_000
    assert np.abs(colors(mesh)[:, :3].mean(axis=0) - mean).max() < 0.2
    assert list(mesh.materials) == list(person.data.materials)


def test_joined_hat_becomes_part_of_the_body(person: bpy.types.Object, part: Part) -> None:
    top = positions(person.data)[:, 2].argmax()
    x, y, z = positions(person.data)[top]
    with part("solid").editing(person.data) as work:
        hat = bmesh.ops.create_cone(work, cap_ends=True, segments=24, radius1=0.14, radius2=0.1, depth=0.12)
        bmesh.ops.translate(work, verts=hat["verts"], vec=(x, y, z + 0.02))
    bpy.ops.twok2k.make_printable(height=150)
    mesh = bpy.context.object.data
    assert_printable(part, mesh, 0.15)
    high = positions(mesh)[positions(mesh)[:, 2] > 0.147]
    assert np.ptp(high[:, 0]) > 0.14 * 0.15 / 1.8


def test_what_cannot_be_solid_is_told_and_leaves_nothing(person: bpy.types.Object) -> None:
    flat = bpy.data.meshes.new("Flat")
    flat.from_pydata([(0, 0, 0), (1, 0, 0), (0, 0, 1)], [], [(0, 1, 2)])
    person.data = flat
    before = len(bpy.data.objects), len(bpy.data.meshes)
    with pytest.raises(RuntimeError, match="cannot be made solid"):
        bpy.ops.twok2k.make_printable()
    assert (len(bpy.data.objects), len(bpy.data.meshes)) == before


def test_cut_that_takes_the_legs_is_refused(person: bpy.types.Object) -> None:
    with pytest.raises(RuntimeError, match="choose less"):
        bpy.ops.twok2k.make_printable(height=20, cut=10)


def test_undo(person: bpy.types.Object) -> None:
    run_and_undo(lambda: bpy.ops.twok2k.make_printable("EXEC_DEFAULT", True))
    assert [item.name for item in bpy.data.objects] == ["sample_person"]


@pytest.mark.parametrize("seed", range(5))
def test_pieces_of_random_graphs(part: Part, seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = rng.integers(0, 200, (120, 2))
    labels = part("solid").piece_labels(200, edges)
    expected = list(range(200))
    for _ in range(200):
        for first, second in edges.tolist():
            expected[first] = expected[second] = min(expected[first], expected[second])
    assert labels.tolist() == expected
