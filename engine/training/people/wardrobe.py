"""The wardrobe: every garment, hair, eye and skin of the asset folder, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.training.people.body import BODY_VERTICES, Body, load_body
from engine.training.people.cutting import arm_shares
from engine.training.people.footwear import SOLE, sole_surface
from engine.training.people.garment import Garment, Surface, load_garment
from engine.training.people.joints import landmark_vertices
from engine.training.people.material import Picture
from engine.training.people.pose import Rotations, load_motions
from engine.training.people.procedural import pattern_pictures, strands
from engine.training.people.props import prop_surfaces
from engine.training.people.tailored import tailored_garments

SKIN = "skin"

_KINDS = {"hair": "hair", "eyebrows": "eyebrows", "eyelashes": "eyelashes", "eyes": "eyes"}


@dataclass(frozen=True)
class Wardrobe:
    """body: the shared body model. garments: by kind (outfit, shoes, hat, hair, eyebrows, eyelashes, eyes).
    surfaces: triangles of every garment and prop by name, and of the skin (`SKIN`).

    pictures: every shared texture by name, HxWx4 uint8; hair without one has a made one of
    its own name, clothes without one get a pattern.
    tones: mean RGB (0..1) of a picture's opaque pixels. skins, irises: names of the skin and eye pictures. patterns:
    names of the two-colour fabrics. landmarks: base vertices of the key points on the skin. arms: (BODY_VERTICES,)
    share of arm bones. motions: (N, 22, 3, 3) captured poses.
    """

    assets: Path
    body: Body
    garments: Mapping[str, tuple[Garment, ...]]
    surfaces: Mapping[str, Surface]
    pictures: Mapping[str, Picture]
    tones: Mapping[str, NDArray[np.float32]]
    skins: tuple[str, ...]
    irises: tuple[str, ...]
    patterns: tuple[str, ...]
    landmarks: dict[str, int]
    arms: NDArray[np.float32]
    motions: Rotations


def load_wardrobe(assets: Path | str, texture_size: int = 1024) -> Wardrobe:
    """Read `assets`/wardrobe and the body model; textures are at most `texture_size` pixels wide.

    Raises UserError where the folder is missing or empty.
    """
    return _load(Path(assets).resolve(), texture_size)


@lru_cache(maxsize=2)
def _load(assets: Path, texture_size: int) -> Wardrobe:
    folder = assets / "wardrobe"
    if not folder.is_dir():
        raise UserError(f"There is no folder 'wardrobe' in {assets}: pass the asset folder with --assets.")
    body = load_body()
    files = {path.stem: path for path in sorted(folder.rglob("*.webp")) if not path.stem.endswith("_normal")}
    garments = [_read_garment(path, folder, body, files) for path in sorted(folder.rglob("*.mhclo"))]
    garments = [garment for garment in garments if garment.name != "high-poly"] + tailored_garments(body)
    pictures = {name: _read_picture(path, texture_size) for name, path in files.items()}
    pictures |= pattern_pictures() | {g.name: strands(len(g.nearest)) for g in garments if _lacks_hair_texture(g)}
    return Wardrobe(
        assets=assets,
        body=body,
        garments=_by_kind(garments),
        surfaces={garment.name: garment.surface for garment in garments}
        | {SKIN: _skin_surface(body)}
        | prop_surfaces()
        | {SOLE: sole_surface()},
        pictures=pictures,
        tones={name: _mean_color(picture) for name, picture in pictures.items()},
        skins=tuple(n for n, path in files.items() if path.parent.parent.name == "skins"),
        irises=tuple(n for n in files if n.endswith("_eye")),
        patterns=tuple(name for name in pictures if name.startswith("pattern_")),
        landmarks=landmark_vertices(body),
        arms=arm_shares(body)[:BODY_VERTICES].astype(np.float32),
        motions=load_motions(assets),
    )


def _read_garment(path: Path, folder: Path, body: Body, files: dict[str, Path]) -> Garment:
    group = path.relative_to(folder).parts[0]
    kind = _KINDS.get(group) or ("shoes" if "shoes" in path.stem else "hat" if "fedora" in path.stem else "outfit")
    return load_garment(path, kind, body, files)


def _by_kind(garments: list[Garment]) -> dict[str, tuple[Garment, ...]]:
    kinds = sorted({garment.kind for garment in garments})
    return {kind: tuple(garment for garment in garments if garment.kind == kind) for kind in kinds}


def _read_picture(path: Path, size: int) -> Picture:
    source = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if source is None:
        raise UserError(f"The texture {path} cannot be read: fetch the asset folder again.")
    picture = cv2.cvtColor(source, cv2.COLOR_BGRA2RGBA if source.shape[2] == 4 else cv2.COLOR_BGR2RGBA)
    factor = size / max(picture.shape[:2])
    if factor < 1:
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(picture, dtype=np.uint8)


def _lacks_hair_texture(garment: Garment) -> bool:
    return garment.kind in ("hair", "beard") and garment.texture is None


def _skin_surface(body: Body) -> Surface:
    return Surface(body.faces, body.uv, np.zeros(len(body.faces), dtype=np.int32))


def _mean_color(picture: Picture) -> NDArray[np.float32]:
    opaque = picture[..., :3][picture[..., 3] > 128]
    return (opaque.mean(axis=0) / 255).astype(np.float32) if len(opaque) else np.full(3, 0.5, np.float32)
