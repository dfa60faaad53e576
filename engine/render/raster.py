"""Scan conversion of triangles to the nearest and the farthest surface behind every pixel, in plain torch.

Every triangle is cut into the pixel rows it covers and every row into pixels (two-level expansion, in chunks of bounded
size), so that only covered pixels cost time. A shared edge is intersected with a row by the same arithmetic in both
triangles: no pixel on it is lost. The z-buffer is one `scatter_reduce` on (depth, face) packed in int64.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

CHUNK = 1 << 21
"""Most rows or fragments held at once."""

_FACE = 0xFFFFFFFF
"""The bits of a packed depth and face that are the face."""

_NONE = torch.iinfo(torch.int64).max


@dataclass(frozen=True)
class Hits:
    """One surface point per covered pixel.

    pixels: (N,) int64, row * width + column, ascending. faces: (N,) int64. barycentric: (N, 3) float32, perspective
    correct, each in [0, 1], sum 1.
    """

    pixels: Tensor
    faces: Tensor
    barycentric: Tensor

    def interpolate(self, values: Tensor, faces: Tensor) -> Tensor:
        """Values per vertex (V, C), with the mesh's faces (F, 3) -> values per hit (N, C)."""
        return (values[faces[self.faces]] * self.barycentric[..., None]).sum(1)


@dataclass(frozen=True)
class Cutout:
    """Holes in surfaces. cut: (F,) bool, faces that may have holes. keep: (faces (N,), barycentric (N, 3)) -> (N,)."""

    cut: Tensor
    keep: Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class _Triangles:
    """Triangles on the picture. points: (F, 3, 2) float64 pixels. nearness: (F, 3) float64. area: (F,) doubled."""

    points: Tensor
    nearness: Tensor
    area: Tensor


@dataclass(frozen=True)
class _Spans:
    """Runs of covered pixels in one row of one triangle; nearness is first + step * (column - left)."""

    faces: Tensor
    rows: Tensor
    left: Tensor
    count: Tensor
    first: Tensor
    step: Tensor


def rasterize(
    points: Tensor, nearness: Tensor, faces: Tensor, height: int, width: int, cutout: Cutout | None = None
) -> tuple[Hits, Hits]:
    """Nearest and farthest surface at every pixel centre: two `Hits` with the same pixels.

    points: (V, 2) float64 (x, y) in pixel-edge coordinates (the first pixel's centre is at .5, .5). nearness: (V,)
    float64 1 / z, positive in front of the camera; triangles with a vertex behind it are left out. faces: (F, 3) int64.
    """
    triangles = _triangles(points, nearness, faces)
    pixels, *keys = _drawn(triangles, height, width, cutout)
    return tuple(_resolve(key, pixels, triangles, width) for key in keys)  # type: ignore[return-value]


def covering(points: Tensor, faces: Tensor, height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of flat triangles: the covered pixels (N,), as `Hits` has them, and the highest and lowest face (N,) there."""
    triangles = _triangles(points, torch.ones(len(points), dtype=torch.float64, device=points.device), faces)
    pixels, near, far = _drawn(triangles, height, width, None)
    return pixels, near & _FACE, far & _FACE


def _drawn(triangles: _Triangles, height: int, width: int, cutout: Cutout | None) -> tuple[Tensor, Tensor, Tensor]:
    """Covered pixels (N,), and the packed depth and face of the nearest and the farthest surface there."""
    device = triangles.points.device
    near = torch.zeros(height * width, dtype=torch.int64, device=device)
    far = torch.full_like(near, _NONE)
    for spans in _spans(triangles, height, width):
        for span, offset in _expand(spans.count):
            _draw(near, far, triangles, spans, span, offset, width, cutout)
    pixels = torch.nonzero(near).squeeze(1)
    return pixels, near[pixels], far[pixels]


def _triangles(points: Tensor, nearness: Tensor, faces: Tensor) -> _Triangles:
    corners = points.double()[faces]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return _Triangles(corners, nearness.double()[faces], a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _expand(counts: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Counts (N,) -> chunks of (owner, index within the owner), each at most CHUNK long."""
    ends = counts.cumsum(0)
    starts = ends - counts
    total = int(ends[-1]) if len(ends) else 0
    for begin in range(0, total, CHUNK):
        end = min(begin + CHUNK, total)
        bounds = torch.tensor([begin, end - 1], device=counts.device)
        lo, hi = torch.searchsorted(ends, bounds, right=True).tolist()
        part = ends[lo : hi + 1].clamp(max=end) - starts[lo : hi + 1].clamp(min=begin)
        owner = torch.repeat_interleave(torch.arange(lo, hi + 1, device=counts.device), part, output_size=end - begin)
        yield owner, torch.arange(begin, end, device=counts.device) - starts[owner]


def _first_centre(edge: Tensor, limit: int) -> Tensor:
    """Index of the first pixel centre at or after the coordinate, within [0, limit]."""
    return torch.ceil(edge - 0.5).clamp(0, limit).long()


def _spans(triangles: _Triangles, height: int, width: int) -> Iterator[_Spans]:
    y = triangles.points[..., 1]
    top, bottom = _first_centre(y.amin(1), height), _first_centre(y.amax(1), height)
    drawn = (triangles.area.abs() > 1e-12) & (triangles.nearness > 0).all(1) & torch.isfinite(triangles.area)
    index = torch.nonzero(drawn & (bottom > top)).squeeze(1)
    for owner, offset in _expand((bottom - top)[index]):
        faces = index[owner]
        yield _row_spans(triangles, faces, top[faces] + offset, width)


def _row_spans(triangles: _Triangles, faces: Tensor, rows: Tensor, width: int) -> _Spans:
    centre = rows.double() + 0.5
    corners = triangles.points[faces]
    order = corners[..., 1].argsort(1)
    a, b, c = corners.gather(1, order[..., None].expand(-1, -1, 2)).unbind(1)
    upper = (centre < b[:, 1])[:, None]
    x1 = _crossing(a, c, centre)
    x2 = _crossing(torch.where(upper, a, b), torch.where(upper, b, c), centre)
    left = _first_centre(torch.minimum(x1, x2), width)
    count = _first_centre(torch.maximum(x1, x2), width) - left
    used = torch.nonzero(count > 0).squeeze(1)
    faces, rows, left, count = faces[used], rows[used], left[used], count[used]
    first, last = (_nearness(triangles, faces, x, rows) for x in (left, left + count - 1))
    return _Spans(faces, rows, left, count, first, (last - first) / (count - 1).clamp(min=1))


def _crossing(upper: Tensor, lower: Tensor, y: Tensor) -> Tensor:
    """x where the edge from its upper to its lower end (N, 2) crosses the line y (N,)."""
    delta = lower - upper
    return upper[:, 0] + (y - upper[:, 1]) * (delta[:, 0] / delta[:, 1])


def _weights(triangles: _Triangles, faces: Tensor, columns: Tensor, rows: Tensor) -> Tensor:
    """Screen space barycentric coordinates (N, 3) float64 at pixel centres."""
    corners = triangles.points[faces]
    centre = torch.stack([columns, rows], 1).double() + 0.5
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    p = centre - corners[:, 0]
    area = triangles.area[faces]
    v = (p[:, 0] * b[:, 1] - p[:, 1] * b[:, 0]) / area
    w = (a[:, 0] * p[:, 1] - a[:, 1] * p[:, 0]) / area
    weights = torch.stack([1 - v - w, v, w], 1).clamp(0, 1)
    return weights / weights.sum(1, keepdim=True)


def _nearness(triangles: _Triangles, faces: Tensor, columns: Tensor, rows: Tensor) -> Tensor:
    return (_weights(triangles, faces, columns, rows) * triangles.nearness[faces]).sum(1).float()


def _barycentric(triangles: _Triangles, faces: Tensor, columns: Tensor, rows: Tensor) -> Tensor:
    """Perspective-correct barycentric coordinates (N, 3) float32 at pixel centres."""
    weights = _weights(triangles, faces, columns, rows) * triangles.nearness[faces]
    return (weights / weights.sum(1, keepdim=True)).float()


def _draw(
    near: Tensor,
    far: Tensor,
    triangles: _Triangles,
    spans: _Spans,
    span: Tensor,
    offset: Tensor,
    width: int,
    cutout: Cutout | None,
) -> None:
    if cutout is not None:
        kept = _kept(cutout, triangles, spans, span, offset)
        span, offset = span[kept], offset[kept]
    nearness = spans.first[span] + spans.step[span] * offset
    key = nearness.view(torch.int32).long().bitwise_left_shift_(32).bitwise_or_(spans.faces[span])
    pixel = (spans.rows * width + spans.left)[span] + offset
    near.scatter_reduce_(0, pixel, key, "amax")
    far.scatter_reduce_(0, pixel, key, "amin")


def _kept(cutout: Cutout, triangles: _Triangles, spans: _Spans, span: Tensor, offset: Tensor) -> Tensor:
    kept = torch.ones_like(span, dtype=torch.bool)
    tested = torch.nonzero(cutout.cut[spans.faces][span]).squeeze(1)
    span, offset = span[tested], offset[tested]
    faces = spans.faces[span]
    kept[tested] = cutout.keep(faces, _barycentric(triangles, faces, spans.left[span] + offset, spans.rows[span]))
    return kept


def _resolve(keys: Tensor, pixels: Tensor, triangles: _Triangles, width: int) -> Hits:
    faces = keys & _FACE
    return Hits(pixels, faces, _barycentric(triangles, faces, pixels % width, pixels // width))
