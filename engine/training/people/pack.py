"""Many people in one file: positions quantised per person, triangles and textures stored once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.networks.cloths import Cloth
from engine.training.people.assembly import Layer, assemble, shown_cloths
from engine.training.people.garment import Surface
from engine.training.people.lazy import LazyPeople
from engine.training.people.material import Material, Picture
from engine.training.people.person import Ingredients, SyntheticPerson, sample_ingredients
from engine.training.people.wardrobe import Wardrobe, load_wardrobe

Float32 = NDArray[np.float32]

FORMAT = 2

_STEP = 1e-4
"""Positions are stored in 16 bits, in steps of 0.1 mm (so within 3.2 m of the origin)."""


def pack_people(seed: int, count: int, path: Path | str, assets: Wardrobe | Path | str) -> None:
    """Make `count` people and write them to `path` (.npz); person i depends on (seed, i) alone.

    Raises UserError where the assets are missing or the file cannot be written.
    """
    wardrobe = assets if isinstance(assets, Wardrobe) else load_wardrobe(assets)
    people = [sample_ingredients(np.random.default_rng([seed, i]), wardrobe) for i in range(count)]
    write_pack(people, wardrobe.surfaces, wardrobe.pictures, path)


def write_pack(
    people: Sequence[Ingredients],
    surfaces: Mapping[str, Surface],
    pictures: Mapping[str, Picture],
    path: Path | str,
) -> None:
    """Write people with the surfaces and pictures that they use."""
    arrays: dict[str, NDArray] = {}
    entries = [_pack_person(person, surfaces, arrays, str(i)) for i, person in enumerate(people)]
    layers = [layer for person in people for layer in person.layers]
    for name in {layer.surface for layer in layers}:
        surface = surfaces[name]
        arrays |= {f"faces/{name}": surface.faces, f"uv/{name}": surface.uv, f"groups/{name}": surface.groups}
    for name in {material.texture for layer in layers for material in layer.materials}:
        arrays[f"picture/{name}"] = _encode(pictures[name])
    arrays["index"] = _text({"format": FORMAT, "people": entries})
    try:
        with open(path, "wb") as file:
            np.savez_compressed(file, **arrays)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}): choose another place with -o.") from error


@dataclass(frozen=True)
class PackedPeople(LazyPeople):
    """People of one file; each is unpacked and painted when asked for. Textures are shared between them."""

    entries: list[dict[str, Any]]
    arrays: Mapping[str, NDArray]
    surfaces: Mapping[str, Surface]
    pictures: Mapping[str, Picture]

    def __len__(self) -> int:
        return len(self.entries)

    def make(self, position: int) -> SyntheticPerson:
        entry = self.entries[position]
        layers = _unpack_layers(entry, self.arrays, self.surfaces, str(position))
        mesh = assemble(layers, self.surfaces, self.pictures)
        cloths = shown_cloths(layers, self.surfaces)
        return SyntheticPerson(mesh, self.arrays[f"{position}/joints"], entry["facts"], cloths)


def load_people(path: Path | str) -> PackedPeople:
    """Open a file of `pack_people`; raises UserError where it is missing or not such a file."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        index = json.loads(arrays["index"].tobytes())
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise UserError(f"{path} is not a file of people: make one with 'python -m engine synthesize'.") from error
    if index["format"] != FORMAT:
        raise UserError(f"{path} was made by another version: make it anew with 'python -m engine synthesize'.")
    names = [name.removeprefix("faces/") for name in arrays if name.startswith("faces/")]
    surfaces = {n: Surface(arrays[f"faces/{n}"], arrays[f"uv/{n}"], arrays[f"groups/{n}"]) for n in names}
    pictures = {n.removeprefix("picture/"): _decode(arrays[n]) for n in arrays if n.startswith("picture/")}
    return PackedPeople(index["people"], arrays, surfaces, pictures)


def _pack_person(
    person: Ingredients, surfaces: Mapping[str, Surface], arrays: dict[str, NDArray], key: str
) -> dict[str, Any]:
    """Store one person's arrays and return its entry in the index."""
    used = [_used_vertices(layer, surfaces) for layer in person.layers]
    points = np.concatenate([layer.vertices[mask] for layer, mask in zip(person.layers, used, strict=True)])
    arrays[f"{key}/points"] = _compact(points)
    arrays[f"{key}/joints"] = person.joints
    for i, layer in enumerate(person.layers):
        if layer.shown is not None:
            arrays[f"{key}/shown{i}"] = np.packbits(layer.shown)
    return {"layers": [_describe(layer) for layer in person.layers], "facts": person.facts}


def _compact(points: Float32) -> NDArray[np.uint8]:
    """(N, 3) metres -> bytes that compress well: differences along the vertices, high and low bytes apart."""
    levels = np.ascontiguousarray(np.round(points.T / _STEP).astype(np.int16))
    differences = np.diff(levels, axis=1, prepend=np.zeros((3, 1), np.int16))
    return np.ascontiguousarray(np.ascontiguousarray(differences).view(np.uint8).reshape(3, -1, 2).transpose(2, 0, 1))


def _expand(planes: NDArray[np.uint8]) -> Float32:
    """Inverse of `_compact`, to half a step."""
    differences = np.ascontiguousarray(planes.transpose(1, 2, 0)).view(np.int16)[..., 0]
    return np.cumsum(differences, axis=1, dtype=np.int16).T.astype(np.float32) * np.float32(_STEP)


def _describe(layer: Layer) -> dict[str, Any]:
    materials = [{"texture": m.texture, "change": np.round(m.change, 5).tolist()} for m in layer.materials]
    cloths = [int(cloth) for cloth in layer.cloths]
    return {"surface": layer.surface, "count": len(layer.vertices), "materials": materials, "cloths": cloths}


def _used_vertices(layer: Layer, surfaces: Mapping[str, Surface]) -> NDArray[np.bool_]:
    return _vertices_of(surfaces[layer.surface], layer.shown, len(layer.vertices))


def _vertices_of(surface: Surface, shown: NDArray[np.bool_] | None, count: int) -> NDArray[np.bool_]:
    mask = np.zeros(count, dtype=bool)
    mask[surface.faces if shown is None else surface.faces[shown]] = True
    return mask


def _unpack_layers(
    entry: dict[str, Any], arrays: Mapping[str, NDArray], surfaces: Mapping[str, Surface], key: str
) -> list[Layer]:
    points = _expand(arrays[f"{key}/points"])
    layers, start = [], 0
    for i, described in enumerate(entry["layers"]):
        surface = surfaces[described["surface"]]
        bits = arrays.get(f"{key}/shown{i}")
        shown = None if bits is None else np.unpackbits(bits, count=len(surface.faces)).astype(bool)
        mask = _vertices_of(surface, shown, described["count"])
        vertices = np.zeros((described["count"], 3), dtype=np.float32)
        vertices[mask] = points[start : start + mask.sum()]
        start += int(mask.sum())
        materials = tuple(Material(m["texture"], np.array(m["change"], np.float32)) for m in described["materials"])
        cloths = tuple(Cloth(code) for code in described["cloths"])
        layers.append(Layer(described["surface"], vertices, materials, cloths, shown))
    return layers


def _encode(picture: Picture) -> NDArray[np.uint8]:
    code = cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA)
    return cv2.imencode(".webp", code, [cv2.IMWRITE_WEBP_QUALITY, 90])[1].ravel()


def _decode(data: NDArray[np.uint8]) -> Picture:
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise UserError("A texture in the file of people is damaged: make the file anew.")
    code = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGBA
    return np.asarray(cv2.cvtColor(picture, code), dtype=np.uint8)


def _text(value: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value).encode(), dtype=np.uint8)
