"""Every hard case is what its name says."""

from pathlib import Path

import numpy as np
import pytest

from engine.skeleton import INDEX
from engine.training.people import SyntheticPerson, Wardrobe, load_wardrobe
from engine.training.people.hard_cases import HARD_CASES, sample_case

ASSETS = Path(__file__).parents[2].parent / "shared" / "assets"

pytestmark = pytest.mark.skipif(not ASSETS.is_dir(), reason="needs ../shared/assets")


@pytest.fixture(scope="module")
def wardrobe() -> Wardrobe:
    return load_wardrobe(ASSETS, texture_size=128)


def _three(wardrobe: Wardrobe, case: str) -> list[SyntheticPerson]:
    return [sample_case(np.random.default_rng([1, i]), wardrobe, case) for i in range(3)]


def _place(person: SyntheticPerson, joint: str) -> np.ndarray:
    return person.joints[INDEX[joint]]


def test_arms_are_crossed(wardrobe: Wardrobe) -> None:
    for person in _three(wardrobe, "arms crossed"):
        assert _place(person, "left_wrist")[0] < _place(person, "right_wrist")[0] + 0.05
        assert max(_place(person, f"{s}_wrist")[1] for s in ("left", "right")) < _place(person, "left_shoulder")[1]


def test_a_hand_is_before_the_face(wardrobe: Wardrobe) -> None:
    for person in _three(wardrobe, "hands before face"):
        nose = _place(person, "nose")
        fingers = [_place(person, f"{s}_finger3") for s in ("left", "right")]
        before = [f[1] < nose[1] + 0.03 and abs(f[2] - nose[2]) < 0.25 and abs(f[0] - nose[0]) < 0.2 for f in fingers]
        assert any(before)


def test_legs_are_crossed(wardrobe: Wardrobe) -> None:
    for person in _three(wardrobe, "legs crossed"):
        ankles, hips = (_place(person, f"left_{j}") - _place(person, f"right_{j}") for j in ("ankle", "hip"))
        assert ankles[0] < 0.6 * hips[0]
        assert abs(ankles[1]) > 0.3 * hips[0]


def test_a_hand_is_in_a_pocket(wardrobe: Wardrobe) -> None:
    assert all(person.facts["pockets"] for person in _three(wardrobe, "hand in pocket"))


def test_skirts_are_long_and_hair_is_long(wardrobe: Wardrobe) -> None:
    for person in _three(wardrobe, "long skirt"):
        assert any(name.startswith(("skirt", "dress")) for name in person.facts["worn"])
    for person in _three(wardrobe, "long hair"):
        assert {"long01", "hair_bob"} & set(person.facts["worn"])


@pytest.mark.parametrize("case", HARD_CASES)
def test_hands_are_empty_and_the_same_numbers_give_the_same_person(wardrobe: Wardrobe, case: str) -> None:
    one, again = (sample_case(np.random.default_rng(3), wardrobe, case) for _ in range(2))
    assert one.facts["carried"] is None
    assert np.array_equal(one.mesh.vertices, again.mesh.vertices)
