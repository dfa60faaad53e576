"""Only what is seen from outside counts as truth, facing outwards."""

import numpy as np
import trimesh

from engine.evaluation.outer import outer_surface
from engine.evaluation.surface import Surface


def surface(*meshes: trimesh.Trimesh) -> Surface:
    mesh = trimesh.util.concatenate(meshes)
    return Surface(np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int32))


def body(radius: float = 0.1) -> trimesh.Trimesh:
    return trimesh.creation.capsule(height=1.6, radius=radius, count=(12, 12)).apply_translation((0, 0, -0.8))


def faces_outwards(outer: Surface) -> bool:
    """Of a convex body around the origin."""
    return bool(((outer.normals * outer.vertices[outer.faces].mean(1)).sum(1) > 0).all())


def test_what_lies_inside_is_dropped() -> None:
    outer = outer_surface(surface(body(), body(0.05)))
    assert np.isclose(outer.mesh.area, body().area)
    assert outer.mesh.volume > 0.9 * body().volume


def test_faces_are_turned_outwards() -> None:
    inside_out = body()
    inside_out.invert()
    outer = outer_surface(surface(inside_out))
    assert np.isclose(outer.mesh.area, body().area)
    assert faces_outwards(outer)


def test_a_second_copy_for_the_other_side_counts_once() -> None:
    twin = body()
    twin.invert()
    outer = outer_surface(surface(body(), twin))
    assert np.isclose(outer.mesh.area, body().area)
    assert faces_outwards(outer)


def test_legs_under_a_skirt_are_not_seen_from_the_floor() -> None:
    skirt = trimesh.creation.cone(0.5, 1.0, sections=24)
    skirt.update_faces(skirt.face_normals[:, 2] > -0.9)
    leg = trimesh.creation.cylinder(0.05, 0.2).apply_translation((0, 0, 0.7))
    outer = outer_surface(surface(skirt, leg))
    x, y, z = outer.vertices[outer.faces].mean(1).T
    assert not ((np.hypot(x, y) < 0.06) & (z > 0.61) & (z < 0.79)).any()
    assert np.isclose(outer.mesh.area, skirt.area, rtol=0.02)


def test_a_free_sheet_stays_and_is_there_once() -> None:
    sheet = Surface(
        np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1.0]]), np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    )
    outer = outer_surface(sheet)
    assert np.isclose(outer.mesh.area, 1)


def test_long_slivers_are_cut_up_sparingly() -> None:
    sliver = Surface(np.array([[0, 0, 0], [0, 0, 1], [0.001, 0, 0.5]]), np.array([[0, 1, 2]], np.int32))
    outer = outer_surface(sliver)
    assert np.isclose(outer.mesh.area, sliver.mesh.area)
    assert len(outer.faces) < 2000
