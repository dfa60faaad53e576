"""What every pixel of a view of a synthetic person shows: skin, hair, or which of the clothes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.networks.cloths import Cloth
from engine.networks.prior import SIZE
from engine.render.maps import render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import View
from engine.training.people import SyntheticPerson

UNKNOWN = 255
"""What scans are made of, and where nobody is."""
_STEP = 255 // len(Cloth)
"""Grey levels from one cloth to the next."""


def cloth_maps(person: SyntheticPerson, view: View, device: str = "cpu") -> NDArray[np.uint8]:
    """Codes of `Cloth` (2, 256, 256), front and back, or UNKNOWN."""
    if not person.cloths:
        return np.full((2, SIZE, SIZE), UNKNOWN, np.uint8)
    seen = render_maps(_painted(person.mesh, person.cloths), None, view, SIZE, device=device)
    return np.stack([np.where(seen.mask, side.albedo[..., 0] // _STEP, UNKNOWN) for side in (seen.front, seen.back)])


def _painted(mesh: TexturedMesh, cloths: tuple[Cloth, ...]) -> TexturedMesh:
    """The mesh with a grey for every cloth, and the holes that it has."""
    return replace(mesh, textures=tuple(_plain(t, cloth) for t, cloth in zip(mesh.textures, cloths, strict=True)))


def _plain(texture: NDArray[np.uint8], cloth: Cloth) -> NDArray[np.uint8]:
    plain = texture.copy()
    plain[..., :3] = cloth * _STEP + _STEP // 2
    return plain
