"""The surface by itself: true depth maps of a true person -> mesh, against that person, beside screened Poisson."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.evaluation.distances import distances
from engine.evaluation.figures import check_health, prepare_truth
from engine.evaluation.surface import Surface, as_surface
from engine.evaluation.true_maps import Scene, offsets, points, scene_of, surface_stage, where_truth_stands
from engine.render.mesh import TexturedMesh
from engine.surface.intersect import crossings
from engine.types import Detail

POISSON = "screened Poisson"
POISSON_DEPTH = 10
_JUMP = 0.015
"""Camera units between neighbouring pixels from which on they count as different parts (about 4 cm)."""
_EVERY = 7
"""One pixel in so many stands for the surface that is seen."""


@dataclass(frozen=True)
class SurfaceRow:
    """What a method made of one person's true depth maps.

    chamfer: cm for a person of 180 cm, mean of both directions, all of the outer surface. visible: the same for what
    the two maps show of person and mesh. webbed: share in [0, 1] of the mesh that is farther than 1 cm from the
    person: surface that should not exist. missing: share of the person that is farther than that from the mesh.
    front_angle, back_angle: mean degrees between the normals of the depths that person and mesh have at the canvas's
    pixels. seconds: from the maps to the mesh. closed: watertight and manifold. crossing: triangles that cross others.
    """

    person: str
    method: str
    triangles: int
    chamfer: float
    visible: float
    webbed: float
    missing: float
    front_angle: float
    back_angle: float
    seconds: float
    closed: bool
    crossing: int
    warnings: tuple[str, ...] = ()


def evaluate_surface(
    name: str, mesh: TexturedMesh, details: tuple[Detail, ...] = ("full",), poisson: bool = True
) -> Iterator[SurfaceRow]:
    """Measure the surface at each level of detail, and screened Poisson of the same points where asked for.

    Nothing is aligned: both are compared where the maps put them. Raises UserError where pymeshlab is missing.
    """
    scene = scene_of(prepare_truth(as_surface(mesh)).surface)
    for detail in details:
        yield row_of(name, detail, scene, surface_of(scene, detail))
    if poisson:
        yield row_of(name, POISSON, scene, _poisson(scene))


Made = tuple[Surface, float, tuple[str, ...]]
"""A mesh where the truth stands, the seconds it took, and what its maker warns of."""


def row_of(name: str, method: str, scene: Scene, result: Made) -> SurfaceRow:
    """Measure what a method has made."""
    made, seconds, warnings = result
    whole = distances(made, scene.truth)
    seen, true = points(offsets(made, scene.placement)), points(scene.offsets)
    health = check_health(made)
    return SurfaceRow(
        name,
        method,
        triangles=len(made.faces),
        chamfer=whole.chamfer,
        visible=(_apart(scene, seen, scene.truth) + _apart(scene, true, made)) / 2,
        webbed=1 - whole.precision[0],
        missing=1 - whole.recall[0],
        front_angle=_angle(true[0], seen[0]),
        back_angle=_angle(true[1], seen[1]),
        seconds=seconds,
        closed=health.watertight and health.manifold_edges and health.manifold_vertices,
        crossing=len(np.unique(crossings(made.vertices, made.faces))),
        warnings=warnings,
    )


def surface_of(scene: Scene, detail: Detail) -> Made:
    """What the surface stage makes of the scene's true depth maps."""
    maps = scene.maps
    start = time.perf_counter()
    mesh, warnings = surface_stage(maps, detail)
    seconds = time.perf_counter() - start
    return where_truth_stands(scene, maps, mesh, detail), seconds, warnings


def _poisson(scene: Scene) -> Made:
    """Screened Poisson reconstruction (Kazhdan and Hoppe, 2013) of all points of both maps with their own normals."""
    try:
        import pymeshlab
    except ModuleNotFoundError as error:
        raise UserError(
            "Screened Poisson needs the Python package pymeshlab; install it or pass --no-poisson."
        ) from error
    seen = points(scene.offsets)
    normals = [_normals(side, _smooth(side)) * sign for side, sign in zip(seen, (1, -1), strict=True)]
    known = [np.isfinite(n).all(axis=-1) for n in normals]
    places = np.concatenate([p[k] for p, k in zip(seen, known, strict=True)])
    directions = np.concatenate([n[k] for n, k in zip(normals, known, strict=True)])
    start = time.perf_counter()
    meshes = pymeshlab.MeshSet()
    meshes.add_mesh(pymeshlab.Mesh(vertex_matrix=places, v_normals_matrix=directions))
    meshes.generate_surface_reconstruction_screened_poisson(depth=POISSON_DEPTH, threads=2)
    made = meshes.current_mesh()
    seconds = time.perf_counter() - start
    return Surface(scene.placement.to_world(made.vertex_matrix()), made.face_matrix().astype(np.int32)), seconds, ()


def _smooth(points: NDArray) -> NDArray[np.bool_]:
    """Pixels (2048, 2048) whose four neighbours belong to the same part."""
    z = points[..., 2]
    result = np.zeros(z.shape, bool)
    beside = [z[1:-1, 2:], z[1:-1, :-2], z[2:, 1:-1], z[:-2, 1:-1]]
    result[1:-1, 1:-1] = np.logical_and.reduce([np.abs(n - z[1:-1, 1:-1]) < _JUMP for n in beside])
    return result


def _normals(points: NDArray, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Unit normals (2048, 2048, 3) towards the camera of the points at the pixels, NaN elsewhere than `where`."""
    across, down = np.full_like(points, np.nan), np.full_like(points, np.nan)
    across[:, 1:-1] = points[:, 2:] - points[:, :-2]
    down[1:-1] = points[2:] - points[:-2]
    normal = np.cross(down, across)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-30)
    return np.where(where[..., None], normal, np.nan)


def _angle(truth: NDArray, made: NDArray) -> float:
    """Mean degrees between the normals where the truth is smooth and the mesh covers the pixel's neighbours."""
    where = _smooth(truth)
    cosine = (_normals(truth, where) * _normals(made, where)).sum(axis=-1)
    return float(np.degrees(np.arccos(np.clip(cosine[np.isfinite(cosine)], -1, 1))).mean())


def _apart(scene: Scene, places: NDArray[np.float64], surface: Surface) -> float:
    """Mean distance in cm of seen points from a surface."""
    seen = places[np.isfinite(places).all(axis=-1)][::_EVERY]
    return 100 * float(surface.distance(scene.placement.to_world(seen))[0].mean())


def surface_table(rows: list[SurfaceRow]) -> str:
    """One line per row, and the mean of every method."""
    title = (
        "person",
        "method",
        "triangles",
        "Chamfer",
        "visible",
        "webbed",
        "missing",
        "front deg",
        "back deg",
        "seconds",
        "closed",
        "cross",
    )
    lines = [title, *(_line(row) for row in rows)]
    for method in dict.fromkeys(row.method for row in rows):
        lines.append(_mean([row for row in rows if row.method == method]))
    widths = [max(len(line[k]) for line in lines) for k in range(len(title))]
    text = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines]
    told = [f"{row.person}, {row.method}: {warning}" for row in rows for warning in row.warnings]
    return "\n".join([*text, *told, "Lengths in cm for a person of 180 cm, angles in degrees; nothing was aligned."])


def _line(row: SurfaceRow) -> tuple[str, ...]:
    figures = (
        f"{row.chamfer:.3f}",
        f"{row.visible:.3f}",
        f"{100 * row.webbed:.2f}%",
        f"{100 * row.missing:.2f}%",
        f"{row.front_angle:.2f}",
        f"{row.back_angle:.2f}",
    )
    closed = "yes" if row.closed else "no"
    return row.person, row.method, str(row.triangles), *figures, f"{row.seconds:.2f}", closed, str(row.crossing)


def _mean(rows: list[SurfaceRow]) -> tuple[str, ...]:
    names = ("chamfer", "visible", "webbed", "missing", "front_angle", "back_angle", "seconds")
    a, b, c, d, e, f, g = (float(np.mean([getattr(row, name) for row in rows])) for name in names)
    closed, crossing = all(row.closed for row in rows), sum(row.crossing for row in rows)
    triangles = int(np.mean([row.triangles for row in rows]))
    return _line(SurfaceRow("mean", rows[0].method, triangles, a, b, c, d, e, f, g, closed, crossing))
