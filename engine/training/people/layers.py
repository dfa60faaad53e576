"""Everything a person wears, put on the posed body from the inside out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.networks.cloths import Cloth
from engine.normals import vertex_normals
from engine.training.people.assembly import Layer
from engine.training.people.body import BODY_VERTICES, RestBody, skin
from engine.training.people.cloth import Wearer, shape_cloth
from engine.training.people.collision import Covered, joined, outside, sampled
from engine.training.people.dress import Worn
from engine.training.people.footwear import SOLE, pointed, soles
from engine.training.people.material import Material
from engine.training.people.wardrobe import SKIN, Wardrobe

Float32 = NDArray[np.float32]

_GAP = 0.004
"""Metres between layers."""

_CLOTH = ("outfit", "shoes", "top", "dress", "coat", "trousers", "skirt")
"""Kinds of garments that cover others."""

_WORN_AS = {
    "outfit": Cloth.TOP, "top": Cloth.TOP, "dress": Cloth.TOP, "coat": Cloth.COAT, "trousers": Cloth.BOTTOM,
    "skirt": Cloth.BOTTOM, "shoes": Cloth.SHOE, "hat": Cloth.HAT, "cap": Cloth.HAT, "hair": Cloth.HAIR,
    "beard": Cloth.HAIR, "eyebrows": Cloth.BARE, "eyelashes": Cloth.BARE, "eyes": Cloth.BARE,
}  # fmt: skip
"""What garments of each kind are, if nothing else is known."""

_ASIDE = ("eyebrows", "eyelashes", "eyes")
"""Kinds that lie on the face and meet no cloth."""


@dataclass(frozen=True)
class Posed:
    """A body in its pose. vertices: (V, 3). heads: (B, 3) beginnings of bones. transforms: (B, 3, 4)."""

    rest: RestBody
    vertices: Float32
    heads: Float32
    transforms: Float32


def pose_body(wardrobe: Wardrobe, rest: RestBody, transforms: Float32) -> Posed:
    """Move the rest body by its bones' transforms."""
    heads = np.einsum("bij,bj->bi", transforms[:, :, :3], rest.heads) + transforms[:, :, 3]
    return Posed(rest, skin(rest.vertices, wardrobe.body.weights, transforms), heads, transforms)


def dressed_layers(
    wardrobe: Wardrobe, posed: Posed, clothes: Sequence[Worn], material: Material, buried: Collection[str] = ()
) -> list[Layer]:
    """Skin and what is worn (outermost first) in the world; what lies under cloth further out is left away, and so are
    the hands of the sides ("l", "r") `buried` in pockets."""
    body = wardrobe.body
    points = _put_on(wardrobe, posed, clothes)
    hidden = np.zeros(BODY_VERTICES, dtype=bool)
    layers: list[Layer] = []
    worn_as = [_cloths(clothes, i) for i in range(len(clothes))]
    for worn, vertices, cloths in zip(clothes, points, worn_as, strict=True):
        shown = _shown(worn, hidden)
        if shown.any():
            kept = None if shown.all() else shown
            layers.append(Layer(worn.garment.name, vertices, worn.materials, cloths, kept))
            hidden |= worn.hidden()
    layers += [layer for i, worn in enumerate(clothes) for layer in _soles(wardrobe, posed, worn, worn_as[i])]
    for side in buried:
        hidden |= _hand(wardrobe, side)
    bare = Layer(SKIN, posed.vertices[:BODY_VERTICES], (material,), (Cloth.BARE,), ~hidden[body.faces].all(axis=1))
    return [bare, *layers]


def _cloths(clothes: Sequence[Worn], i: int) -> tuple[Cloth, ...]:
    """What each group of number i of the clothes (outermost first) is."""
    worn, kind = clothes[i], clothes[i].garment.kind
    over, under = ({cloth.garment.kind for cloth in others} for others in (clothes[:i], clothes[i + 1 :]))
    if kind == "outfit" and worn.garment.groups == 2:
        return Cloth.TOP, Cloth.BOTTOM
    if kind == "top" and over & {"trousers", "skirt"}:
        return (Cloth.TUCKED,)
    if kind == "shoes" and "trousers" in under:
        return (Cloth.BOOT,) * worn.garment.groups
    return (_WORN_AS[kind],) * worn.garment.groups


def _hand(wardrobe: Wardrobe, side: str) -> NDArray[np.bool_]:
    """(BODY_VERTICES,) skin of a hand beyond its wrist."""
    bones = [i for name, i in wardrobe.body.bones.items() if name.startswith(("finger", "metacarpal"))]
    own = [i for name, i in wardrobe.body.bones.items() if i in bones and name.endswith(side.upper())]
    return np.asarray(wardrobe.body.weights[:BODY_VERTICES, own].sum(axis=1)).ravel() > 0.5


def _soles(wardrobe: Wardrobe, posed: Posed, worn: Worn, cloths: tuple[Cloth, ...]) -> list[Layer]:
    if worn.shoe is None:
        return []
    parts = soles(wardrobe.body, posed.rest, posed.transforms, worn.shoe)
    return [Layer(SOLE, part, worn.materials[1:], cloths[:1]) for part in parts]


def _shown(worn: Worn, hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(F,) faces of what is worn that no cloth further out covers."""
    shown = ~worn.garment.covered_by(hidden)
    return shown if worn.group is None else shown & (worn.garment.surface.groups == worn.group)


def _put_on(wardrobe: Wardrobe, posed: Posed, clothes: Sequence[Worn]) -> list[Float32]:
    """Vertices of everything worn, each off what lies beneath."""
    vertices = posed.vertices[:BODY_VERTICES]
    bare = Covered(vertices, vertex_normals(vertices, wardrobe.body.faces), wardrobe.arms)
    beneath = [bare]
    made: dict[int, Float32] = {}
    inward = range(len(clothes) - 1, -1, -1)
    for i in sorted(inward, key=lambda i: clothes[i].garment.kind not in _CLOTH):
        worn = clothes[i]
        made[i] = _placed(wardrobe, posed, worn, beneath)
        if worn.garment.kind in _CLOTH:
            near = worn.garment.nearest
            faces = worn.garment.surface.faces[_shown(worn, np.zeros(BODY_VERTICES, dtype=bool))]
            beneath.append(sampled(Covered(made[i], bare.normals[near], bare.arm[near]), faces))
    return [made[i] for i in range(len(clothes))]


def _placed(wardrobe: Wardrobe, posed: Posed, worn: Worn, beneath: list[Covered]) -> Float32:
    """Vertices (N, 3) of one garment over the bare body, the first of what is `beneath`, and other clothes."""
    garment, bare = worn.garment, beneath[0]
    rest = garment.fit(posed.rest.vertices)
    if worn.drape is not None:
        rest = worn.drape.apply(rest, garment.surface)
    if worn.shoe is not None:
        rest = pointed(rest, wardrobe.body, posed.rest, worn.shoe)
    points = skin(rest, garment.skin, posed.transforms)
    if garment.sewing is not None and worn.fit is not None:
        covered = joined(beneath)
        near = bare.part(garment.nearest[: garment.sewing.cut])
        return shape_cloth(points, rest, near, garment.sewing, worn.fit, _wearer(wardrobe, posed, covered), covered)
    if garment.kind in _ASIDE or len(beneath) == 1:
        return points
    return outside(points, bare.arm[garment.nearest], joined(beneath[1:]), _GAP)


def _wearer(wardrobe: Wardrobe, posed: Posed, covered: Covered) -> Wearer:
    bones = wardrobe.body.bones
    heads = {name: posed.heads[index].astype(np.float64) for name, index in bones.items()}
    legs = covered.points[covered.arm < 0.3]
    return Wearer(heads, legs, float(covered.points[:, 2].min()))
