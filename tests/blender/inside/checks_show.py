"""What shows a real result to others: turntable, asset, files."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Matrix, Vector
from result_tools import GLTF, colors, give_texture, glb_content, positions, red_png, run_and_undo

Part = Callable[[str], ModuleType]


def framing(person: bpy.types.Object) -> np.ndarray:
    """(N, 2) of the person in the picture; 0 to 1 is inside."""
    scene = bpy.context.scene
    points = positions(person.data)[::40]
    seen = [world_to_camera_view(scene, scene.camera, person.matrix_world @ Vector(point)) for point in points]
    assert min(point.z for point in seen) > scene.camera.data.clip_start
    assert max(point.z for point in seen) < scene.camera.data.clip_end
    return np.array([point[:2] for point in seen])


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (800, 800)])
@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_turntable_shows_all_of_the_person_all_the_time(
    person: bpy.types.Object, size: tuple[int, int], scale: float
) -> None:
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = size
    person.matrix_world = Matrix.LocRotScale((3, -2, 1), None, (scale, scale, scale))
    bpy.context.view_layer.update()
    bpy.ops.twok2k.turntable(frames=48)
    tallest = widest = 0.0
    for frame in (1, 7, 13, 25, 40):
        scene.frame_set(frame)
        places = framing(person)
        assert places.min() > 0.01
        assert places.max() < 0.99
        tallest, widest = max(tallest, np.ptp(places[:, 1])), max(widest, np.ptp(places[:, 0]))
    assert max(tallest, widest) > 0.7, "and fills the picture"


def test_turntable_turns_once_without_a_jolt(person: bpy.types.Object) -> None:
    scene = bpy.context.scene
    person.rotation_euler.z = 0.7
    bpy.context.view_layer.update()
    bpy.ops.twok2k.turntable()
    stand = scene.camera.parent
    turns = []
    for frame in (1, 2, 31, 120, 121):
        scene.frame_set(frame)
        turns.append(stand.matrix_world.to_euler().z if frame == 1 else stand.rotation_euler.z)
    assert np.allclose(np.array(turns) - turns[0], np.array([0, 1, 30, 119, 120]) / 120 * 2 * np.pi, atol=1e-4)
    scene.frame_set(1)
    ahead = person.matrix_world.to_3x3() @ Vector((0, -1, 0))
    assert (scene.camera.matrix_world.translation - stand.location).to_2d().normalized().dot(ahead.to_2d()) > 0.999
    assert (scene.frame_start, scene.frame_end, scene.render.fps) == (1, 120, 24)


def test_turntable_has_a_collection_of_its_own_and_replaces_itself(person: bpy.types.Object) -> None:
    bpy.ops.twok2k.turntable()
    kinds = ("objects", "cameras", "lights", "worlds", "collections")
    counts = [len(getattr(bpy.data, kind)) for kind in kinds]
    bpy.ops.twok2k.turntable(frames=24)
    assert [len(getattr(bpy.data, kind)) for kind in kinds] == counts
    collection = bpy.data.collections["sample_person Turntable"]
    assert sorted(item.type for item in collection.objects) == ["CAMERA", "EMPTY", "LIGHT", "LIGHT", "LIGHT"]
    assert person.name not in collection.objects
    assert person.parent is None
    assert bpy.context.scene.world.name == "sample_person Turntable"


def test_turntable_again_leaves_what_the_user_has_made(person: bpy.types.Object) -> None:
    scene = bpy.context.scene
    scene.world = mine = bpy.data.worlds.new("Mine")
    bpy.ops.twok2k.turntable()
    collection = bpy.data.collections["sample_person Turntable"]
    stage = bpy.data.meshes.new("Stage")
    floor, elsewhere = bpy.data.objects.new("Floor", stage), bpy.data.objects.new("Elsewhere", stage)
    collection.objects.link(floor)
    scene.collection.objects.link(elsewhere)
    key = next(item for item in collection.objects if item.name.endswith("Key"))
    twin, shared = key.copy(), bpy.data.objects.new("Shared", key.data)
    collection.objects.link(twin)
    scene.collection.objects.link(shared)
    lamp = key.data
    bpy.ops.twok2k.turntable()
    assert bpy.data.collections["sample_person Turntable"] == collection
    assert {floor, twin} < set(collection.objects)
    assert (elsewhere.data, shared.data, twin.data) == (stage, lamp, lamp)
    assert len(collection.objects) == 5 + 2
    assert mine.use_fake_user, "it is saved, although nobody uses it"
    assert not scene.world.use_fake_user
    assert len(bpy.data.worlds) == 2


def test_turntable_leaves_a_world_that_another_scene_uses(person: bpy.types.Object) -> None:
    bpy.ops.twok2k.turntable()
    other = bpy.data.scenes.new("Other")
    other.world = bpy.context.scene.world
    bpy.ops.twok2k.turntable()
    assert other.world is not None


def test_asset_has_a_picture_and_the_license(person: bpy.types.Object) -> None:
    kinds = ("scenes", "objects", "cameras", "lights", "worlds", "images")
    names = [list(getattr(bpy.data, kind).keys()) for kind in kinds]
    assert bpy.ops.twok2k.mark_asset() == {"FINISHED"}
    assert person.asset_data.license == f"{person['2K2K License']} (any use)"
    assert {tag.name for tag in person.asset_data.tags} == {"human", "person"}
    width, height = person.preview.image_size
    pixels = np.array(person.preview.image_pixels_float).reshape(height, width, 4)
    covered = pixels[..., 3] > 0.5
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    assert np.ptp(rows) > 0.7 * height
    assert abs(columns.mean() - width / 2) < 0.05 * width
    assert 0.2 < pixels[covered][:, :3].mean() < 0.8
    now = [[name for name in getattr(bpy.data, kind).keys() if name != "Render Result"] for kind in kinds]  # noqa: SIM118
    assert now == names


def test_undo_of_turntable_and_asset(person: bpy.types.Object) -> None:
    run_and_undo(lambda: bpy.ops.twok2k.turntable("EXEC_DEFAULT", True))
    assert bpy.context.scene.camera is None
    assert [item.name for item in bpy.data.objects] == ["sample_person"]
    run_and_undo(lambda: bpy.ops.twok2k.mark_asset("EXEC_DEFAULT", True))
    assert bpy.context.object.asset_data is None


@pytest.mark.parametrize(
    ("kind", "suffix"), [("OBJ", ".obj"), ("PLY", ".ply"), pytest.param("GLB", ".glb", marks=GLTF)]
)
def test_file_has_the_person_alone_in_color(person: bpy.types.Object, tmp_path: Path, kind: str, suffix: str) -> None:
    other = bpy.data.objects.new("Other", person.data.copy())
    bpy.context.collection.objects.link(other)
    other.select_set(True)
    bpy.context.view_layer.objects.active = person
    path = tmp_path / f"person{suffix}"
    count, mean = len(person.data.polygons), colors(person.data)[:, :3].mean(axis=0)
    tall = person.dimensions.z
    assert bpy.ops.twok2k.export_result(format=kind, filepath=str(path)) == {"FINISHED"}
    bpy.ops.wm.read_homefile(use_empty=True)
    importer = {"OBJ": bpy.ops.wm.obj_import, "PLY": bpy.ops.wm.ply_import, "GLB": bpy.ops.import_scene.gltf}
    importer[kind](filepath=str(path))
    bpy.context.view_layer.update()
    found = [item for item in bpy.data.objects if item.type == "MESH"]
    assert len(found) == 1
    assert len(found[0].data.polygons) == count
    assert max(found[0].dimensions) == pytest.approx(tall, abs=1e-3)
    color = found[0].data.color_attributes[0]
    values = np.empty(4 * len(color.data), np.float32)
    color.data.foreach_get("color", values)
    assert np.allclose(values.reshape(-1, 4)[:, :3].mean(axis=0), mean, atol=0.02)


@GLTF
def test_glb_shows_the_colors_in_its_material(person: bpy.types.Object, tmp_path: Path) -> None:
    person.twok2k.saturation = 0.5
    path = tmp_path / "person.glb"
    bpy.ops.twok2k.export_result(format="GLB", filepath=str(path))
    content = glb_content(path)
    primitives = [primitive for mesh in content["meshes"] for primitive in mesh["primitives"]]
    assert all("COLOR_0" in primitive["attributes"] for primitive in primitives)
    assert content["materials"][0]["pbrMetallicRoughness"].get("baseColorFactor", [1, 1, 1, 1]) == [1, 1, 1, 1]


@pytest.mark.parametrize("adjusted", [False, True])
def test_obj_has_the_textures_beside_it(
    person: bpy.types.Object, part: Part, tmp_path: Path, capfd: pytest.CaptureFixture[str], adjusted: bool
) -> None:
    give_texture(person, part)
    if adjusted:
        person.twok2k.saturation = 0.5
    names = {image.name: image.filepath_raw for image in bpy.data.images}
    path = tmp_path / "a person.obj"
    assert bpy.ops.twok2k.export_result(format="OBJ", filepath=str(path)) == {"FINISHED"}
    assert ("The colors are the photo's" in capfd.readouterr().out) == adjusted
    assert {image.name: image.filepath_raw for image in bpy.data.images} == names
    assert all(image.packed_file for image in bpy.data.images)
    assert person.twok2k.saturation == (0.5 if adjusted else 1)
    shader = person.active_material.node_tree.nodes["Principled BSDF"]
    assert shader.inputs["Base Color"].links[0].from_node.type == ("BRIGHTCONTRAST" if adjusted else "TEX_IMAGE")
    lines = path.with_suffix(".mtl").read_text().splitlines()
    maps = [line.split()[-1] for line in lines if line.startswith("map_")]
    assert len(maps) == 2
    assert all((tmp_path / name).read_bytes() == red_png() for name in maps)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(["a person.mtl", "a person.obj", *maps])
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.obj_import(filepath=str(path))
    assert [tuple(image.size) for image in bpy.data.images] == [(1, 1)] * 2


@GLTF
def test_glb_has_the_textures_of_an_adjusted_person(person: bpy.types.Object, part: Part, tmp_path: Path) -> None:
    give_texture(person, part)
    person.twok2k.hue = 0.2
    path = tmp_path / "person.glb"
    bpy.ops.twok2k.export_result(format="GLB", filepath=str(path))
    material = glb_content(path)["materials"][0]
    assert "baseColorTexture" in material["pbrMetallicRoughness"]
    assert person.twok2k.hue == pytest.approx(0.2)


def test_obj_that_cannot_be_written_leaves_no_textures(person: bpy.types.Object, part: Part, tmp_path: Path) -> None:
    give_texture(person, part)
    (tmp_path / "person.obj").mkdir()
    with pytest.raises(RuntimeError, match="cannot be written"):
        bpy.ops.twok2k.export_result(format="OBJ", filepath=str(tmp_path / "person.obj"))
    assert not list(tmp_path.glob("*.png"))
    assert {image.filepath_raw for image in bpy.data.images} == {""}


def test_failed_export_leaves_the_maps_of_the_last_one(
    person: bpy.types.Object, part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_texture(person, part)
    bpy.ops.twok2k.export_result(format="OBJ", filepath=str(tmp_path / "person.obj"))
    maps = sorted(tmp_path.glob("*.png"))
    maps[0].write_bytes(b"mine")
    (tmp_path / "person.obj").unlink()
    (tmp_path / "person.obj").mkdir()
    with pytest.raises(RuntimeError, match="cannot be written"):
        bpy.ops.twok2k.export_result(format="OBJ", filepath=str(tmp_path / "person.obj"))
    assert [file.read_bytes() for file in maps] == [b"mine", red_png()]


def test_maps_whose_names_make_the_same_file_name_are_two_files(
    person: bpy.types.Object, part: Part, tmp_path: Path
) -> None:
    give_texture(person, part)
    for image, name in zip(list(bpy.data.images), ("a map", "A?map"), strict=True):
        image.name = name
    bpy.ops.twok2k.export_result(format="OBJ", filepath=str(tmp_path / "person.obj"))
    lines = (tmp_path / "person.mtl").read_text().splitlines()
    maps = {line.split()[-1] for line in lines if line.startswith("map_")}
    assert len({name.lower() for name in maps}) == 2
    assert sorted(file.name for file in tmp_path.glob("*.png")) == sorted(maps)


def test_painted_image_that_is_not_saved_is_not_exported(person: bpy.types.Object, part: Part, tmp_path: Path) -> None:
    give_texture(person, part)
    image = next(image for image in bpy.data.images if image.colorspace_settings.name == "sRGB")
    image.pixels[0] = 0.5
    with pytest.raises(RuntimeError, match="has changes; save it"):
        bpy.ops.twok2k.export_result(format="OBJ", filepath=str(tmp_path / "person.obj"))
    assert not list(tmp_path.iterdir())
    bpy.ops.twok2k.export_result(format="STL", filepath=str(tmp_path / "person.stl"))


def test_gltf_without_its_add_on_is_told(person: bpy.types.Object, tmp_path: Path) -> None:
    bpy.ops.preferences.addon_disable(module="io_scene_gltf2")
    try:
        with pytest.raises(RuntimeError, match=r'enable the add-on "glTF 2\.0 format"') as caught:
            bpy.ops.twok2k.export_result(format="GLB", filepath=str(tmp_path / "person.glb"))
        assert "Traceback" not in str(caught.value)
    finally:
        bpy.ops.preferences.addon_enable(module="io_scene_gltf2")


def test_export_without_a_file_is_told(person: bpy.types.Object) -> None:
    with pytest.raises(RuntimeError, match="choose one"):
        bpy.ops.twok2k.export_result(format="OBJ")


def test_stl_is_in_millimetres(person: bpy.types.Object, tmp_path: Path) -> None:
    bpy.ops.twok2k.make_printable(height=90)
    path = tmp_path / "person.stl"
    bpy.ops.twok2k.export_result(format="STL", filepath=str(path))
    data = path.read_bytes()
    kinds = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("rest", "<u2")])
    corners = np.frombuffer(data, kinds, offset=84)["corners"].reshape(-1, 3)
    assert np.ptp(corners[:, 2]) == pytest.approx(90, abs=1e-3)


def test_place_that_cannot_be_written_is_told(person: bpy.types.Object, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="cannot be written"):
        bpy.ops.twok2k.export_result(format="STL", filepath=str(tmp_path / "none" / "person.stl"))
