"""Every check fails for its own fault, and only then."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from engine.surface.health import CHECKS, check, failures
from engine.types import Mesh


def _person() -> Mesh:
    """A closed capsule as high and as heavy as a person."""
    solid = trimesh.creation.capsule(height=1.5, radius=0.12)
    return Mesh(
        np.array(solid.vertices, np.float32), np.array(solid.faces, np.int32), np.zeros(solid.vertices.shape, np.uint8)
    )


def _hole(mesh: Mesh) -> Mesh:
    return replace(mesh, faces=mesh.faces[1:])


def _fold(mesh: Mesh) -> Mesh:
    return replace(mesh, faces=np.concatenate([mesh.faces, mesh.faces[:1], mesh.faces[:1, ::-1]]))


def _flat(mesh: Mesh) -> Mesh:
    a, b, _ = mesh.faces[0]
    vertices = mesh.vertices.copy()
    vertices[a] = vertices[b]
    return replace(mesh, vertices=vertices)


def _loose(mesh: Mesh) -> Mesh:
    return replace(mesh, vertices=np.concatenate([mesh.vertices, mesh.vertices[:1]]))


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (lambda mesh: mesh, set()),
        (_hole, {"closed", "manifold"}),
        (_fold, {"manifold", "duplicates"}),
        (_flat, {"degenerate"}),
        (_loose, {"unused"}),
        (lambda mesh: replace(mesh, faces=mesh.faces[:, ::-1]), {"outward"}),
        (lambda mesh: replace(mesh, vertices=mesh.vertices * np.float32([3, 3, 1])), {"volume"}),
    ],
)
def test_a_fault_has_its_name(spoil: object, names: set[str]) -> None:
    mesh = spoil(_person())  # type: ignore[operator]
    failed = failures(check(mesh), 0, len(mesh.faces), 1.74)
    assert set(failed) == names
    assert list(failed) == [name for name in CHECKS if name in names]


def test_crossing_faces_may_be_a_stated_share() -> None:
    health = check(_person())
    assert not failures(health, 10, 1_000_000, 1.74)
    assert set(failures(health, 11, 1_000_000, 1.74)) == {"crossing"}


def test_a_zone_is_judged_by_its_own_edges() -> None:
    mesh = _person()
    zone = np.arange(len(mesh.faces)) < 200
    assert check(mesh, zone).sound
    spoiled = replace(mesh, faces=mesh.faces[1:])
    assert not check(spoiled, zone[1:]).watertight or not check(spoiled, zone[1:]).manifold_edges
