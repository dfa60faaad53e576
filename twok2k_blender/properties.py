"""What the user chooses for a picture; kept in the scene."""

import bpy

from .key_points import TWOK2K_PG_key_point
from .photo import is_usable
from .preview import ask, mask_chosen, photo_chosen
from .subject import TWOK2K_PG_subject

DETAILS = (
    ("full", "Full", "One vertex per pixel of the enlarged photo: about a million, for sculpting and close-ups"),
    ("high", "High", "400,000 triangles"),
    ("medium", "Medium", "100,000 triangles"),
    ("low", "Low", "25,000 triangles, for crowds and games"),
)

TEXTURES = (
    ("none", "None", "Colors of the vertices alone", 0),
    ("2K", "2K", "UV map, color and normal textures of 2048 pixels; for reduced meshes", 1),
    ("4K", "4K", "UV map, color and normal textures of 4096 pixels; for reduced meshes", 2),
)
TEXTURE_SIZES = {"none": None, "2K": 2048, "4K": 4096}

HEIGHTS = (0.3, 3.0)
"""Metres that the engine takes for a person's height."""

RELATIVE_PATH = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else {"ANIMATABLE"}
"""Options of a path that may begin with "//"; older versions allow it always ("ANIMATABLE" is the default)."""


class TWOK2K_PG_picture(bpy.types.PropertyGroup):  # noqa: N801
    """The photo and how to reconstruct it."""

    source: bpy.props.EnumProperty(
        name="Source",
        description="Where the photo comes from",
        items=(
            ("FILE", "Photo File", "A picture on disk", "FILE_IMAGE", 0),
            ("IMAGE", "Blender Image", "An image that is already in this file", "IMAGE_DATA", 1),
        ),
        update=photo_chosen,
    )
    filepath: bpy.props.StringProperty(
        name="Photo",
        description="Picture that shows a person from head to feet",
        subtype="FILE_PATH",
        options=RELATIVE_PATH,
        update=photo_chosen,
    )
    image: bpy.props.PointerProperty(
        name="Image",
        description="Image that shows a person from head to feet",
        type=bpy.types.Image,
        poll=lambda _, image: is_usable(image),
        update=photo_chosen,
    )
    detail: bpy.props.EnumProperty(name="Detail", description="How fine the mesh is", items=DETAILS)
    texture: bpy.props.EnumProperty(
        name="Texture", description="Texture maps that keep the photo's detail on a reduced mesh", items=TEXTURES
    )
    height: bpy.props.FloatProperty(
        name="Height",
        description="The person's height when standing, from the floor to the top of the head, without shoes and hair",
        default=1.75,
        min=HEIGHTS[0],
        max=HEIGHTS[1],
        precision=3,
        step=1,
        unit="LENGTH",
    )
    person: bpy.props.IntProperty(
        name="Person",
        description="Which person, if the photo shows several; 1 is the largest",
        default=1,
        min=1,
        max=100,
        update=ask,
    )
    mask: bpy.props.PointerProperty(
        name="Mask",
        description="Image of the photo's size, white or opaque where the person is; empty to let the engine find it",
        type=bpy.types.Image,
        poll=lambda _, image: is_usable(image),
        update=mask_chosen,
    )
    mask_subject: bpy.props.PointerProperty(
        type=TWOK2K_PG_subject, description="Whose mask it is; nobody's: who is shown"
    )
    key_points: bpy.props.CollectionProperty(type=TWOK2K_PG_key_point)
    key_subject: bpy.props.PointerProperty(type=TWOK2K_PG_subject, description="Whose key points they are")
    key_state: bpy.props.StringProperty(description="What the photo was known by when they were found in it")
    key_picture: bpy.props.PointerProperty(type=bpy.types.Image, description="The photo, upright")
    key_size: bpy.props.IntVectorProperty(size=2, description="The photo's width and height in pixels")
    show_colors: bpy.props.BoolProperty(
        name="Color in Solid View",
        description="Let the 3D views show the person's colors in Solid mode, too",
        default=True,
    )


CLASSES = (TWOK2K_PG_key_point, TWOK2K_PG_subject, TWOK2K_PG_picture)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.twok2k = bpy.props.PointerProperty(type=TWOK2K_PG_picture)


def unregister() -> None:
    del bpy.types.Scene.twok2k
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
