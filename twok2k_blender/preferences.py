"""What holds for this computer: the engine's Python, the device, the weights."""

import zlib

import bpy

from . import devices, weights_list
from .choices import DEFAULT_WEIGHTS
from .engine_facts import engine_facts
from .package import PACKAGE
from .preferences_view import draw_engine, draw_storage, draw_weights
from .words import iface_, tip_


def _engine_changed(_: "TWOK2K_AP_preferences", __: bpy.types.Context) -> None:
    engine_facts.forget()
    weights_list.ask_again()


class TWOK2K_PG_weights(bpy.types.PropertyGroup):  # noqa: N801
    """One set of network weights, as the engine describes it; `name` is what it is chosen by."""

    licence: bpy.props.StringProperty()
    commercial: bpy.props.BoolProperty()
    bundled: bpy.props.BoolProperty()
    file: bpy.props.StringProperty()
    figures: bpy.props.StringProperty()
    size: bpy.props.StringProperty()


def _weights_items(
    preferences: "TWOK2K_AP_preferences", _: bpy.types.Context | None
) -> list[tuple[str, str, str, str, int]]:
    """Menu entries; numbered by name, so that a choice survives changes of the list."""
    items = [(DEFAULT_WEIGHTS, "Default", "Bundled weights, free for any use", "CHECKMARK", 0)]
    for weights in preferences.known_weights:
        if weights.name != DEFAULT_WEIGHTS:
            name = weights.name
            label = name if weights.commercial else iface_("{weights} (non-commercial)", weights=name)
            number = zlib.crc32(name.encode()) >> 1 | 1
            items.append((name, label, tip_("License: {license}", license=weights.licence), "FILE", number))
    _weights_items.kept = items  # Blender does not keep the strings alive
    return items


def _device_items(preferences: "TWOK2K_AP_preferences", _: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    items = devices.entries(engine_facts, preferences.device_name)
    _device_items.kept = items  # Blender does not keep the strings alive
    return items


class TWOK2K_AP_preferences(bpy.types.AddonPreferences):  # noqa: N801
    bl_idname = PACKAGE

    engine_python: bpy.props.StringProperty(
        name="Engine Python",
        description="Python program that runs the engine, such as one whose torch can use your graphics card; "
        "empty for Blender's own",
        subtype="FILE_PATH",
        update=_engine_changed,
    )
    device_name: bpy.props.StringProperty(default=devices.AUTO)  # kept by name, because the menu's entries change
    device: bpy.props.EnumProperty(
        name="Device",
        description="What computes the depth",
        items=_device_items,
        get=lambda self: [item[0] for item in _device_items(self, None)].index(self.device_name),
        set=lambda self, index: setattr(self, "device_name", _device_items(self, None)[index][0]),
    )
    weights: bpy.props.EnumProperty(
        name="Weights", description="Trained networks that see depth in the photo", items=_weights_items
    )
    idle_minutes: bpy.props.FloatProperty(
        name="Idle Minutes",
        description="Time without work after which the engine ends and frees its memory",
        default=10,
        min=0.1,
        soft_max=120,
        precision=0,
    )
    download_address: bpy.props.StringProperty()
    download_sha256: bpy.props.StringProperty()
    download_size: bpy.props.IntProperty()
    known_weights: bpy.props.CollectionProperty(type=TWOK2K_PG_weights)

    def draw(self, context: bpy.types.Context) -> None:
        draw_engine(context, self.layout, self)
        draw_weights(self.layout, self)
        draw_storage(self.layout)


CLASSES = (TWOK2K_PG_weights, TWOK2K_AP_preferences)

register, unregister = bpy.utils.register_classes_factory(CLASSES)
