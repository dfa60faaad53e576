"""The learned model is a head: symmetric, with the landmarks of a face where a face has them."""

import numpy as np
from posed_heads import SIDE, posed_head

from engine.head.draw import drawn
from engine.head.model import WEIGHTS, head_model
from engine.normals import vertex_normals

NOSE, CHIN, FOREHEAD, LEFT_EYE, RIGHT_EYE = 1, 152, 10, 386, 159
EYE, CHEEK, LIPS = (33, 133), (50,), (0, 17)


def test_both_halves_are_alike() -> None:
    model = head_model()
    assert (model.mirror[model.mirror] == np.arange(len(model.mean))).all()
    np.testing.assert_allclose(model.mean[model.mirror], model.mean * [-1, 1, 1], atol=1e-6)
    for field in (model.bare, model.inner, model.ear, model.near, model.far, model.crown, model.beside):
        np.testing.assert_allclose(field[model.mirror], field, atol=0.25)


def test_it_is_as_large_as_a_head_and_looks_at_the_camera() -> None:
    model = head_model()
    face = model.landmarks(model.mean)
    assert 0.1 < np.ptp(face[:, 0]) < 0.19
    assert 0.13 < face[CHIN, 1] - face[FOREHEAD, 1] < 0.21
    assert face[NOSE, 2] == face[:, 2].min()
    assert face[LEFT_EYE, 0] > 0.02 > -0.02 > face[RIGHT_EYE, 0]


def test_its_faces_point_outward_and_every_vertex_is_used() -> None:
    model = head_model()
    assert (np.bincount(model.faces.ravel(), minlength=len(model.mean)) > 0).all()
    head = posed_head()
    near, far = drawn(head, model.faces, (SIDE, SIDE))
    outward = vertex_normals(head, model.faces)[:, 2]
    assert (near.at_pixels(outward) < 0)[near.hit].mean() > 0.98
    assert (far.at_pixels(outward) > 0)[far.hit].mean() > 0.95


def test_ears_stand_out_and_lie_flat_without() -> None:
    model = head_model()
    ears = model.ear > 0.5
    assert {True, False} == set((model.mean[ears, 0] > 0).tolist())
    assert np.abs(model.mean[ears, 0]).min() > 0.05
    assert np.abs((model.mean + model.flat)[ears, 0]).max() < np.abs(model.mean[ears, 0]).max() - 0.005


def test_the_file_is_small() -> None:
    assert WEIGHTS.stat().st_size < 1_000_000


def test_eyes_and_brows_are_darker_than_skin_and_lips_redder() -> None:
    model = head_model()
    place = model.landmarks(model.mean)
    eye, cheek, lips = (
        np.linalg.norm(model.mean - place[list(points)].mean(0), axis=1) for points in (EYE, CHEEK, LIPS)
    )
    tones = [np.average(model.tone, axis=0, weights=np.exp(-((away / 0.006) ** 2))) for away in (eye, cheek, lips)]
    np.testing.assert_allclose(tones[1], 1, atol=0.15)
    assert tones[0].mean() < 0.7
    assert tones[2][0] / tones[2][1] > 1.1 * tones[1][0] / tones[1][1]
    np.testing.assert_allclose(model.tone[model.mirror], model.tone, atol=0.02)
