"""The face mesh of the sample person, and its relief on a depth map."""

from pathlib import Path

import numpy as np
import pytest

from engine.camera import CANVAS
from engine.errors import UserError
from engine.framing import frame
from engine.networks.face import with_face
from engine.person import face as face_module
from engine.person import find_people
from engine.person.detector import BUNDLE
from engine.person.face import FACE_MODEL, face_triangles, find_face
from engine.photo import load_photo
from engine.types import Maps

SAMPLE = Path(__file__).parents[2] / "docs" / "images" / "sample_person.jpg"
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


def test_triangles_cover_the_mesh_once() -> None:
    triangles = face_triangles()
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    assert np.unique(edges, axis=0, return_counts=True)[1].max() == 2
    assert set(triangles.ravel()) == set(range(468))


def test_missing_model_is_told_in_one_sentence(
    photo: np.ndarray, landmarks: np.ndarray, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(face_module, "FACE_MODEL", tmp_path / "none.tflite")
    with pytest.raises(UserError, match="face model is missing"):
        find_face(photo, landmarks)


def flat_head() -> Maps:
    front = np.full((CANVAS, CANVAS), 1.9, np.float32)
    return Maps(front, front + 0.25)


def test_relief_appears_on_the_front_only_and_leaves_the_rest() -> None:
    photo = load_photo(SAMPLE)
    canvas = frame(photo, find_people(photo))
    assert canvas.face is not None
    maps = with_face(flat_head(), canvas.face)
    change = maps.front - np.float32(1.9)
    x, y = canvas.face[NOSE, :2].astype(int)
    width = np.ptp(canvas.face[:, 0])
    assert -0.1 < change[y, x] < -0.01
    assert change[y, x] == pytest.approx(change[y - 8 : y + 8, x - 8 : x + 8].min(), abs=0.02)
    low, high = canvas.face[:, :2].min(0).astype(int), np.ceil(canvas.face[:, :2].max(0)).astype(int)
    outside = np.ones_like(change, bool)
    outside[low[1] : high[1], low[0] : high[0]] = False
    assert not change[outside].any()
    assert abs(change[~outside].mean()) < 0.02
    assert (maps.back == np.float32(1.9) + np.float32(0.25)).all()
    assert (maps.front <= maps.back).all()
    assert np.abs(np.diff(change, axis=1)).max() * 512 < 6
    assert width > 30


def test_without_a_face_nothing_changes() -> None:
    assert (with_face(flat_head(), None).front == np.float32(1.9)).all()
