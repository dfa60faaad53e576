"""Whole people from the assets: geometry, joints, the packed file, the command."""

from pathlib import Path

import numpy as np
import pytest

from engine.cli import main
from engine.errors import UserError
from engine.skeleton import INDEX
from engine.training.people import SyntheticPerson, Wardrobe, load_people, load_wardrobe, pack_people, sample_person
from engine.training.people.arms import posed_joints
from engine.training.people.body import BODY_VERTICES, load_body
from engine.training.people.portrait import HEIGHT, WIDTH, portrait
from engine.training.people.standing import sample_standing

ASSETS = Path(__file__).parents[2].parent / "shared" / "assets"

needs_assets = pytest.mark.skipif(not ASSETS.is_dir(), reason="needs ../shared/assets")


@pytest.fixture(scope="module")
def wardrobe() -> Wardrobe:
    return load_wardrobe(ASSETS, texture_size=128)


@pytest.fixture(scope="module")
def people(wardrobe: Wardrobe) -> list[SyntheticPerson]:
    return [sample_person(np.random.default_rng([5, i]), wardrobe) for i in range(16)]


@needs_assets
def test_people_are_valid_meshes_on_the_floor(people: list[SyntheticPerson]) -> None:
    for person in people:
        mesh = person.mesh
        assert np.isfinite(mesh.vertices).all()
        assert mesh.faces.min() == 0
        assert mesh.faces.max() == len(mesh.vertices) - 1
        assert mesh.materials.max() == len(mesh.textures) - 1
        assert len(person.cloths) == len(mesh.textures)
        assert abs(mesh.vertices[:, 2].min()) < 1e-5
        assert 0.5 < mesh.vertices[:, 2].max() < 2.6
        assert mesh.uv is not None
        assert mesh.uv.shape == (len(mesh.faces), 3, 2)


@needs_assets
def test_triangles_face_outward(people: list[SyntheticPerson]) -> None:
    for person in people:
        a, b, c = np.moveaxis(person.mesh.vertices[person.mesh.faces].astype(np.float64), 1, 0)
        assert np.einsum("ni,ni->", a, np.cross(b, c)) / 6 > 0.005


@needs_assets
def test_joints_lie_in_the_body_and_left_is_left(people: list[SyntheticPerson]) -> None:
    for person in people:
        joints = person.joints
        low, high = person.mesh.vertices.min(axis=0) - 0.02, person.mesh.vertices.max(axis=0) + 0.02
        assert ((joints > low) & (joints < high)).all()
        if person.facts["pose"] == "motion":
            continue
        assert joints[INDEX["left_hip"], 0] > joints[INDEX["right_hip"], 0] + 0.03
        assert joints[INDEX["left_shoulder"], 0] > joints[INDEX["right_shoulder"], 0] + 0.08
        assert joints[INDEX["nose"], 1] < joints[INDEX["left_ear"], 1]
        assert joints[INDEX["left_big_toe"], 1] < joints[INDEX["left_heel"], 1] - 0.05
        assert joints[INDEX["left_ankle"], 2] < joints[INDEX["left_knee"], 2] < joints[INDEX["left_hip"], 2]


def test_who_stands_has_shoulders_above_the_hips_and_hips_before_the_ankles() -> None:
    body, rng = load_body(), np.random.default_rng(0)
    rest = body.rest(body.coefficients({}, {}))
    posed = [posed_joints(body, rest, sample_standing(rng)) for _ in range(60)]
    shoulders, ankles = (
        np.mean([[j[f"{bone}.{side}"][1] - j[f"upperleg01.{side}"][1] for side in "LR"] for j in posed])
        for bone in ("upperarm01", "foot")
    )
    assert abs(shoulders) < 0.02
    assert 0.02 < ankles < 0.06


@needs_assets
def test_standing_people_stand_on_both_feet(people: list[SyntheticPerson]) -> None:
    standing = [person.joints for person in people if person.facts["pose"] == "standing"]
    heels = [abs(j[INDEX["left_ankle"], 2] - j[INDEX["right_ankle"], 2]) for j in standing]
    assert len(heels) > 4
    assert np.median(heels) < 0.02
    assert max(heels) < 0.12


@needs_assets
def test_wrists_are_not_inside_the_trunk(people: list[SyntheticPerson]) -> None:
    for joints in (person.joints for person in people):
        hips = joints[[INDEX["left_hip"], INDEX["right_hip"]]]
        shoulders = joints[[INDEX["left_shoulder"], INDEX["right_shoulder"]]]
        axis = np.stack([hips.mean(axis=0), shoulders.mean(axis=0)])
        for name in ("left_wrist", "right_wrist"):
            spine = axis[1] - axis[0]
            along = np.clip((joints[INDEX[name]] - axis[0]) @ spine / (spine @ spine), 0, 1)
            assert np.linalg.norm(joints[INDEX[name]] - axis[0] - along * spine) > 0.07


@needs_assets
def test_the_same_seed_gives_the_same_person(wardrobe: Wardrobe, people: list[SyntheticPerson]) -> None:
    again = sample_person(np.random.default_rng([5, 3]), wardrobe)
    np.testing.assert_array_equal(again.mesh.vertices, people[3].mesh.vertices)
    assert again.facts == people[3].facts
    assert not np.array_equal(people[2].joints, people[3].joints)


@needs_assets
def test_packed_people_come_back(tmp_path: Path, wardrobe: Wardrobe, people: list[SyntheticPerson]) -> None:
    pack_people(5, 3, tmp_path / "people.npz", wardrobe)
    packed = load_people(tmp_path / "people.npz")
    assert len(packed) == 3
    for person, original in zip(packed, people, strict=False):
        np.testing.assert_allclose(person.mesh.vertices, original.mesh.vertices, atol=6e-5)
        np.testing.assert_array_equal(person.mesh.faces, original.mesh.faces)
        np.testing.assert_array_equal(person.mesh.materials, original.mesh.materials)
        np.testing.assert_array_equal(person.joints, original.joints)
        for mine, theirs in zip(person.mesh.textures, original.mesh.textures, strict=True):
            np.testing.assert_allclose(mine[..., 3], theirs[..., 3], atol=1)
            opaque = theirs[..., 3] > 128
            assert np.abs(mine[opaque].astype(int) - theirs[opaque]).mean() < 16


@needs_assets
def test_skin_weights_and_shapes_cover_every_vertex() -> None:
    body = load_body()
    np.testing.assert_allclose(np.asarray(body.weights.sum(axis=1)), 1, atol=1e-5)
    assert body.faces.max() < BODY_VERTICES
    adult = body.rest(body.coefficients({"age": 0.67}, {})).vertices
    child = body.rest(body.coefficients({"age": 0.3}, {})).vertices
    assert np.ptp(adult[:BODY_VERTICES, 2]) > np.ptp(child[:BODY_VERTICES, 2]) + 0.2


def test_missing_assets_are_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="wardrobe"):
        load_wardrobe(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "people.npz").write_bytes(content)
    with pytest.raises(UserError, match="not a file of people"):
        load_people(tmp_path / "people.npz")


def test_command_wants_an_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthesize", "--assets", str(tmp_path)]) == 2
    assert "nothing to write" in capsys.readouterr().err


@needs_assets
def test_a_portrait_shows_the_whole_person_in_a_bright_room(people: list[SyntheticPerson]) -> None:
    picture = portrait(people[0]).astype(int)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture[:40].min() > 150  # wall above the head
    assert picture[-20:].min() > 60  # floor below the feet
    person = np.abs(picture[300:1300, 300:900] - np.median(picture[300:1300, :60], axis=(0, 1))).max(axis=2) > 40
    assert person.mean() > 0.1
