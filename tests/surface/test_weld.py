"""Whatever the cells are, the welded mesh is closed, oriented and manifold."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from engine.surface import cells, health, weld
from engine.surface.repair import repair


def _sew(mask: NDArray[np.bool_], labels: NDArray[np.int64], split: NDArray[np.bool_]) -> tuple[NDArray, int]:
    body = cells.codes(np.pad(mask, 1))
    labels = np.where(body > 0, np.resize(labels, body.shape), 0)
    t = weld.weld(body, labels == 1, labels == 2, labels == 3, (np.resize(split, body.shape),) * 4)
    faces, parents = repair(t.faces, len(t.pixel), t.first_sewn)
    return faces, len(t.pixel) + len(parents)


def _assert_manifold(faces: NDArray, count: int) -> None:
    _, _, forward, total = health.edge_use(faces, count)
    assert (total == 2).all()
    assert (forward == 1).all()
    assert (health.fans(faces, count) == 1).all()


@settings(max_examples=100, deadline=None)
@given(st.integers(4, 24), st.integers(4, 24), st.floats(0.3, 2.5), st.floats(0.3, 2.0), st.integers(0, 2**31))
def test_random_cells_give_a_closed_manifold(h: int, w: int, coarse: float, fine: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = gaussian_filter(rng.normal(size=(h, w)), coarse) > 0
    if not cells.codes(np.pad(mask, 1)).any():
        return
    labels = np.digitize(gaussian_filter(rng.normal(size=(h + 1, w + 1)), fine) * 4 * fine, [-0.6, 0, 0.6])
    faces, count = _sew(mask, labels, rng.random((h + 1, w + 1)) < 0.5)
    _assert_manifold(faces, count)


def _plain(rows: list[str]) -> tuple[NDArray, int]:
    mask = np.array([[c == "#" for c in row] for row in rows])
    return _sew(mask, np.zeros(1, np.int64), np.ones(1, bool))


def test_diagonal_contact_is_two_bodies() -> None:
    faces, count = _plain(["###..", "###..", "#####", "..###", "..###"])
    _assert_manifold(faces, count)
    assert health.components(faces, count) in (1, 2)
    faces, count = _plain(["##...", "##...", ".....", "...##", "...##"])
    assert health.components(faces, count) == 2


def test_ring_has_a_hole() -> None:
    faces, count = _plain(["#####", "#####", "##.##", "#####", "#####"])
    _assert_manifold(faces, count)
    edges = len(faces) * 3 // 2
    assert len(np.unique(faces)) - edges + len(faces) == 0
