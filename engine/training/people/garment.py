"""MakeHuman proxies (.mhclo + .obj): clothes, hair and small parts that follow the base mesh."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from engine.training.people.body import BODY_VERTICES, Body
from engine.training.people.sewing import Sewing

Float32 = NDArray[np.float32]
Scales = tuple[tuple[int, int, float], ...]

_AXES = {"x_scale": 0, "z_scale": 1, "y_scale": 2}
"""MakeHuman is y up and z forward; here z is up and -y forward."""


@dataclass(frozen=True)
class Surface:
    """Triangles that many people share: faces (F, 3) int32, uv (F, 3, 2) top-left origin, groups (F,) int32, each of
    which may have its own material."""

    faces: NDArray[np.int32]
    uv: Float32
    groups: NDArray[np.int32]


@dataclass(frozen=True)
class Garment:
    """A mesh bound to the base mesh.

    binding: (N, V) sparse shares of base vertices, offsets: (N, 3) decimetres of the reference body. scales: per axis
    (vertex, vertex, reference distance in decimetres). skin: (N, B) bone weights.
    surface: its triangles; clothes have the groups top (0) and bottom (1). hidden: (groups, BODY_VERTICES) bool, skin
    that lies under each group. nearest: (N,) the skin vertex next to each vertex. texture: name of its picture, None
    where it has none. sewing: how a garment that is shaped on the posed body hangs together, None for one that only
    follows the base mesh.
    """

    name: str
    kind: str
    binding: csr_matrix
    offsets: Float32
    scales: Scales
    skin: csr_matrix
    surface: Surface
    hidden: NDArray[np.bool_]
    nearest: NDArray[np.int64]
    texture: str | None
    sewing: Sewing | None = None

    @property
    def groups(self) -> int:
        """How many separately coloured groups of faces there are."""
        return len(self.hidden)

    def covered_by(self, skin_mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(F,) faces that lie next to skin of the mask (BODY_VERTICES,) with all their corners; what hangs does not."""
        covered = skin_mask[self.nearest]
        if self.sewing is not None:
            covered[self.sewing.cut :] = False
        return np.asarray(covered[self.surface.faces].all(axis=1))

    def fit(self, vertices: Float32) -> Float32:
        """Place the garment on a rest-pose base mesh (V, 3) -> (N, 3); the rule of MakeHuman's proxies."""
        return _fit(vertices, self.binding, self.offsets, self.scales)


def load_garment(path: Path, kind: str, body: Body, textures: dict[str, Path]) -> Garment:
    """Read one .mhclo with its .obj; `textures` maps a file stem to a picture that exists."""
    header, rows, hidden = _read_binding(path)
    binding, offsets = _bindings(rows, len(body.template))
    scales = _scales(header)
    faces, uv = read_obj(path.parent / header["obj_file"])
    points = _fit(body.template, binding, offsets, scales)
    groups = _top_and_bottom(faces, points, body) if kind == "outfit" else np.zeros(len(faces), dtype=np.int32)
    return Garment(
        name=path.stem,
        kind=kind,
        binding=binding,
        offsets=offsets,
        scales=scales,
        skin=clipped_weights(binding, body.weights),
        surface=Surface(faces, uv, groups),
        hidden=hidden_by_group(hidden, points, faces, groups, body),
        nearest=cKDTree(body.template[:BODY_VERTICES]).query(points)[1],
        texture=_texture_name(path, header.get("material"), textures),
    )


def _read_binding(path: Path) -> tuple[dict[str, str], list[list[str]], NDArray[np.bool_]]:
    header: dict[str, str] = {}
    rows: list[list[str]] = []
    deleted: list[str] = []
    section = "header"
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if words[0] in ("verts", "delete_verts"):
            section = words[0]
        elif section == "verts" and _is_number(words[0]):
            rows.append(words)
        elif section == "delete_verts" and _is_number(words[0]):
            deleted += words
        else:
            header[words[0]] = " ".join(words[1:])
    return header, rows, _vertex_ranges(deleted)


def _is_number(word: str) -> bool:
    return word.lstrip("-").isdigit()


def _vertex_ranges(words: list[str]) -> NDArray[np.bool_]:
    """The list `1 - 4 7` as a mask over the skin."""
    mask = np.zeros(BODY_VERTICES, dtype=bool)
    start = 0
    for i, word in enumerate(words):
        if word == "-":
            mask[start : int(words[i + 1]) + 1] = True
        else:
            start = int(word)
            mask[start : start + 1] = True
    return mask


def _bindings(rows: list[list[str]], count: int) -> tuple[csr_matrix, Float32]:
    anchors = np.zeros((len(rows), 3), dtype=np.int32)
    shares = np.zeros((len(rows), 3), dtype=np.float32)
    offsets = np.zeros((len(rows), 3), dtype=np.float32)
    for i, row in enumerate(rows):
        if len(row) == 1:
            anchors[i] = int(row[0])
            shares[i, 0] = 1
        else:
            anchors[i] = [int(word) for word in row[:3]]
            shares[i] = [float(word) for word in row[3:6]]
            x, y, z = (float(word) for word in row[6:9])
            offsets[i] = x, -z, y
    places = (shares.ravel(), (np.repeat(np.arange(len(rows)), 3), anchors.ravel()))
    return csr_matrix(places, shape=(len(rows), count)), offsets


def _scales(header: dict[str, str]) -> Scales:
    scales = [(0, 0, 1.0)] * 3
    for key, axis in _AXES.items():
        first, second, length = header[key].split()
        scales[axis] = (int(first), int(second), float(length))
    return tuple(scales)


def clipped_weights(binding: csr_matrix, weights: csr_matrix) -> csr_matrix:
    """Bone weights of what is bound to the base mesh, mixed by its shares (extrapolating shares are clipped)."""
    mix = binding.copy()
    mix.data = np.clip(mix.data, 0, None)
    return diags(1 / np.asarray(mix.sum(axis=1)).ravel()) @ mix @ weights


def _fit(vertices: Float32, binding: csr_matrix, offsets: Float32, scales: Scales) -> Float32:
    size = [abs(vertices[a, i] - vertices[b, i]) / length for i, (a, b, length) in enumerate(scales)]
    return (binding @ vertices + offsets * np.array(size, dtype=np.float32)).astype(np.float32)


def _top_and_bottom(faces: NDArray[np.int32], points: Float32, body: Body) -> NDArray[np.int32]:
    """(F,) 1 where the connected piece of cloth hangs around the legs, else 0."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(len(points), len(points)))
    count, labels = connected_components(graph, directed=False)
    height = np.bincount(labels, points[:, 2], count) / np.bincount(labels, minlength=count)
    hips = body.head_template[body.bones["upperleg01.L"], 2]
    low = height[labels[faces[:, 0]]] < hips
    return (low & ~low.all()).astype(np.int32)


def hidden_by_group(
    hidden: NDArray[np.bool_], points: Float32, faces: NDArray[np.int32], groups: NDArray[np.int32], body: Body
) -> NDArray[np.bool_]:
    """Divide the hidden skin between the groups by the garment's nearest vertex."""
    vertex_group = np.zeros(len(points), dtype=np.int32)
    vertex_group[faces] = groups[:, None]
    skin = np.flatnonzero(hidden)
    divided = np.zeros((int(groups.max()) + 1, BODY_VERTICES), dtype=bool)
    if len(skin):
        divided[vertex_group[cKDTree(points).query(body.template[skin])[1]], skin] = True
    return divided


def _texture_name(path: Path, material: str | None, textures: dict[str, Path]) -> str | None:
    source = path.parent / material if material else None
    if source is None or not source.exists():
        return None
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("diffuseTexture"):
            stem = Path(line.split()[1]).stem
            return stem if stem in textures else None
    return None


def read_obj(path: Path) -> tuple[NDArray[np.int32], Float32]:
    """Triangles (F, 3) and texture corners (F, 3, 2), top-left origin, of a Wavefront file with `f v/vt` lines."""
    uv: list[tuple[float, float]] = []
    corners: list[list[tuple[int, int]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["vt"]:
            uv.append((float(words[1]), 1 - float(words[2])))
        elif words[:1] == ["f"]:
            polygon = [(int(a) - 1, int(b) - 1) for a, b, *_ in (word.split("/") for word in words[1:])]
            corners += [[polygon[0], polygon[i], polygon[i + 1]] for i in range(1, len(polygon) - 1)]
    table = np.array(corners, dtype=np.int64)
    return table[..., 0].astype(np.int32), np.array(uv, dtype=np.float32)[table[..., 1]]
