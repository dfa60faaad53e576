"""Warp kernels: one query of a mesh per thread."""

# mypy: ignore-errors
# (Warp's kernel language looks like Python, but its types are not Python's.)

import warp as wp


@wp.kernel
def closest(
    mesh: wp.uint64, points: wp.array(dtype=wp.vec3), nearest: wp.array(dtype=wp.vec3), faces: wp.array(dtype=wp.int32)
):
    """The nearest point of the mesh and its face, for each point."""
    i = wp.tid()
    query = wp.mesh_query_point_no_sign(mesh, points[i], 1.0e6)
    nearest[i] = wp.mesh_eval_position(mesh, query.face, query.u, query.v)
    faces[i] = query.face


@wp.kernel
def cast(
    mesh: wp.uint64,
    origins: wp.array(dtype=wp.vec3),
    directions: wp.array(dtype=wp.vec3),
    faces: wp.array(dtype=wp.int32),
    distances: wp.array(dtype=wp.float32),
):
    """The face that each ray hits first (-1: none) and its distance."""
    i = wp.tid()
    query = wp.mesh_query_ray(mesh, origins[i], directions[i], 1.0e6)
    faces[i] = wp.where(query.result, query.face, -1)
    distances[i] = query.t
