"""Generate Again: another mesh for the same object."""

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest
from result_tools import run_and_undo

pytestmark = pytest.mark.usefixtures("small_engine")

Part = Callable[[str], ModuleType]
Photo = Callable[[str], str]
Wait = Callable[[Callable[[], Any]], None]


@pytest.fixture
def anna(photo: Photo) -> bpy.types.Object:
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"), height=1.6, detail="low", weights="published", person=2)
    return bpy.context.object


def height(item: bpy.types.Object) -> float:
    return max(vertex.co.z for vertex in item.data.vertices)


def test_what_the_user_did_to_the_object_stays(anna: bpy.types.Object) -> None:
    parent = bpy.data.objects.new("Parent", None)
    shelf = bpy.data.collections.new("Shelf")
    bpy.context.scene.collection.children.link(shelf)
    shelf.objects.link(anna)
    anna.parent, anna.name, anna.location, anna.scale = parent, "Heroine", (1, 2, 3), (2, 2, 2)
    anna.modifiers.new("Mine", "SUBSURF")
    mine = bpy.data.materials.new("Mine")
    anna.data.materials.append(mine)
    before, place = [material.name for material in anna.data.materials], anna.matrix_basis.copy()
    counts = len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.materials)
    assert bpy.ops.twok2k.generate_again(height=1.2, detail="medium") == {"FINISHED"}
    assert bpy.context.object == anna
    assert height(anna) == pytest.approx(1.2)
    assert (anna.name, anna.parent, anna.matrix_basis) == ("Heroine", parent, place)
    assert (list(anna.modifiers.keys()), shelf in anna.users_collection) == (["Mine"], True)
    assert [material.name for material in anna.data.materials] == before
    assert (len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.materials)) == counts
    assert anna.data.name == "anna"
    assert "detail medium" in anna["2K2K Settings"]


def test_person_stays_as_it_was_when_another_mesh_cannot_be_made(
    anna: bpy.types.Object, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("nothing to divide by")

    anna.vertex_groups.new(name="Mine")
    monkeypatch.setattr(part("scene"), "copy_materials", fail)
    with pytest.raises(RuntimeError, match="nothing to divide by") as raised:
        bpy.ops.twok2k.generate_again(height=1.2)
    assert "Traceback" not in str(raised.value)
    assert [list(kind.keys()) for kind in (bpy.data.objects, bpy.data.meshes, bpy.data.materials)] == [["anna"]] * 3
    assert height(anna) == pytest.approx(1.6)


def test_settings_left_out_are_those_of_the_person_not_of_the_panel(anna: bpy.types.Object) -> None:
    panel = bpy.context.scene.twok2k
    panel.height, panel.detail, panel.person = 2.0, "full", 7
    bpy.ops.twok2k.generate_again()
    assert height(anna) == pytest.approx(1.6)
    assert anna["2K2K Settings"].startswith("detail low, height 1.6, person 1, weights published")
    assert anna["2K2K Person"] == "2 of 2"


def test_old_provenance_goes(photo: Photo, tmp_path: Path) -> None:
    bpy.ops.twok2k.generate(filepath=photo("feet.png"))
    person = bpy.context.object
    assert "2K2K Warnings" in person
    photo("good.png")
    person["2K2K Photo File"] = str(tmp_path / "good.png")
    bpy.ops.twok2k.generate_again()
    assert "2K2K Warnings" not in person
    assert person["2K2K Photo"] == "good.png"


def test_person_made_from_an_image_in_the_file() -> None:
    bpy.data.images.new("Painted", 8, 8)
    bpy.ops.twok2k.generate(image="Painted", height=1.5)
    person = bpy.context.object
    bpy.ops.twok2k.generate_again(height=1.1)
    assert height(person) == pytest.approx(1.1)
    bpy.data.images.remove(bpy.data.images["Painted"])
    with pytest.raises(RuntimeError, match="'Painted' is no longer in this file"):
        bpy.ops.twok2k.generate_again()


def test_photo_that_is_gone_is_told(anna: bpy.types.Object) -> None:
    Path(anna["2K2K Photo File"]).unlink()
    before = anna.data
    with pytest.raises(RuntimeError, match=r"anna\.jpg no longer exists"):
        bpy.ops.twok2k.generate_again()
    assert anna.data == before


def test_failure_keeps_the_old_mesh(anna: bpy.types.Object, photo: Photo) -> None:
    anna["2K2K Photo File"] = photo("user.jpg")
    before = anna.data
    with pytest.raises(RuntimeError, match="shows no person"):
        bpy.ops.twok2k.generate_again()
    assert anna.data == before


@pytest.fixture
def masked(photo: Photo) -> bpy.types.Object:
    """A person made with a painted mask; the panel shows another photo by now."""
    panel = bpy.context.scene.twok2k
    panel.filepath, panel.person = photo("anna.jpg"), 1
    bpy.ops.twok2k.paint_mask()
    bpy.ops.twok2k.generate()
    panel.filepath = photo("berta.jpg")
    return bpy.context.object


MASKED = "The mask is mask.png."


def test_mask_is_remembered(masked: bpy.types.Object) -> None:
    for _ in range(2):
        bpy.ops.twok2k.generate_again(height=1.5)
        assert masked["2K2K Warnings"] == MASKED
    bpy.ops.twok2k.generate_again(person=2)
    assert "2K2K Warnings" not in masked, "it is another person's"


def test_mask_of_another_person_in_the_panel_is_not_taken(photo: Photo) -> None:
    panel = bpy.context.scene.twok2k
    panel.filepath, panel.person = photo("two.jpg"), 2
    bpy.ops.twok2k.generate()
    panel.person = 1
    bpy.ops.twok2k.paint_mask()
    bpy.ops.twok2k.generate_again()
    assert "2K2K Warnings" not in bpy.context.object
    panel.person = 2
    panel.mask = panel.mask
    bpy.ops.twok2k.generate_again()
    assert bpy.context.object["2K2K Warnings"] == MASKED


def test_mask_that_is_gone_is_told_and_another_may_be_chosen(masked: bpy.types.Object) -> None:
    bpy.data.images.remove(bpy.data.images["anna mask"])
    before = masked.data
    with pytest.raises(RuntimeError, match="mask anna mask no longer exists; put it back, or show the photo"):
        bpy.ops.twok2k.generate_again()
    assert masked.data == before
    panel = bpy.context.scene.twok2k
    panel.filepath = masked["2K2K Photo File"]
    panel.mask = bpy.data.images.new("Better", 4, 4)
    bpy.ops.twok2k.generate_again()
    assert (masked["2K2K Warnings"], masked["2K2K Mask Image"]) == (MASKED, "Better")


def test_mask_file_is_remembered(photo: Photo) -> None:
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"), mask=photo("white.png"))
    person = bpy.context.object
    bpy.ops.twok2k.generate_again()
    assert person["2K2K Warnings"] == "The mask is white.png."
    Path(person["2K2K Mask File"]).unlink()
    with pytest.raises(RuntimeError, match=r"white\.png no longer exists"):
        bpy.ops.twok2k.generate_again()


def test_vertex_groups_stay(anna: bpy.types.Object) -> None:
    top = [vertex.index for vertex in anna.data.vertices if vertex.co.z > 1]
    anna.vertex_groups.new(name="Top").add(top, 0.5, "REPLACE")
    bpy.ops.twok2k.generate_again(height=1.61)
    weights = np.array([sum(group.weight for group in vertex.groups) for vertex in anna.data.vertices])
    high = np.array([vertex.co.z > 1 for vertex in anna.data.vertices])
    assert np.allclose(weights[high], 0.5, atol=1e-3)
    assert np.allclose(weights[~high], 0, atol=1e-3)


def shown(person: bpy.types.Object, slot: int = 0) -> bpy.types.Node:
    """What feeds the adjusting nodes of the material."""
    tree = person.material_slots[slot].material.node_tree
    return tree.nodes["2K2K Hue and Saturation"].inputs["Color"].links[0].from_node


def test_adjusted_colors_stay_whatever_coordinates_the_user_has_made(anna: bpy.types.Object) -> None:
    anna.data.uv_layers.new(name="Mine")
    anna.twok2k.saturation = 0.5
    material = anna.active_material
    bpy.ops.twok2k.generate_again()
    assert anna.active_material == material
    assert anna.twok2k.saturation == pytest.approx(0.5)
    mine = bpy.data.materials.new("Mine")
    anna.data.materials[0] = mine
    bpy.ops.twok2k.generate_again(texture="2K")
    assert list(anna.data.materials) == [mine]


def test_textures_come_and_go_in_our_slot_alone_and_leave_nothing(anna: bpy.types.Object) -> None:
    mine = bpy.data.materials.new("Mine")
    anna.data.materials.append(mine)
    bpy.data.images.new("Own", 1, 1)
    anna.twok2k.saturation, anna.twok2k.brightness = 0.5, 0.2
    name = anna.active_material.name
    for texture, images in (("2K", 2), ("2K", 2), ("none", 0), ("2K", 2)):
        bpy.ops.twok2k.generate_again(texture=texture)
        materials = anna.data.materials
        assert [material.name for material in materials] == [name, "Mine"]
        assert (anna.twok2k.saturation, anna.twok2k.brightness) == (pytest.approx(0.5), pytest.approx(0.2))
        assert shown(anna).type == ("TEX_IMAGE" if images else "VERTEX_COLOR")
        assert len(bpy.data.images) == 1 + images
        assert len(bpy.data.materials) == 2
        normal = materials[0].node_tree.nodes["Principled BSDF"].inputs["Normal"]
        assert normal.is_linked == bool(images)
    assert "Own" in bpy.data.images


def test_colors_come_and_go_at_another_shader(anna: bpy.types.Object) -> None:
    tree, output = anna.active_material.node_tree, anna.active_material.node_tree.get_output_node("ALL")
    toon = tree.nodes.new("ShaderNodeBsdfToon")
    tree.links.new(tree.nodes["2K2K Colors"].outputs["Color"], toon.inputs["Color"])
    tree.links.new(toon.outputs["BSDF"], output.inputs["Surface"])
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    for texture, kind in (("2K", "TEX_IMAGE"), ("2K", "TEX_IMAGE"), ("none", "VERTEX_COLOR")):
        assert bpy.ops.twok2k.generate_again(texture=texture) == {"FINISHED"}
        assert toon.inputs["Color"].links[0].from_node.type == kind
        assert len(bpy.data.images) == (texture == "2K")


def test_painting_that_is_not_saved_stays_in_the_file(anna: bpy.types.Object) -> None:
    bpy.ops.twok2k.generate_again(texture="2K")
    painted = anna.active_material.node_tree.nodes["2K2K Colors"].image
    painted.pixels[0] = 0.5
    assert painted.is_dirty
    bpy.ops.twok2k.generate_again(texture="none")
    assert list(bpy.data.images) == [painted]
    assert painted.users


def test_copy_with_the_same_material_keeps_its_texture(anna: bpy.types.Object) -> None:
    bpy.ops.twok2k.generate_again(texture="2K")
    twin = anna.copy()
    twin.data = anna.data.copy()
    bpy.context.collection.objects.link(twin)
    anna.twok2k.hue = 0.1
    material, image = twin.active_material, shown(twin).image
    bpy.ops.twok2k.generate_again(texture="2K")
    assert (twin.active_material, shown(twin).image) == (material, image)
    assert shown(anna).image not in (None, image)
    assert anna.twok2k.hue == pytest.approx(0.1)


def test_image_of_the_users_in_our_material_stays(anna: bpy.types.Object) -> None:
    bpy.ops.twok2k.generate_again(texture="2K")
    own = bpy.data.images.new("Own", 1, 1)
    anna.twok2k.hue = 0.1
    shown(anna).image = own
    material = anna.active_material
    bpy.ops.twok2k.generate_again(texture="2K")
    assert anna.active_material == material
    assert shown(anna).image == own


def test_it_waits_in_the_queue_and_is_one_undo_step(anna: bpy.types.Object, part: Part) -> None:
    again = part("again_job").AgainJob
    settings = {"detail": "low", "height": 1.0, "person": 0, "weights": "default", "device": "auto"}
    job = again(Path(anna["2K2K Photo File"]), settings, anna)

    def work() -> None:
        part("background").add([job])
        while part("session").session.busy:
            part("background").tick()
            time.sleep(0.01)
        assert height(bpy.data.objects["anna"]) == pytest.approx(1.0)

    run_and_undo(work)
    assert job.state == "done"
    assert height(bpy.data.objects["anna"]) == pytest.approx(1.6)
    job.clean_up()


def test_person_that_is_gone_is_added(anna: bpy.types.Object, part: Part) -> None:
    settings = {"detail": "low", "height": 1.0, "person": 0, "weights": "default", "device": "auto"}
    job = part("again_job").AgainJob(Path(anna["2K2K Photo File"]), settings, anna)
    bpy.data.objects.remove(anna)
    part("session").session.run([job])
    assert height(bpy.data.objects["anna"]) == pytest.approx(1.0)


@pytest.fixture
def again(anna: bpy.types.Object, beside: None, part: Part) -> Callable[..., Any]:
    """Clicks Generate Again for anna, with another photo: the job."""

    def begin(photo: str, **options: Any) -> Any:
        anna["2K2K Photo File"] = photo
        assert bpy.ops.twok2k.generate_again(**options) == {"FINISHED"}
        return part("session").session.queue.listed[-1]

    return begin


Again = Callable[..., Any]


def test_another_try_takes_the_settings_of_the_first(
    anna: bpy.types.Object, again: Again, photo: Photo, wait: Wait
) -> None:
    job = again(photo("user.jpg"), height=1.2)
    wait(lambda: job.state == "failed")
    panel = bpy.context.scene.twok2k
    panel.height, panel.detail, panel.person = 2.5, "full", 1
    job._photo = Path(photo("anna.jpg"))
    bpy.ops.twok2k.retry_photos(key=job.key)
    wait(lambda: job.over)
    assert height(anna) == pytest.approx(1.2)
    assert anna["2K2K Settings"].startswith("detail low, height 1.2, person 1, weights published")


def test_renamed_person_is_found(anna: bpy.types.Object, again: Again, photo: Photo, wait: Wait) -> None:
    job = again(photo("slow.jpg"), height=1.2)
    anna.name = "Heroine"
    wait(lambda: job.over)
    assert bpy.data.objects.keys() == ["Heroine"]
    assert height(anna) == pytest.approx(1.2)


def test_another_person_of_that_name_is_left_alone(
    anna: bpy.types.Object, again: Again, photo: Photo, wait: Wait
) -> None:
    job = again(photo("slow.jpg"), height=1.2)
    other = anna.copy()
    bpy.data.objects.remove(anna)
    bpy.context.collection.objects.link(other)
    other.name = "anna"
    wait(lambda: job.over)
    assert height(other) == pytest.approx(1.6)
    assert height(bpy.data.objects["slow"]) == pytest.approx(1.2)


def test_person_in_a_scene_that_is_not_shown(anna: bpy.types.Object, again: Again, photo: Photo, wait: Wait) -> None:
    anna.vertex_groups.new(name="All").add([vertex.index for vertex in anna.data.vertices], 0.5, "REPLACE")
    other = bpy.data.scenes.new("Other")
    other.unit_settings.scale_length = 0.01
    job = again(photo("slow.jpg"), height=1.2)
    bpy.context.window.scene = other
    wait(lambda: job.over)
    assert job.state == "done"
    assert not other.objects
    assert height(anna) == pytest.approx(1.2)
    assert anna.data.vertices[0].groups[0].weight == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(("name", "state"), [("slow.jpg", "working"), ("user.jpg", "failed")])
def test_it_is_off_the_list_in_another_file(
    anna: bpy.types.Object, again: Again, photo: Photo, part: Part, wait: Wait, tmp_path: Path, name: str, state: str
) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    job = again(photo(name), height=1.2)
    wait(lambda: job.state == state)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "other.blend"))
    wait(lambda: job.over)
    assert not bpy.context.window_manager.twok2k_rows
    assert not part("session").session.queue.jobs
    assert not bpy.ops.twok2k.retry_photos.poll()
    assert height(bpy.data.objects["anna"]) == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("settings", "metres"),
    [
        ("detail huge, height tall, person first, weights published", 1.75),
        ("detail low, height nan, person 1", 1.75),
        ("detail low, height 4.8, person 1", 3.0),
    ],
)
def test_settings_that_nobody_can_have_chosen(anna: bpy.types.Object, settings: str, metres: float) -> None:
    """They come from a file, which may come from anywhere; an adjusted person may be higher than any."""
    anna["2K2K Settings"] = settings
    assert bpy.ops.twok2k.generate_again() == {"FINISHED"}
    assert height(anna) == pytest.approx(metres)


def test_height_that_the_engine_does_not_make_is_told(
    anna: bpy.types.Object, capfd: pytest.CaptureFixture[str]
) -> None:
    anna.twok2k.height = 4.8
    bpy.ops.twok2k.generate_again()
    assert "nobody 4.80 m tall, but 3 m; set Height" in capfd.readouterr().out
    assert height(anna) == pytest.approx(3)
    anna.twok2k.height = 4.8
    bpy.ops.twok2k.generate_again(height=1.2)
    anna.twok2k.height = 2.9
    bpy.ops.twok2k.generate_again()
    assert "m tall" not in capfd.readouterr().out


def test_object_without_settings_says_so() -> None:
    item = bpy.data.objects.new("Old", bpy.data.meshes.new("Old"))
    bpy.context.collection.objects.link(item)
    item["2K2K Photo"] = "a.jpg"
    bpy.context.view_layer.objects.active = item
    assert not bpy.ops.twok2k.generate_again.poll()
