"""Shell and gaps -> closed triangle mesh whose vertices still know their canvas position, depth and sheets."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.parallel import at_once
from engine.pixels import Bools, Float
from engine.surface import cells, contour, weld
from engine.surface.clean import NOBODY, Shell
from engine.surface.health import component_labels
from engine.surface.jumps import corners
from engine.surface.occlusion import Gaps
from engine.surface.repair import among, repair
from engine.surface.rounding import Sheets, rounding_of

SMALLEST_PART = 0.02
"""Share of the largest part's triangles below which a part is a speck."""
_LEAST = 0.2
"""Pixels of depth between any two sheets."""
_END = 8
"""Cells of the (sparse) grid from the silhouette within which a gap that reaches it may end."""
_APART = 0.5
"""Pixels of depth between sheets for every pixel left out between vertices: else their coarse triangles would cross."""
_NEEDLE = 10.0
"""Pixels of depth (1 cm of a person of 1.8 m) by which no vertex on a seam stands out from its neighbours."""


@dataclass(frozen=True)
class Shifts:
    """(H, W, 2) by which vertices stand beside their pixels, in pixels (x, y): those of the rim and those of sheets."""

    rim: Float
    sheets: Float


@dataclass(frozen=True)
class Solid:
    """faces: (M, 3) int32. depth, columns, rows: (N,) float32 on the canvas. pixel: (N,) flat index in the crop.
    sheets: (N,) bit set of 1 << weld.NEAR, FAR, BEHIND, HIDDEN, RIM."""

    faces: NDArray[np.int32]
    depth: Float
    columns: Float
    rows: Float
    pixel: NDArray[np.int32]
    sheets: NDArray[np.uint8]


def solidify(shell: Shell, gaps: Gaps, step: int = 1) -> Solid:
    """One closed mesh of every part of the person with at least 2 % of the triangles of the largest.

    step: a vertex for every so many pixels in both directions. Raises UserError where nothing is left.
    """
    rounding = shell.rounding or rounding_of(shell.mask)
    outline = contour.displacement(rounding.inside, shell.mask, step)
    sparse, kept = _sparse(shell, gaps, step)
    lines = _lines(shell, gaps, step)
    shifts, depth = _sheets(shell, gaps).in_lines(shell.mask, rounding, lines, step)
    near, far, behind, hidden = depth
    sparse = replace(sparse, near=near, far=np.maximum(far, near + _LEAST))
    kept = replace(kept, behind=behind, hidden=hidden)
    solid = _solidify(sparse, kept, Shifts(outline + lines, shifts), _APART * (step - 1))
    return _on_canvas(solid, shell, step)


def _sheets(shell: Shell, gaps: Gaps) -> Sheets:
    """Of a gap both sides come round at the silhouette, each towards its own part's other side."""
    gap = cells.corner_pixels(gaps.cells).astype(np.int8)
    one = np.ones_like(gap)
    return Sheets((shell.near, shell.far, gaps.behind, gaps.hidden), (one, -one, -gap, gap))


def _lines(shell: Shell, gaps: Gaps, step: int) -> Float:
    """Shift (H, W, 2) in pixels of what lies beside the cut jumps of both maps; none on a sparse grid, where the cuts
    are wide."""
    if step > 1:
        return np.zeros((*shell.mask[::step, ::step].shape, 2), np.float32)
    near, far = at_once(
        lambda: contour.straightened(shell.near, shell.mask, gaps.cut_near),
        lambda: contour.straightened(-shell.far, shell.mask, gaps.cut_far),
    )
    return near + far


def _sparse(shell: Shell, gaps: Gaps, step: int) -> tuple[Shell, Gaps]:
    """Every `step`-th pixel; a cell is in a gap, cut or parted where one of the cells that it stands for is."""
    near, far, mask, behind, hidden = (
        np.ascontiguousarray(m[::step, ::step]) for m in (shell.near, shell.far, shell.mask, gaps.behind, gaps.hidden)
    )
    parted, gap, cut_near, cut_far = (
        _blocks(c, step, (mask.shape[0] - 1, mask.shape[1] - 1))
        for c in (gaps.parted, gaps.cells, gaps.cut_near, gaps.cut_far)
    )
    cut_far &= ~cut_near
    parted |= _mouths(gap, cut_near, cut_far, cells.codes(mask) > 0)
    gap &= ~cut_near & ~cut_far
    return replace(shell, near=near, far=far, mask=mask), Gaps(behind, hidden, gap, cut_near, cut_far, parted)


def _mouths(gap: Bools, cut_near: Bools, cut_far: Bools, body: Bools) -> Bools:
    """Cells close to the silhouette where a gap is so narrow that its sides, cuts of the near and the far sheet, meet:
    there a thread would go from part to part."""
    return cut_far & cells.near(cut_near, 1) & cells.near(gap, 2) & cells.near(~body, _END)


def _blocks(marked: Bools, step: int, shape: tuple[int, int]) -> Bools:
    height, width = shape
    blocks = marked[: height * step, : width * step].reshape(height, step, width, step)
    return np.asarray(blocks.any(axis=(1, 3)))


def _on_canvas(solid: Solid, shell: Shell, step: int) -> Solid:
    """From the sparse grid's own pixels to the canvas, and to the pixels of the whole crop."""
    width = -(-shell.mask.shape[1] // step)
    row, column = np.divmod(solid.pixel, width)
    pixel = step * (row * shell.mask.shape[1] + column)
    columns, rows = step * solid.columns + shell.column, step * solid.rows + shell.row
    return replace(solid, columns=columns, rows=rows, pixel=pixel.astype(np.int32))


def _solidify(shell: Shell, gaps: Gaps, shifts: Shifts, apart: float) -> Solid:
    """The same with positions in pixels of the shell's own, sparse grid. apart: least depth between sheets if there is
    room."""
    least = np.clip((shell.far - shell.near) / 4, _LEAST, max(apart, _LEAST))
    behind = np.clip(gaps.behind, shell.near + least, shell.far - 2 * least - _LEAST)
    hidden = np.clip(gaps.hidden, behind + least, shell.far - least)
    maps = (shell.near, shell.far, behind, hidden)
    body = np.where(gaps.parted, np.uint8(0), cells.codes(shell.mask))
    if not body.any():
        raise UserError(NOBODY)
    topology = weld.weld(body, gaps.cells, gaps.cut_near, gaps.cut_far, _diagonals(maps, gaps))
    depth = _depths(topology, maps)
    columns, rows = _positions(topology, shifts)
    solid = Solid(topology.faces, depth, columns, rows, topology.pixel, topology.sheets)
    first = topology.first_sewn
    return _main_parts(_without_needles(_repaired(solid, first)), first, shell.mask.shape)


def _diagonals(maps: tuple[Float, ...], gaps: Gaps) -> tuple[Bools, ...]:
    """Per sheet, which quads are split from corner 0 to 3: the way that climbs less, but the same way in all sheets
    where they come close, so that none crosses another."""
    near, far = maps[:2]
    close = gaps.cells | gaps.cut_near | gaps.cut_far | (corners(far, np.minimum) < corners(near, np.maximum))
    first = _shorter(near)
    return tuple(np.where(close, first, _shorter(m)) for m in maps)


def _shorter(depth: Float) -> Bools:
    """Quads whose diagonal from corner 0 to 3 climbs less than the other."""
    return np.abs(depth[:-1, :-1] - depth[1:, 1:]) < np.abs(depth[:-1, 1:] - depth[1:, :-1])


def _depths(topology: weld.Topology, maps: tuple[Float, ...]) -> Float:
    """A vertex lies on the outer sheet it belongs to; between both (or on the rim) in the middle of its sheets."""
    near, far, behind, hidden = (m.ravel()[topology.pixel] for m in maps)
    on = [(topology.sheets >> s) & 1 == 1 for s in range(5)]
    inner = np.select([on[weld.BEHIND] & on[weld.HIDDEN], on[weld.BEHIND]], [(behind + hidden) / 2, behind], hidden)
    outer = np.select([on[weld.NEAR] & on[weld.FAR], on[weld.NEAR]], [(near + far) / 2, near], far)
    depth = np.where(on[weld.NEAR] | on[weld.FAR], outer, inner).astype(np.float32)
    middle, before, after = topology.rim.T
    depth[middle] = (depth[before] + depth[after]) / 2
    return depth


def _positions(topology: weld.Topology, shifts: Shifts) -> tuple[Float, Float]:
    rim, sheets = (shift.reshape(-1, 2)[topology.pixel] for shift in (shifts.rim, shifts.sheets))
    shift = np.where((topology.sheets == 1 << weld.RIM)[:, None], rim, sheets)
    rows, columns = np.divmod(topology.pixel, shifts.rim.shape[1])
    return (columns + shift[:, 0]).astype(np.float32), (rows + shift[:, 1]).astype(np.float32)


def _repaired(solid: Solid, first: int) -> Solid:
    """Make it manifold; the new vertices of one place are kept a little apart, so that no triangle is without area."""
    faces, parents = repair(solid.faces, len(solid.depth), first)
    more = len(parents)
    depth, columns, rows = (np.append(a, np.zeros(more, np.float32)) for a in (solid.depth, solid.columns, solid.rows))
    pixel = np.append(solid.pixel, np.zeros(more, np.int32))
    sheets = np.append(solid.sheets, np.zeros(more, np.uint8))
    for k, (a, b) in enumerate(parents, start=len(solid.depth)):
        for values in (depth, columns, rows):
            values[k] = (values[a] + values[b]) / 2
        depth[k] += np.float32(0.1 * (k % 5 + 1))
        pixel[k], sheets[k] = pixel[a], sheets[a] | sheets[b]
    return Solid(faces, depth, columns, rows, pixel, sheets)


def _without_needles(solid: Solid) -> Solid:
    """Where sheets are sewn together, vertices that stand far out from their neighbours (a quarter of them on either
    side does not count) go back to those: where three parts meet, a pixel of one can be left beyond the cut."""
    sewn = _sewn(solid)
    faces = solid.faces[sewn[solid.faces].any(axis=1)]
    following = np.roll(faces, -1, axis=1)
    start, end = np.concatenate([faces, following]).ravel(), np.concatenate([following, faces]).ravel()
    place, low, high = _quartiles(start, solid.depth[end])
    inner = np.clip(solid.depth[place], low, high)
    far = sewn[place] & (np.abs(solid.depth[place] - inner) > _NEEDLE)
    depth = solid.depth.copy()
    depth[place[far]] = inner[far]
    return replace(solid, depth=depth)


def _quartiles(group: NDArray[np.int32], values: Float) -> tuple[NDArray[np.int32], Float, Float]:
    """The numbers of the groups that values (N,) belong to, and the lower and the upper quartile of every group."""
    order = np.lexsort((values, group))
    number, start, count = np.unique(group[order], return_index=True, return_counts=True)
    low, high = (values[order][start + place] for place in (count // 4, count - 1 - count // 4))
    return number, low, high


def _sewn(solid: Solid) -> Bools:
    """Vertices (N,) in which sheets are sewn together."""
    return np.asarray((solid.sheets & (solid.sheets - 1) != 0) | (solid.sheets == 1 << weld.RIM))


def _main_parts(solid: Solid, first: int, shape: tuple[int, ...]) -> Solid:
    """first: vertices below it lie within a sheet on the grid (of `shape`), where neighbours are joined."""
    faces = _large(solid.faces, _labels(solid, first, shape))
    if len(faces) == len(solid.faces):
        return solid
    keep = np.zeros(len(solid.depth), bool)
    keep[faces.ravel()] = True
    number = np.cumsum(keep, dtype=np.int32) - 1
    depth, columns, rows = solid.depth[keep], solid.columns[keep], solid.rows[keep]
    return Solid(number[faces], depth, columns, rows, solid.pixel[keep], solid.sheets[keep])


def main_parts(faces: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """The faces (M, 3) of every connected part with at least 2 % of the triangles of the largest."""
    return _large(faces, component_labels(faces, count))


def _large(faces: NDArray[np.int32], part: NDArray[np.int32]) -> NDArray[np.int32]:
    """The faces (M, 3) of large enough parts. part: number of every vertex's (N,)."""
    if len(part) == 0 or part.min() == part.max():
        return faces
    labels = part[faces[:, 0]]
    size = np.bincount(labels)
    return faces[(size >= SMALLEST_PART * size.max())[labels]]


def _labels(solid: Solid, first: int, shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Part number of every vertex (N,); see `_main_parts`. On the grid OpenCV finds parts twenty times as fast."""
    number, count = np.arange(-first, len(solid.depth) - first, dtype=np.int32), len(solid.depth) - first
    for sheet in range(4):
        within = np.flatnonzero(solid.sheets[:first] == 1 << sheet)
        marked = np.zeros(shape, np.uint8)
        marked.ravel()[solid.pixel[within]] = 1
        found, labels = cv2.connectedComponents(marked, connectivity=4)
        number[within] = count + labels.ravel()[solid.pixel[within]]
        count += found
    sewn = solid.faces[among(solid.faces, first)]
    return component_labels(number[sewn], count)[number]


def marked_pixels(pixel: NDArray[np.int32], shape: tuple[int, ...]) -> Bools:
    """Pixels of a grid of `shape` with these flat indices (N,)."""
    marked = np.zeros(shape, bool)
    marked.ravel()[pixel] = True
    return marked


def seams(solid: Solid, shell: Shell) -> Bools:
    """(M,) triangles beside pixels where sheets are sewn together or where one is as thin as it is steep.

    No others can cross or be joined wrongly: away from there each sheet is a height field over the pixel grid, before
    or behind the others.
    """
    marked = marked_pixels(solid.pixel[_sewn(solid)], shell.mask.shape)
    marked[:-1, :-1] |= corners(shell.far, np.minimum) < corners(shell.near, np.maximum)
    around = cells.near(marked, 1).ravel()
    return np.asarray(around[solid.pixel[solid.faces[:, 0]]])
