"""Could it be printed? What MeshLab says of the meshes that the surface stage makes of people's true depth maps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import UserError
from engine.evaluation.surface import as_surface
from engine.evaluation.true_maps import scene_of, surface_stage
from engine.render.mesh import TexturedMesh
from engine.types import Detail, Mesh


@dataclass(frozen=True)
class Print:
    """One person's mesh as MeshLab (pymeshlab) judges it, and what the engine's own checks warn of.

    holes: edges with one face. manifold: no edge has more than two faces, no vertex more than one fan. crossing: faces
    that cross others. degenerate: faces without area, or on the same vertices as others. parts: connected ones.
    """

    person: str
    detail: Detail
    triangles: int
    holes: int
    manifold: bool
    crossing: int
    degenerate: int
    parts: int
    warnings: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Nothing that a slicer would report."""
        return self.manifold and self.holes == self.crossing == self.degenerate == 0


def evaluate_prints(name: str, mesh: TexturedMesh, details: tuple[Detail, ...]) -> Iterator[Print]:
    """Judge the mesh of a true person at each level of detail. Raises UserError where pymeshlab is missing."""
    library = _meshlab()
    maps = scene_of(as_surface(mesh)).maps
    for detail in details:
        made, warnings = surface_stage(maps, detail)
        yield _judged(library, made, name, detail, warnings)


def _meshlab() -> Any:
    try:
        import pymeshlab
    except ModuleNotFoundError as error:
        raise UserError("Prints are judged by the Python package pymeshlab; install it.") from error
    return pymeshlab


def _judged(library: Any, made: Mesh, name: str, detail: Detail, warnings: tuple[str, ...]) -> Print:
    meshes = library.MeshSet()
    meshes.add_mesh(library.Mesh(made.vertices.astype(float), made.faces))
    facts = meshes.get_topological_measures()
    meshes.compute_selection_by_self_intersections_per_face()
    crossing = meshes.current_mesh().selected_face_number()
    meshes.meshing_remove_null_faces()
    meshes.meshing_remove_duplicate_faces()
    left = meshes.current_mesh().face_number()
    holes, parts = facts["boundary_edges"], facts["connected_components_number"]
    manifold = bool(facts["is_mesh_two_manifold"])
    return Print(name, detail, len(made.faces), holes, manifold, crossing, len(made.faces) - left, parts, warnings)


def prints_table(prints: list[Print]) -> str:
    """A line for every level of detail, one for every mesh that is not sound, and the warnings."""
    lines = ["detail   people   closed   manifold   no crossing   no degenerate   sound"]
    for detail in dict.fromkeys(p.detail for p in prints):
        at = [p for p in prints if p.detail == detail]
        sound = [[p.holes == 0, p.manifold, p.crossing == 0, p.degenerate == 0, p.sound] for p in at]
        closed, manifold, simple, proper, all_ = map(sum, zip(*sound, strict=True))
        lines.append(f"{detail:8} {len(at):6} {closed:8} {manifold:10} {simple:13} {proper:15} {all_:7}")
    lines += [_fault(p) for p in prints if not p.sound]
    return "\n".join([*lines, *(f"{p.person}, {p.detail}: {w}" for p in prints for w in p.warnings)])


def _fault(p: Print) -> str:
    manifold = "" if p.manifold else ", not manifold"
    return f"{p.person}, {p.detail}: {p.holes} open edges, {p.crossing} crossing, {p.degenerate} degenerate{manifold}"
