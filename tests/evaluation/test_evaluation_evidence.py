"""The coloured mesh and the picture of the error."""

from pathlib import Path

import numpy as np
import trimesh
from PIL import Image

from engine.evaluation.evidence import WORST, paint, write_evidence
from engine.evaluation.figures import compare, prepare_truth
from engine.evaluation.surface import as_surface
from engine.render.mesh import load_mesh
from engine.types import Mesh


def body(radius: float) -> Mesh:
    capsule = trimesh.creation.capsule(height=1.4, radius=radius)
    grey = np.full((len(capsule.vertices), 3), 150, np.uint8)
    return Mesh(capsule.vertices.astype(np.float32), capsule.faces.astype(np.int32), grey)


def test_colours_go_from_blue_to_red() -> None:
    colours = paint(np.array([0, WORST / 2, WORST, 9]))
    assert colours[0].argmax() == 2
    assert colours[1].argmax() == 1
    assert colours[2].argmax() == 0
    assert colours[2].tolist() == colours[3].tolist()


def test_the_mesh_stands_on_the_truth_and_shows_its_error(tmp_path: Path) -> None:
    """A bump on one side alone; the prediction is in centimetres and somewhere else."""
    good = body(0.2)
    bumped = good.vertices.copy()
    bump = np.abs(bumped[:, 2] - 0.7) < 0.3
    bumped[bump & (bumped[:, 0] > 0.1), 0] += 0.08
    predicted = as_surface(Mesh(100 * bumped + 50, good.faces, good.colors))
    truth = prepare_truth(as_surface(good))
    write_evidence(predicted, truth, compare(predicted, truth).placement, tmp_path, "ann_")
    shown = load_mesh(tmp_path / "ann_error.ply")
    assert shown.colors is not None
    np.testing.assert_allclose(np.ptp(shown.vertices[:, 2]), 1.8, atol=0.01)
    red, blue = shown.colors[:, 0].astype(int), shown.colors[:, 2].astype(int)
    wrong = bumped[:, 0] > 0.25
    assert (red > blue)[wrong].all()
    assert (blue > red)[bumped[:, 0] < -0.1].all()


def test_the_picture_has_three_rows_of_four_views(tmp_path: Path) -> None:
    surface = as_surface(body(0.2))
    truth = prepare_truth(surface)
    write_evidence(surface, truth, compare(surface, truth).placement, tmp_path)
    picture = np.asarray(Image.open(tmp_path / "comparison.png")).astype(int)
    rows = np.split(picture, 3)
    shown = np.abs(rows[0][40:] - picture[40, 0]).max(2) > 20
    columns = np.split(np.arange(shown.shape[1]), 4)
    assert all(shown[:, part].any() for part in columns)
    np.testing.assert_array_equal(rows[0][28:], rows[1][28:])
    blue = rows[2][40:][shown]
    assert (blue[:, 2] > blue[:, 0]).mean() > 0.99
