"""Height, smoothing and colours of a real result, as properties of the object."""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import bmesh
import bpy
import numpy as np
import pytest
from result_tools import colors, extent, positions, run_and_undo

Part = Callable[[str], ModuleType]


def seen(person: bpy.types.Object) -> bpy.types.Mesh:
    """The mesh with its modifiers."""
    return person.evaluated_get(bpy.context.evaluated_depsgraph_get()).data


@pytest.mark.parametrize("metres", [0.3, 1.0, 1.834, 2.5])
def test_height_is_exact_and_the_feet_stay(person: bpy.types.Object, metres: float) -> None:
    low, wide = positions(person.data)[:, 2].min(), np.ptp(positions(person.data)[:, 0]) / extent(person.data)
    person.twok2k.height = metres
    assert extent(person.data) == pytest.approx(metres, abs=2e-6)
    assert person.twok2k.height == pytest.approx(metres, abs=2e-6)
    assert positions(person.data)[:, 2].min() == pytest.approx(low, abs=1e-6)
    assert np.ptp(positions(person.data)[:, 0]) / metres == pytest.approx(wide, abs=1e-5)
    assert person.scale[:] == (1, 1, 1)


def test_height_counts_the_objects_scale_and_the_scenes_unit(person: bpy.types.Object) -> None:
    person.scale = (2, 2, 2)
    bpy.context.scene.unit_settings.scale_length = 0.01
    bpy.context.view_layer.update()
    person.twok2k.height = 1.8
    bpy.context.view_layer.update()
    assert person.dimensions.z == pytest.approx(180, abs=1e-3)


def test_height_is_what_generate_again_asks_for(person: bpy.types.Object, part: Part) -> None:
    before, remembered = extent(person.data), part("operators.generate_again").remembered
    person.twok2k.height = before * 0.9
    assert remembered(person)["height"] == pytest.approx(1.7 * 0.9, abs=1e-3)


HINT = "Switch to Object Mode first"


class Layout:
    """Takes what a panel draws."""

    def __init__(self) -> None:
        self.enabled, self.texts, self.shown = True, [], []

    def label(self, text: str, icon: str) -> None:
        self.texts.append(text)

    def prop(self, _: object, name: str, **__: object) -> None:
        self.shown.append(name)

    def column(self, align: bool) -> "Layout":
        return Layout()


def test_panel_tells_why_nothing_can_be_adjusted(person: bpy.types.Object, part: Part) -> None:
    draw, shading = part("result_panel").TWOK2K_PT_adjust.draw, SimpleNamespace(type="MATERIAL")
    for mode, texts in (("OBJECT", []), ("EDIT", [HINT]), ("SCULPT", [HINT])):
        bpy.ops.object.mode_set(mode=mode)
        space = SimpleNamespace(shading=shading)
        context, layout = SimpleNamespace(object=person, mode=bpy.context.mode, space_data=space), Layout()
        draw(SimpleNamespace(layout=layout), context)
        assert layout.enabled == (mode == "OBJECT")
        assert layout.texts == texts
        assert layout.shown == ["height", "smoothing"]
    bpy.ops.object.mode_set(mode="OBJECT")


def test_the_two_heights_have_different_names(person: bpy.types.Object) -> None:
    settings = bpy.context.scene.twok2k.bl_rna.properties["height"]
    adjust = person.twok2k.bl_rna.properties["height"]
    assert (settings.name, adjust.name) == ("Height", "Total Height (m)")
    assert "without shoes and hair" in settings.description
    assert "with shoes and hair" in adjust.description


def roughness_and_volume(mesh: bpy.types.Mesh) -> tuple[float, float]:
    """The mean angle between neighbouring triangles, and the volume."""
    work = bmesh.new()
    work.from_mesh(mesh)
    values = float(np.mean([edge.calc_face_angle() for edge in work.edges])), work.calc_volume()
    work.free()
    return values


def test_smoothing_levels_bumps_and_keeps_size_and_mesh(person: bpy.types.Object) -> None:
    points = positions(person.data)
    bumpy = (points + np.random.default_rng(0).normal(0, 0.001, points.shape)).astype(np.float32)
    clean, _ = roughness_and_volume(person.data)
    person.data.vertices.foreach_set("co", bumpy.ravel())
    rough, volume = roughness_and_volume(person.data)
    person.twok2k.smoothing = 3
    bpy.context.view_layer.update()
    smooth, same = roughness_and_volume(seen(person))
    assert person.twok2k.smoothing == 3
    assert rough - smooth > 0.45 * (rough - clean)
    assert same == pytest.approx(volume, rel=0.01)
    assert (positions(person.data) == bumpy).all()
    person.twok2k.smoothing = 0
    assert not person.modifiers


def test_colors_are_nodes_that_leave_the_attribute_alone(person: bpy.types.Object) -> None:
    adjust, tree = person.twok2k, person.active_material.node_tree
    before, count = colors(person.data), len(tree.nodes)
    assert (adjust.brightness, adjust.contrast, adjust.saturation, adjust.hue) == (0, 0, 1, 0)
    assert len(tree.nodes) == count, "reading adds nothing"
    adjust.brightness, adjust.contrast, adjust.saturation, adjust.hue = 0.2, 0.3, 0.5, -0.25
    assert len(tree.nodes) == count + 2
    assert [round(value, 5) for value in (adjust.brightness, adjust.contrast)] == [0.2, 0.3]
    assert [round(value, 5) for value in (adjust.saturation, adjust.hue)] == [0.5, -0.25]
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    contrast = shader.inputs["Base Color"].links[0].from_node
    hue = contrast.inputs["Color"].links[0].from_node
    assert (contrast.type, hue.type) == ("BRIGHTCONTRAST", "HUE_SAT")
    assert hue.inputs["Hue"].default_value == pytest.approx(0.25)
    assert hue.inputs["Color"].links[0].from_node.layer_name == "Color"
    assert (colors(person.data) == before).all()


def test_colors_without_a_material_do_nothing(person: bpy.types.Object) -> None:
    person.data.materials.clear()
    person.twok2k.hue = 0.3
    assert person.twok2k.hue == 0


def test_adjustments_are_undone(person: bpy.types.Object) -> None:
    before = person.twok2k.height

    def adjust() -> None:
        person.twok2k.height = 2.0
        person.twok2k.smoothing = 2
        bpy.ops.ed.undo_push(message="Adjust")

    run_and_undo(adjust)
    assert bpy.context.object.twok2k.height == pytest.approx(before, abs=1e-6)
    assert bpy.context.object.twok2k.smoothing == 0
