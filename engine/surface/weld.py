"""Weld up to four sheets of grid cells into one closed, oriented, manifold triangle mesh.

The solid seen along the rays of the pixel grid is bounded by four sheets:

    NEAR    what the camera sees            FAR     what a camera behind the person sees
    BEHIND  the rear of an occluder         HIDDEN  the front of what it occludes (behind it)

NEAR and HIDDEN face the camera, FAR and BEHIND face away. With cells K (the person), G (the gap between occluder and
occluded), Cn and Cf (cells that would bridge a jump of the near or the far sheet) the sheets are NEAR = K - Cn,
FAR = K - Cf, BEHIND = G + Cf, HIDDEN = G + Cn. As signed chains d(NEAR) + d(HIDDEN) = d(FAR) + d(BEHIND), so that
every boundary edge has a partner of opposite direction: sewing partners leaves no hole whatever the cells are.
Vertices are the fans of corners around sewn edges, so that no vertex is shared by two fans. At the silhouette the
partners are joined by a rim (two rows of triangles and a middle vertex) instead of directly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from engine.surface import cells
from engine.surface.cells import Bools, Codes

NEAR, FAR, BEHIND, HIDDEN = range(4)
RIM = 4
"""Kind of a vertex in the middle of the rim."""

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Topology:
    """faces: (M, 3) int32. pixel: (N,) flat pixel per vertex. sheets: (N,) bit set of 1 << sheet per vertex.

    first_sewn: vertices from this number on lie on sewn edges; two of them may be joined by more than one edge.
    rim: (K, 3) middle vertex of the rim and the vertices in front of and behind it; a middle may occur twice.
    """

    faces: Ints
    pixel: Ints
    sheets: NDArray[np.uint8]
    first_sewn: int
    rim: Ints


@dataclass(frozen=True)
class _Seam:
    """Sewn edges between pixels a and b: nodes (corners) of both sheets at both ends; rim: on the silhouette.

    The first sheet's own half edge runs from a to b.
    """

    first_a: Ints
    first_b: Ints
    second_a: Ints
    second_b: Ints
    rim: Bools


@dataclass(frozen=True)
class _Special:
    """Pixels at which something is sewn. A node is one corner of one sheet there: 16 * rank + 4 * sheet + corner."""

    rank: Ints
    pixel: Ints

    def node(self, pixel: Ints, sheet: int, corner: Ints | int) -> Ints:
        return self.rank[pixel] * 16 + 4 * sheet + corner


def weld(body: Codes, gap: Bools, cut_near: Bools, cut_far: Bools, split: tuple[Bools, ...]) -> Topology:
    """Sheets -> closed mesh.

    body: (H-1, W-1) cell codes of the person, not empty. gap, cut_near, cut_far: cells of G, Cn and Cf, disjoint,
    inside the body.
    split: per sheet, which quads are split along the diagonal from corner 0 to corner 3 (else 1 to 2).
    """
    zero = np.uint8(0)
    chosen = (~cut_near, ~cut_far, gap | cut_far, gap | cut_near)
    sheets = [np.where(keep, body, zero) for keep in chosen]
    special = _special(sheets)
    seams = _seams(sheets, body, special)
    sector, orbit_rim = _classes(sheets, special, seams)
    return _assemble(sheets, split, special, seams, sector, orbit_rim)


def _special(sheets: list[Codes]) -> _Special:
    height, width = sheets[0].shape[0] + 1, sheets[0].shape[1] + 1
    marked = np.zeros((height, width), bool)
    flat = marked.reshape(-1)
    for code in sheets:
        h, _, v, _ = cells.incidence(code)
        marked[:, :-1] |= h != 0
        marked[:, 1:] |= h != 0
        marked[:-1] |= v != 0
        marked[1:] |= v != 0
        for key, corners in cells.TRIANGLES.items():
            for corner in (corners[2], corners[0]):
                flat[cells.pixels((height, width), corner)[code == key]] = True
    pixel = np.flatnonzero(marked).astype(np.int32)
    rank = np.full(height * width, -1, np.int32)
    rank[pixel] = np.arange(len(pixel), dtype=np.int32)
    return _Special(rank, pixel)


def _partners(n: NDArray, f: NDArray, b: NDArray, h: NDArray) -> list[tuple[int, int, Bools]]:
    """Boundary signs of the four sheets at every edge -> (first sheet, second sheet, edges) to be sewn."""
    front, back = (n != 0) & (n == -h), (f != 0) & (f == -b)
    rn, rh, rf, rb = (n != 0) & ~front, (h != 0) & ~front, (f != 0) & ~back, (b != 0) & ~back
    four = rn & rh & rf & rb
    return [
        (NEAR, HIDDEN, front), (FAR, BEHIND, back),
        (NEAR, BEHIND, rn & rb), (HIDDEN, FAR, rh & rf),
        (NEAR, FAR, rn & rf & ~four), (HIDDEN, BEHIND, rh & rb & ~four),
    ]  # fmt: skip


_SIDES = {"h": (np.array([[0, 1], [2, 3]]), False), "v": (np.array([[0, 2], [1, 3]]), True)}
"""Corners of an edge's two ends in the cell on its plus and minus side; whether the plus cell runs from a to b."""


def _axis_seams(signs: list[NDArray], rim: Bools, kind: str, a: Ints, b: Ints, special: _Special) -> list[_Seam]:
    corner, plus_forward = _SIDES[kind]
    seams = []
    for first, second, chosen in _partners(*signs):
        at = np.flatnonzero(chosen)
        if not len(at):
            continue
        side = [(signs[s].ravel()[at] < 0).astype(int) for s in (first, second)]
        pa, pb = a.ravel()[at], b.ravel()[at]
        ends = [special.node(p, s, corner[k, e]) for s, k in zip((first, second), side, strict=True)
                for e, p in enumerate((pa, pb))]  # fmt: skip
        forward = ((side[0] == 0) == plus_forward) == (first in (NEAR, HIDDEN))
        first_a, first_b = np.where(forward, ends[0], ends[1]), np.where(forward, ends[1], ends[0])
        second_a, second_b = np.where(forward, ends[2], ends[3]), np.where(forward, ends[3], ends[2])
        crossing = (first in (NEAR, HIDDEN)) != (second in (NEAR, HIDDEN)) and (first, second) != (HIDDEN, BEHIND)
        seams.append(_Seam(first_a, first_b, second_a, second_b, rim.ravel()[at] & crossing))
    return seams


def _slanted_seams(sheets: list[Codes], special: _Special) -> list[_Seam]:
    """The slanted edges of triangle cells; each belongs to one cell, so all sheets' signs there are 0 or 1."""
    shape = (sheets[0].shape[0] + 1, sheets[0].shape[1] + 1)
    seams = []
    for code, corners in cells.TRIANGLES.items():
        a, b = corners[2], corners[0]
        for first, second, chosen in _partners(*((s == code).astype(np.int8) for s in sheets)):
            pa, pb = (cells.pixels(shape, c)[chosen] for c in (a, b))
            if not len(pa):
                continue
            first_a, first_b = special.node(pa, first, a), special.node(pb, first, b)
            second_a, second_b = special.node(pa, second, a), special.node(pb, second, b)
            rim = np.full(len(pa), (first, second) != (HIDDEN, BEHIND))
            seams.append(_Seam(first_a, first_b, second_a, second_b, rim))
    return seams


def _seams(sheets: list[Codes], body: Codes, special: _Special) -> _Seam:
    height, width = body.shape[0] + 1, body.shape[1] + 1
    index = np.arange(height * width, dtype=np.int32).reshape(height, width)
    around = [cells.incidence(s) for s in sheets]
    rim_h, _, rim_v, _ = cells.incidence(body)
    seams = _axis_seams([i[0] for i in around], rim_h != 0, "h", index[:, :-1], index[:, 1:], special)
    seams += _axis_seams([i[2] for i in around], rim_v != 0, "v", index[:-1], index[1:], special)
    seams += _slanted_seams(sheets, special)
    fields = ("first_a", "first_b", "second_a", "second_b", "rim")
    return _Seam(*(np.concatenate([getattr(s, f) for s in seams]) for f in fields))


def _inner_links(sheets: list[Codes], special: _Special) -> tuple[Ints, Ints]:
    """Pairs of nodes that lie in the same sheet on both sides of an unsewn edge."""
    height, width = sheets[0].shape[0] + 1, sheets[0].shape[1] + 1
    index = np.arange(height * width, dtype=np.int32).reshape(height, width)
    first, second = [], []
    for s, code in enumerate(sheets):
        _, h, _, v = cells.incidence(code)
        for count, ends, corner in ((h, (index[:, :-1], index[:, 1:]), "h"), (v, (index[:-1], index[1:]), "v")):
            for e, end in enumerate(ends):
                p = end[count == 2]
                p = p[special.rank[p] >= 0]
                table = _SIDES[corner][0]
                first.append(special.node(p, s, table[0, e]))
                second.append(special.node(p, s, table[1, e]))
    return np.concatenate(first), np.concatenate(second)


def _join(count: int, first: Ints, second: Ints) -> Ints:
    graph = coo_matrix((np.ones(len(first), np.int8), (first, second)), (count, count))
    return connected_components(graph, directed=False)[1].astype(np.int32)


def _classes(sheets: list[Codes], special: _Special, seams: _Seam) -> tuple[Ints, Ints]:
    """Nodes -> vertex classes, and per node the class of its fan if a rim vertex belongs there, else -1.

    A fan crossed by exactly two rim edges gets a rim vertex between its two halves; any other fan is one vertex.
    """
    count = 16 * len(special.pixel)
    inner = _inner_links(sheets, special)
    first = np.concatenate([inner[0], seams.first_a, seams.first_b])
    second = np.concatenate([inner[1], seams.second_a, seams.second_b])
    orbit = _join(count, first, second)
    rim_ends = np.concatenate([seams.first_a[seams.rim], seams.first_b[seams.rim]])
    has_rim = (np.bincount(orbit[rim_ends], minlength=orbit.max(initial=0) + 1) == 2)[orbit]
    plain = np.concatenate([np.ones(len(inner[0]), bool), ~seams.rim, ~seams.rim]) | ~has_rim[first]
    sector = _join(count, first[plain], second[plain])
    return sector, np.where(has_rim, orbit, -1)


def _assemble(
    sheets: list[Codes], split: tuple[Bools, ...], special: _Special, seams: _Seam, sector: Ints, orbit: Ints
) -> Topology:
    """Number the used vertices (plain ones, then classes, then rim) and list all triangles."""
    plain = [_plain(code, special) for code in sheets]
    first = np.cumsum([0, *map(len, plain)], dtype=np.int32)
    sector, count = sector + first[-1], first[-1] + 2 * len(sector)
    middle = np.where(orbit >= 0, orbit + first[-1] + len(sector), -1)
    faces = [
        _sheet_faces(s, code, split[s], special, sector, _numbers(plain[s], first[s], len(special.rank)))
        for s, code in enumerate(sheets)
    ]
    everything = np.concatenate([*faces, _rim_faces(seams, sector, middle)])
    used = np.zeros(count, bool)
    used[everything.ravel()] = True
    number = np.cumsum(used, dtype=np.int32) - 1
    pixel, bits = _origin(plain, special, sector, middle, count)
    rim = number[_rim_columns(seams, sector, middle)]
    return Topology(number[everything], pixel[used], bits[used], int(first[-1]), rim)


def _plain(code: Codes, special: _Special) -> Ints:
    """Pixels at which a sheet has cells and nothing is sewn."""
    height, width = code.shape
    pixels = np.zeros((height + 1, width + 1), bool)
    for corner in range(4):
        row, column = divmod(corner, 2)
        pixels[row : height + row, column : width + column] |= cells.has(code, 1 << corner)
    return np.flatnonzero(pixels.ravel() & (special.rank < 0)).astype(np.int32)


def _numbers(plain: Ints, first: np.int32, size: int) -> Ints:
    """(size,) number of a sheet's vertex at every plain pixel, -1 elsewhere."""
    numbers = np.full(size, -1, np.int32)
    numbers[plain] = np.arange(first, first + len(plain), dtype=np.int32)
    return numbers


def _origin(
    plain: list[Ints], special: _Special, sector: Ints, middle: Ints, count: int
) -> tuple[Ints, NDArray[np.uint8]]:
    """Pixel and set of sheets of every vertex number that `_assemble` may use."""
    pixel, bits = np.empty(count, np.int32), np.zeros(count, np.uint8)
    first = sum(map(len, plain))
    pixel[:first] = np.concatenate(plain)
    bits[:first] = np.repeat(np.uint8(1) << np.arange(4, dtype=np.uint8), [len(p) for p in plain])
    own, inside = np.repeat(special.pixel, 16), middle >= 0
    pixel[sector], pixel[middle[inside]] = own, own[inside]
    sheet = np.tile(np.repeat(np.uint8(1) << np.arange(4, dtype=np.uint8), 4), len(sector) // 16)
    np.bitwise_or.at(bits, sector, sheet)
    bits[first + len(sector) :] = 1 << RIM
    return pixel, bits


def _sheet_faces(sheet: int, code: Codes, split: Bools, special: _Special, sector: Ints, numbers: Ints) -> Ints:
    """Triangles of a sheet. numbers: of its plain vertices."""
    width = code.shape[1] + 1
    places = np.zeros((code.shape[0] + 1, width), np.bool_)

    def corners(chosen: Bools, order: tuple[int, ...]) -> Ints:
        places[:-1, :-1] = chosen
        cell = np.flatnonzero(places).astype(np.int32)
        faces = np.empty((len(cell), len(order)), np.int32)
        for column, c in enumerate(order):
            at = cell + np.int32(c // 2 * width + c % 2)
            vertex = numbers[at]
            sewn = np.flatnonzero(vertex < 0)
            vertex[sewn] = sector[special.node(at[sewn], sheet, c)]
            faces[:, column] = vertex
        return faces

    quad = code == cells.QUAD
    quads = np.concatenate([corners(quad & split, (0, 2, 3, 1)), corners(quad & ~split, (1, 0, 2, 3))])
    parts = [quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]
    parts += [corners(code == key, order) for key, order in cells.TRIANGLES.items()]
    faces = np.concatenate(parts)
    return faces if sheet in (NEAR, HIDDEN) else faces[:, ::-1]


def _rim_columns(seams: _Seam, sector: Ints, middle: Ints) -> Ints:
    first = np.concatenate([seams.first_a[seams.rim], seams.first_b[seams.rim]])
    second = np.concatenate([seams.second_a[seams.rim], seams.second_b[seams.rim]])
    columns = np.stack([middle[first], sector[first], sector[second]], axis=1)
    return columns[columns[:, 0] >= 0]


def _rim_faces(seams: _Seam, sector: Ints, middle: Ints) -> Ints:
    """Two triangles on each side of the rim's middle line; those that shrink to an edge are left out."""
    fa, fb, sa, sb = (n[seams.rim] for n in (seams.first_a, seams.first_b, seams.second_a, seams.second_b))
    ma, mb = (np.where(middle[n] >= 0, middle[n], sector[n]) for n in (fa, fb))
    fa, fb, sa, sb = (sector[n] for n in (fa, fb, sa, sb))
    faces = np.concatenate([np.stack(t, axis=1) for t in ((fb, fa, ma), (fb, ma, mb), (sa, sb, mb), (sa, mb, ma))])
    flat = (faces[:, 0] == faces[:, 1]) | (faces[:, 1] == faces[:, 2]) | (faces[:, 2] == faces[:, 0])
    return faces[~flat].astype(np.int32)
