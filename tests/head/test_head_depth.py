"""The head on the depth maps."""

from dataclasses import replace

import numpy as np
import pytest
from posed_heads import SCALE, SIDE, landmarks, posed_head, silhouette
from test_find_head import BROW, dressed, found

from engine.camera import UNIT
from engine.head import find_head
from engine.head.depth import with_head
from engine.pixels import distance
from engine.types import Head, Maps, Parts

NOSE, CHEEK = 1, 50
NEAR, FAR = 1000.0, 1150.0


def flat_maps() -> Maps:
    """Two planes, in a picture with a border that is nobody's."""
    front, back = np.full((SIDE, SIDE), NEAR / UNIT, np.float32), np.full((SIDE, SIDE), FAR / UNIT, np.float32)
    for depth in (front, back):
        depth[:5] = 0
    return Maps(front, back)


@pytest.mark.parametrize("yaw", [-35.0, 0.0])
def test_the_face_is_set_where_the_networks_saw_one(yaw: float) -> None:
    vertices = posed_head(yaw)
    head = found(vertices)
    maps = with_head(flat_maps(), head)
    face = head.bare > 0.95
    assert np.median(maps.front[head.area][face]) * UNIT == pytest.approx(NEAR, abs=2)
    nose, cheek = (landmarks(vertices)[point] for point in (NOSE, CHEEK))
    depths = [maps.front[int(point[1]), int(point[0])] * UNIT for point in (nose, cheek)]
    assert depths[1] - depths[0] == pytest.approx(cheek[2] - nose[2], abs=6)


def square(vertices: np.ndarray, point: int, half: int = 12) -> tuple[slice, slice]:
    """Rows and columns around a landmark."""
    x, y = landmarks(vertices)[point, :2].astype(int).tolist()
    return slice(y - half, y + half), slice(x - half, x + half)


def known_trunk(behind: np.ndarray, hidden: np.ndarray) -> Parts:
    """Both maps are known to show the trunk with the head, everywhere."""
    label = np.full((SIDE, SIDE), Parts.TRUNK, np.uint8)
    return Parts(label, label.copy(), behind, hidden)


def beside(head: Head) -> np.ndarray:
    """Pixels that are farther than 6 cm from the head."""
    away = np.ones((SIDE, SIDE), bool)
    away[head.area] = distance(~(head.near.weight > 0)) > 0.065 * SCALE
    return away


def test_what_is_beside_the_head_stays() -> None:
    head = found(posed_head())
    before = flat_maps()
    maps = with_head(flat_maps(), head)
    assert (maps.front == before.front)[beside(head)].all()
    assert (maps.back == before.back)[beside(head)].all()
    assert ((maps.front > 0) == (before.front > 0)).all()
    assert (maps.back >= maps.front).all()


def test_a_thin_body_beside_the_head_is_not_thickened() -> None:
    head = found(posed_head())
    thin = flat_maps()
    thin.back[:] = thin.front
    maps = with_head(thin, head)
    assert (maps.back == flat_maps().front)[beside(head)].all()


def test_hair_beside_the_face_stands_out_by_a_centimetre() -> None:
    """The networks saw hair in the plane of the face's middle, from which the temples go back by 3 cm and more."""
    vertices = posed_head()
    head = found(vertices, np.ones((SIDE, SIDE), bool))
    face = np.zeros((SIDE, SIDE), bool)
    face[head.area] = head.near.weight > 0.5
    maps = with_head(flat_maps(), head)
    level = np.zeros((SIDE, SIDE), bool)
    level[int(landmarks(vertices)[168, 1]) : int(landmarks(vertices)[NOSE, 1])] = True
    hair, temple = (level & part & (distance(part) < 4) for part in (~face, face))
    back = np.median(maps.front[temple]) * UNIT - NEAR
    assert back > 0.02 * SCALE
    assert np.median(maps.front[temple] * UNIT) - np.median(maps.front[hair] * UNIT) < min(0.02 * SCALE, back / 2)


def test_neighbouring_columns_of_the_head_touch() -> None:
    head = found(posed_head(20))
    maps = with_head(flat_maps(), head)
    front, back = maps.front[head.area] * UNIT, maps.back[head.area] * UNIT
    solid = head.near.weight > 0.3
    for _ in range(2):
        across = solid[1:] & solid[:-1]
        assert (np.minimum(back[1:], back[:-1]) >= np.maximum(front[1:], front[:-1]) - 0.1)[across].all()
        front, back, solid = front.T, back.T, solid.T


def test_a_hand_before_the_face_stays_before_it() -> None:
    vertices = posed_head()
    head = found(vertices)
    maps = flat_maps()
    hand = square(vertices, CHEEK)
    maps.front[hand] -= np.float32(0.15 * SCALE / UNIT)
    alone = with_head(flat_maps(), head)
    maps = with_head(maps, head)
    ring = np.zeros((SIDE, SIDE), bool)
    ring[square(vertices, CHEEK, 20)] = True
    ring[hand] = False
    assert np.abs(maps.front - alone.front)[ring].max() * UNIT < 3
    assert np.median(maps.front[hand]) * UNIT == pytest.approx(NEAR - 0.15 * SCALE, abs=5)


def test_an_arm_known_to_be_close_before_the_face_stays_and_the_face_goes_on_behind_it() -> None:
    """At 4 cm it might be the networks' idea of a nose, if it were not known."""
    vertices = posed_head()
    head = found(vertices)
    maps = flat_maps()
    arm = square(vertices, CHEEK)
    maps.front[arm] -= np.float32(0.04 * SCALE / UNIT)
    parts = known_trunk(maps.front.copy(), np.full_like(maps.front, NEAR / UNIT))
    parts.front[arm] = 1
    alone = with_head(flat_maps(), head)
    told = with_head(replace(maps, parts=parts), head)
    assert np.median(told.front[arm]) * UNIT == pytest.approx(NEAR - 0.04 * SCALE, abs=1)
    assert told.parts is not None
    assert np.abs(told.parts.hidden - alone.front)[arm].max() * UNIT < 3
    assert np.abs(alone.front[arm] * UNIT - NEAR).max() > 10, "the face is no plane"


def test_a_hand_known_to_be_behind_the_head_stays_and_the_head_goes_on_before_it() -> None:
    vertices = posed_head()
    head = found(vertices)
    maps = flat_maps()
    hand = square(vertices, NOSE)
    maps.back[hand] += np.float32(100 / UNIT)
    parts = known_trunk(np.full_like(maps.back, FAR / UNIT), maps.back.copy())
    parts.back[hand] = 1
    alone = with_head(flat_maps(), head)
    told = with_head(replace(maps, parts=parts), head)
    assert np.median(told.back[hand]) * UNIT == pytest.approx(FAR + 100, abs=1)
    assert told.parts is not None
    assert np.abs(told.parts.behind - alone.back)[hand].max() * UNIT < 5


def test_without_a_head_nothing_changes() -> None:
    maps, before = flat_maps(), flat_maps()
    assert (with_head(maps, None).front == before.front).all()


def test_a_head_outside_of_the_person_changes_nothing() -> None:
    head = found(posed_head())
    nobody = Maps(np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32))
    maps = with_head(nobody, head)
    assert not maps.front.any()
    assert not maps.back.any()


def striped() -> tuple[Head, Head]:
    """A head with hair, without strands and with bright ones on its right half."""
    vertices = posed_head()
    head = find_head(dressed(vertices, 10), silhouette(vertices), landmarks(vertices))
    assert head is not None
    stripe = np.zeros_like(head.strands)
    stripe[:, stripe.shape[1] // 2 :] = 0.2
    return replace(head, strands=0 * stripe), replace(head, strands=stripe)


def test_bright_strands_stand_out_on_both_sides_where_hair_is() -> None:
    even, hairy = striped()
    plain, raised = with_head(flat_maps(), even), with_head(flat_maps(), hairy)
    near, far = ((side.hair > 0.9) & (side.weight > 0.9) for side in (even.near, even.far))
    inner = (distance(even.near.weight > 0.5) > 20) & (hairy.strands > 0)
    assert (near & inner).any()
    assert (far & inner).any()
    before, behind = ((plain.front - raised.front)[even.area] * UNIT, (raised.back - plain.back)[even.area] * UNIT)
    assert (before[near & inner] > 1).all()
    assert (behind[far & inner] > 0.3).all()
    assert np.abs(before[:, : before.shape[1] // 2 - 12]).max() < 0.1
    face = even.bare > 0.95
    face[: int(landmarks(posed_head())[BROW, 1]) - even.row] = False
    assert np.abs(before[(distance(face) > 12) & (hairy.strands > 0)]).max() < 0.1


def test_hands_known_to_be_before_and_behind_the_hair_have_no_strands() -> None:
    even, hairy = striped()
    row, column = int(landmarks(posed_head())[BROW, 1]) - 25, SIDE // 2 + 25
    hand = np.s_[row - 10 : row + 10, column - 10 : column + 10]
    for limb in ("front", "back"):
        results = []
        for head in (even, hairy):
            maps = flat_maps()
            parts = known_trunk(maps.front.copy(), maps.back.copy())
            getattr(parts, limb)[hand] = 1
            results.append(getattr(with_head(replace(maps, parts=parts), head), limb))
        assert np.abs(results[1] - results[0])[hand].max() * UNIT < 0.05
