"""A mesh of quads in the place of one of triangles."""

from contextlib import suppress

import bmesh
import bpy

from .result import ToolError, decimated, temporary_object
from .solid import editing
from .transfer import carry_over

TRIANGLES_PER_QUAD = 4
"""Quadriflow takes time for each triangle it is given; more than this do not make its quads follow the form better."""

FEWEST_TRIANGLES = 10_000

REFUSED = "Quadriflow cannot remesh this mesh; close its holes and remove doubled faces, or try another number."


def remeshed(context: bpy.types.Context, mesh: bpy.types.Mesh, faces: int) -> bpy.types.Mesh:
    """A new mesh of about that many quads, with the mesh's colours and vertex groups. Raises ToolError."""
    return carry_over(context, mesh, quadrangulated(context, mesh, faces))


def quadrangulated(context: bpy.types.Context, mesh: bpy.types.Mesh, faces: int) -> bpy.types.Mesh:
    """A new mesh of about that many quads. Raises ToolError."""
    quads = decimated(context, mesh, max(faces * TRIANGLES_PER_QUAD, FEWEST_TRIANGLES))
    with temporary_object(context, quads) as item, context.temp_override(object=item, active_object=item):
        _run_quadriflow(faces)
    if len(quads.loops) != 4 * len(quads.polygons):
        bpy.data.meshes.remove(quads)
        raise ToolError(REFUSED)
    with editing(quads) as work:
        _close_holes(work)
    quads.shade_smooth()
    return quads


def _run_quadriflow(faces: int) -> None:
    """Let Blender remesh the active object; how it tells of a failure depends on its version."""
    with suppress(RuntimeError):
        bpy.ops.object.quadriflow_remesh("EXEC_DEFAULT", mode="FACES", target_faces=faces, smooth_normals=True)


def _close_holes(work: bmesh.types.BMesh) -> None:
    """Fill the slits that Quadriflow leaves where walls are thin; with quads, but for slits of three edges."""
    holes = bmesh.ops.edgeloop_fill(work, edges=[edge for edge in work.edges if edge.is_boundary])["faces"]
    while face := next((face for face in holes if len(face.verts) > 4), None):
        corners = list(face.verts)
        pairs = [(corners[i - 3], corners[i]) for i in range(len(corners))]
        near, far = min(pairs, key=lambda pair: (pair[0].co - pair[1].co).length)
        holes.append(bmesh.utils.face_split(face, near, far)[0])
    bmesh.ops.recalc_face_normals(work, faces=list(work.faces))
