"""The operator in the blocking mode: result, provenance, errors, nothing left behind."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import get_args

import bpy
import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("small_engine")

Part = Callable[[str], ModuleType]
Photo = Callable[[str], str]

ROOT = Path(__file__).resolve().parents[3]
MODULE = "bl_ext.user_default.twok2k_blender"


def generate(**options: object) -> bpy.types.Object:
    assert bpy.ops.twok2k.generate(**options) == {"FINISHED"}
    return bpy.context.object


def test_result_stands_at_the_cursor_and_is_selected(photo: Photo) -> None:
    other = bpy.data.objects.new("Other", None)
    bpy.context.collection.objects.link(other)
    other.select_set(True)
    bpy.context.scene.cursor.location = (1, 2, 3)
    person = generate(filepath=photo("anna.jpg"), height=1.6)
    bpy.context.view_layer.update()
    corners = np.array([person.matrix_world @ vertex.co for vertex in person.data.vertices])
    assert bpy.context.selected_objects == [person]
    assert person.name == "anna"
    assert np.allclose([corners[:, 2].min(), corners[:, 2].max()], [3, 4.6], atol=1e-5)
    assert np.allclose(corners[:, :2].mean(0), [1, 2], atol=1e-5)


def test_colors_show_in_all_windows_of_the_scene(part: Part) -> None:
    scene = bpy.context.scene
    screens = [screen for screen in bpy.data.screens if any(area.type == "VIEW_3D" for area in screen.areas)][:3]
    scenes = (scene, scene, bpy.data.scenes.new("Other"))
    shown = [SimpleNamespace(screen=each, scene=of) for each, of in zip(screens, scenes, strict=True)]
    views = [[area.spaces.active for area in each.areas if area.type == "VIEW_3D"] for each in screens]
    for view in (view for each in views for view in each):
        view.shading.color_type = "MATERIAL"
    context = SimpleNamespace(window_manager=SimpleNamespace(windows=shown), scene=scene, screen=screens[0])
    part("scene").show_colors_in_solid_view(context)
    types = [{view.shading.color_type for view in each} for each in views]
    assert types == [{"VERTEX"}, {"VERTEX"}, {"MATERIAL"}]


def test_mesh_is_valid_smooth_and_outward(photo: Photo) -> None:
    mesh = generate(filepath=photo("anna.jpg")).data
    assert not mesh.validate(verbose=True)
    assert all(polygon.use_smooth for polygon in mesh.polygons)
    assert len(mesh.edges) == 18
    top = max(mesh.polygons, key=lambda polygon: polygon.center.z)
    assert top.normal.z > 0.9


def test_color_attribute_is_active_linear_and_in_the_material(photo: Photo) -> None:
    mesh = generate(filepath=photo("anna.jpg")).data
    color = mesh.color_attributes.active_color
    assert (color.name, color.domain, color.data_type) == ("Color", "POINT", "FLOAT_COLOR")
    assert mesh.color_attributes[mesh.color_attributes.render_color_index].name == "Color"
    top = max(mesh.vertices, key=lambda vertex: vertex.co.z).index
    assert np.allclose(color.data[top].color, [1, 0.21586, 0, 1], atol=1e-4)
    tree = mesh.materials[0].node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert shader.inputs["Base Color"].links[0].from_node.layer_name == "Color"


def _source(socket: bpy.types.NodeSocket) -> bpy.types.Node:
    return socket.links[0].from_node


def test_textures_are_packed_and_in_the_material(photo: Photo, tmp_path: Path) -> None:
    person = generate(filepath=photo("anna.jpg"), detail="low", texture="2K")
    assert "texture 2048" in person["2K2K Settings"]
    assert person.data.color_attributes.active_color.name == "Color"
    uv = np.empty((len(person.data.loops), 2), np.float32)
    person.data.uv_layers.active.uv.foreach_get("vector", uv.ravel())
    assert np.array_equal(uv.reshape(-1, 3, 2)[0], [[0, 1], [1, 1], [1, 0]])
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "anna.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "anna.blend"))
    tree = bpy.data.objects["anna"].data.materials[0].node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    color, bump = _source(shader.inputs["Base Color"]).image, _source(shader.inputs["Normal"])
    normal = _source(bump.inputs["Color"]).image
    assert (bump.type, bump.space, bump.uv_map) == ("NORMAL_MAP", "TANGENT", "UVMap")
    for image, space, value in ((color, "sRGB", [1, 0, 0, 1]), (normal, "Non-Color", [0.502, 0.502, 1, 1])):
        assert image.packed_file
        assert (tuple(image.size), image.colorspace_settings.name) == ((2048, 2048), space)
        assert np.allclose(image.pixels[:4], value, atol=1e-3)


def test_no_texture_on_a_mesh_of_full_detail(photo: Photo) -> None:
    bpy.context.scene.twok2k.texture = "4K"
    assert not generate(filepath=photo("anna.jpg"), detail="full").data.uv_layers
    assert generate(filepath=photo("anna.jpg"), detail="low", texture="none").data.uv_layers.active is None


def test_provenance_tells_photo_weights_licence_and_settings(photo: Photo) -> None:
    person = generate(filepath=photo("feet.png"), detail="low", weights="published", person=2)
    assert person["2K2K Photo"] == "feet.png"
    assert person["2K2K Weights"] == "published"
    assert person["2K2K Use"] == "non-commercial use only"
    assert person["2K2K Person"] == "2 of 2"
    assert "detail low" in person["2K2K Settings"]
    assert "feet" in person["2K2K Warnings"]
    assert person["2K2K Version"]


def test_options_left_out_come_from_the_panel(photo: Photo) -> None:
    panel = bpy.context.scene.twok2k
    panel.filepath, panel.height, panel.detail = photo("berta.jpg"), 1.2, "medium"
    person = generate()
    assert person.name == "berta"
    assert person.dimensions.z == pytest.approx(1.2)
    assert "detail medium" in person["2K2K Settings"]


def test_life_size_in_a_scene_measured_in_centimetres(photo: Photo) -> None:
    bpy.context.scene.unit_settings.scale_length = 0.01
    assert generate(filepath=photo("anna.jpg")).dimensions.z == pytest.approx(175)


def test_two_results_stand_side_by_side_with_own_data(photo: Photo) -> None:
    first, second = generate(filepath=photo("anna.jpg")), generate(filepath=photo("anna.jpg"))
    assert first.data != second.data
    assert first.data.materials[0] != second.data.materials[0]


def test_edit_mode_is_left(photo: Photo) -> None:
    generate(filepath=photo("anna.jpg"))
    bpy.ops.object.mode_set(mode="EDIT")
    person = generate(filepath=photo("berta.jpg"))
    assert bpy.context.mode == "OBJECT"
    assert bpy.context.object == person


def test_excluded_collection_is_avoided(photo: Photo) -> None:
    collection = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(collection)
    layer = bpy.context.view_layer.layer_collection.children["Hidden"]
    bpy.context.view_layer.active_layer_collection = layer
    layer.exclude = True
    person = generate(filepath=photo("anna.jpg"))
    assert person.name in bpy.context.scene.collection.objects


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("user.jpg", "The picture shows no person; choose another photo."),
        ("fail.jpg", "Internal error"),
        ("die.jpg", "lack of memory"),
        ("exit.jpg", "the engine has lost its way"),
        ("nan.jpg", "not all coordinates are numbers"),
        ("index.jpg", "triangles of vertices that do not exist"),
    ],
)
def test_errors_are_one_sentence_and_leave_nothing(photo: Photo, name: str, words: str) -> None:
    with pytest.raises(RuntimeError, match=words) as raised:
        bpy.ops.twok2k.generate(filepath=photo(name))
    assert "Traceback" not in str(raised.value)
    assert ("Internal error" in words) == ("; click Copy Report and paste it" in str(raised.value))
    assert (len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.materials)) == (0, 0, 0)
    assert generate(filepath=photo("anna.jpg")), "the engine starts again"


def test_function_for_scripts_returns_the_human(photo: Photo) -> None:
    make = import_module(MODULE).generate
    anna = make(Path(photo("anna.jpg")), height=1.6, detail="low")
    assert (anna.name, "detail low" in anna["2K2K Settings"]) == ("anna", True)
    assert anna.dimensions.z == pytest.approx(1.6)
    painted = make(bpy.data.images.new("Painted", 8, 8), person=2)
    assert (painted.name, painted["2K2K Person"], painted == anna) == ("Painted", "2 of 2", False)
    bpy.context.scene.twok2k.filepath = photo("berta.jpg")
    assert make().name == "berta"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("user.jpg", r"The picture shows no person; choose another photo\."),
        ("nan.jpg", r"The engine's result is damaged \(not all coordinates are numbers\); generate again\."),
    ],
)
def test_function_for_scripts_raises_the_sentence_alone(photo: Photo, name: str, sentence: str) -> None:
    with pytest.raises(RuntimeError, match=rf"\A{sentence}\Z"):
        import_module(MODULE).generate(photo(name))
    assert not bpy.data.objects
    with pytest.raises(TypeError, match="hight"):
        import_module(MODULE).generate(photo(name), hight=1.7)


def test_function_for_scripts_takes_no_empty_path(photo: Photo) -> None:
    bpy.context.scene.twok2k.filepath = photo("anna.jpg")
    with pytest.raises(RuntimeError, match="path is empty"):
        import_module(MODULE).generate("")
    assert not bpy.data.objects


def test_person_comes_beside_a_collection_that_is_overridden(photo: Photo, tmp_path: Path) -> None:
    """Nothing can be linked into one that belongs to another file in part."""
    bpy.data.libraries.write(str(tmp_path / "set.blend"), {bpy.data.collections.new("Set")})
    bpy.data.collections.remove(bpy.data.collections["Set"])
    with bpy.data.libraries.load(str(tmp_path / "set.blend"), link=True) as (_, linked):
        linked.collections = ["Set"]
    bpy.context.scene.collection.children.link(linked.collections[0])
    override = linked.collections[0].override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    layers = bpy.context.view_layer.layer_collection.children
    bpy.context.view_layer.active_layer_collection = next(layer for layer in layers if layer.collection == override)
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    assert bpy.context.object.users_collection == (bpy.context.scene.collection,)


def test_missing_photo_is_told() -> None:
    with pytest.raises(RuntimeError, match="No photo is chosen"):
        bpy.ops.twok2k.generate()
    with pytest.raises(RuntimeError, match="does not exist"):
        bpy.ops.twok2k.generate(filepath="//nothing.jpg")


def test_what_libraries_print_does_not_disturb(photo: Photo) -> None:
    assert generate(filepath=photo("noise.jpg"))


def test_panel_offers_what_the_engine_takes(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    engine, panel = import_module("engine.types"), part("properties")
    assert panel.HEIGHTS == engine.HEIGHTS
    assert {name for name, *_ in panel.DETAILS} == set(get_args(engine.Detail))
    assert {*panel.TEXTURE_SIZES.values()} - {None} == {*engine.TEXTURE_SIZES}
    assert {name for name, *_ in panel.TEXTURES} == panel.TEXTURE_SIZES.keys()
