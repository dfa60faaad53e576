import bpy

from .. import asset_picture, provenance
from ..result import ResultOperator
from ..words import rpt_


class TWOK2K_OT_mark_asset(ResultOperator):  # noqa: N801
    bl_idname = "twok2k.mark_asset"
    bl_label = "Mark as Asset"
    bl_description = "Offer the human in the Asset Browser, with a rendered preview and its license; takes some seconds"

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        person.asset_mark()
        facts = provenance.read(person.items())
        asset = person.asset_data
        asset.license = f"{facts.get('License', '')} ({facts.get('Use', '')})"
        asset.description = "Human made from one photo"
        for tag in ("human", "person"):
            asset.tags.new(tag, skip_if_exists=True)
        if asset_picture.can_render():
            picture = asset_picture.render_front(context, person)
            person.preview_ensure().image_size = picture.shape[:2]
            person.preview.image_pixels_float.foreach_set(picture.ravel())
        else:
            person.asset_generate_preview()
        return rpt_("{person} is an asset; save the file in an asset library to use it in others.", person=person.name)
