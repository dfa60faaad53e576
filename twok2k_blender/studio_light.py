"""The light in which Blender's Solid view shows things, as its Workbench engine computes it, without the gloss."""

import bpy
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def studio_light(normals: Float) -> Float:
    """(N, 3) linear light on surfaces with these unit normals, as seen from the view: z is towards the viewer."""
    system = bpy.context.preferences.system
    light = np.tile(np.array(system.light_ambient, np.float32), (len(normals), 1))
    for lamp in system.solid_lights:
        if lamp.use:
            share = (normals @ np.array(lamp.direction, np.float32) + lamp.smooth) / (1 + lamp.smooth) ** 2
            light += np.outer(share.clip(0, 1), np.array(lamp.diffuse_color, np.float32))
    return light
