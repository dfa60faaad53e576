"""The face mesh of the sample person."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import UserError
from engine.person import face as face_module
from engine.person.detector import BUNDLE
from engine.person.face import FACE_MODEL, find_face

NOSE, CHEEKS, CHIN = 1, (50, 280), 152

pytestmark = pytest.mark.skipif(
    not (BUNDLE.is_file() and FACE_MODEL.is_file()), reason="the models of pose and face are not set up"
)


@pytest.fixture(scope="module")
def mesh(photo: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    mesh = find_face(photo, landmarks)
    assert mesh is not None
    return mesh


def test_the_face_is_where_the_pose_has_it_and_the_nose_sticks_out(mesh: np.ndarray, landmarks: np.ndarray) -> None:
    height = np.ptp(mesh[:, 1])
    assert mesh.shape == (468, 3)
    assert np.linalg.norm(mesh[NOSE, :2] - landmarks[0]) < 0.2 * height
    assert np.linalg.norm(landmarks[2] - landmarks[5]) < height < 6 * np.linalg.norm(landmarks[2] - landmarks[5])
    assert all(mesh[NOSE, 2] < mesh[cheek, 2] - 0.05 * height for cheek in CHEEKS)


def test_a_turned_picture_gives_the_turned_face(photo: np.ndarray, landmarks: np.ndarray, mesh: np.ndarray) -> None:
    width = photo.shape[1]
    turned = find_face(np.ascontiguousarray(np.rot90(photo)), np.stack([landmarks[:, 1], width - landmarks[:, 0]], 1))
    assert turned is not None
    expected = np.stack([mesh[:, 1], width - mesh[:, 0], mesh[:, 2]], 1)
    assert np.abs(turned - expected).mean() < 0.03 * np.ptp(mesh[:, 1])


def test_where_no_face_is_there_is_none(photo: np.ndarray, landmarks: np.ndarray) -> None:
    assert find_face(np.zeros_like(photo), landmarks) is None
    feet = landmarks + landmarks[[27, 28]].mean(0) - landmarks[0]
    assert find_face(photo, feet) is None


def test_missing_model_is_told_in_one_sentence(
    photo: np.ndarray, landmarks: np.ndarray, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(face_module, "FACE_MODEL", tmp_path / "none.tflite")
    with pytest.raises(UserError, match="face model is missing"):
        find_face(photo, landmarks)
