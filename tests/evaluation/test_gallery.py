"""Webbed and missing surface are measured as what it is."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine.evaluation.gallery import CaseRow, evaluate_gallery, gallery_table
from engine.evaluation.ground_truth import SurfaceRow, row_of
from engine.evaluation.surface import Surface
from engine.evaluation.true_maps import scene_of
from engine.render.mesh import TexturedMesh
from engine.render.turntable import from_mesh
from engine.types import Mesh

RADIUS, HEIGHT, APART = 0.1, 1.8, 0.16
"""Of two upright cylinders, and the width of the slit between them."""

WEB = (APART - 0.02) * HEIGHT
"""Area of a flat web between them that is more than 1 cm from both."""


def _solid(mesh: trimesh.Trimesh) -> Surface:
    return Surface(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32))


def _cylinders() -> trimesh.Trimesh:
    one = trimesh.creation.cylinder(RADIUS, HEIGHT, sections=96)
    shift = [RADIUS + APART / 2, 0, HEIGHT / 2]
    return trimesh.util.concatenate([one.copy().apply_translation(np.array(shift) * [s, 1, 1]) for s in (-1, 1)])


def _webbed() -> trimesh.Trimesh:
    x = APART / 2
    corners = np.array([[-x, 0, 0], [x, 0, 0], [x, 0, HEIGHT], [-x, 0, HEIGHT]])
    web = trimesh.Trimesh(corners, [[0, 1, 2], [0, 2, 3]], process=False)
    return trimesh.util.concatenate([_cylinders(), web])


def test_a_web_between_cylinders_is_webbed() -> None:
    made = _webbed()
    row = row_of("pair", "webbed", scene_of(_solid(_cylinders())), (_solid(made), 0.0, ()))
    assert row.webbed == pytest.approx(WEB / made.area, abs=0.003)
    assert row.missing == 0


def test_a_lost_web_is_missing() -> None:
    truth = _webbed()
    row = row_of("pair", "lost", scene_of(_solid(truth)), (_solid(_cylinders()), 0.0, ()))
    assert row.missing == pytest.approx(WEB / truth.area, abs=0.003)
    assert row.webbed == 0


def test_the_same_surface_has_neither() -> None:
    pair = _solid(_cylinders())
    row = row_of("pair", "same", scene_of(pair), (pair, 0.0, ()))
    assert (row.webbed, row.missing) == (0, 0)


def _capsule() -> TexturedMesh:
    mesh = trimesh.creation.capsule(height=1.4, radius=0.2, count=[32, 32])
    colors = np.full((len(mesh.vertices), 3), 128, np.uint8)
    return from_mesh(Mesh(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32), colors))


@pytest.mark.slow
def test_every_person_gets_a_row_and_a_picture(tmp_path: Path) -> None:
    (found,) = evaluate_gallery([("round", "round 0", _capsule())], ("low",), tmp_path)
    assert (found.case, found.row.person, found.row.method) == ("round", "round 0", "low")
    assert found.row.webbed < 0.001
    assert found.facts()["case"] == "round"
    assert [path.name for path in tmp_path.iterdir()] == ["round_0_low.png"]


def test_the_table_has_the_means_of_every_case_and_of_all() -> None:
    rows = [
        CaseRow(case, SurfaceRow(f"{case} {k}", "low", 9, 1.0, 2.0, k / 10, 0.5, 0, 0, 0, True, k, ("Odd.",) * k))
        for case, k in (("bent", 0), ("bent", 1), ("bald", 0))
    ]
    lines = gallery_table(rows).splitlines()
    assert lines[1].split() == ["bent,", "low", "2", "5.00%", "50.00%", "1.000", "2.000", "1"]
    assert lines[2].split() == ["bald,", "low", "1", "0.00%", "50.00%", "1.000", "2.000", "0"]
    assert lines[3].split()[:4] == ["all,", "low", "3", "3.33%"]
    assert lines[4] == "bent 1, low: Odd."
