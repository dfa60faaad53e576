"""Gaps that a level of detail cannot keep open are filled."""

from dataclasses import replace

import numpy as np
import pytest

from engine.surface import form
from engine.surface.clean import Shell
from engine.surface.form import Form, _filled
from engine.surface.occlusion import Gaps
from engine.surface.place import Placement
from engine.surface.solid import Solid
from engine.surface.untangle import Untangled


def _found(knots: list[int]) -> tuple[Form, Shell]:
    size = 60
    depth = np.zeros((size, size), np.float32)
    shell = Shell(depth, depth + 9, np.ones((size, size), bool), 0, 0)
    cells = np.zeros((3, size - 1, size - 1), bool)
    cells[0, 10:50, 10:50], cells[1, 10:50, 9] = True, True
    gaps = Gaps(depth, depth, cells[0], cells[1], cells[2], cells[2])
    pixel = np.arange(size * size, dtype=np.int32)
    solid = Solid(
        np.zeros((0, 3), np.int32), depth.ravel(), depth.ravel(), depth.ravel(), pixel, pixel.astype(np.uint8)
    )
    none = np.zeros(0, np.int64)
    sound = Untangled(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), none, none > 0, len(knots), none)
    return Form(gaps, solid, Placement(1.0, np.zeros(3)), sound, none, np.array(knots, np.int64)), shell


def test_only_what_is_near_a_knot_is_filled() -> None:
    found, shell = _found([30 * 60 + 12])
    filled = _filled(found, shell, 5)
    assert filled is not None
    assert not filled.cells[25:36, 10:17].any()
    assert not filled.cut_near[25:36].any()
    assert filled.cells[:, 20:].sum() == found.gaps.cells[:, 20:].sum()
    assert filled.cut_near[10:24, 9].all()


def test_without_a_knot_or_without_a_gap_nearby_nothing_is_filled() -> None:
    assert _filled(*_found([]), 5) is None
    assert _filled(*_found([2 * 60 + 55]), 5) is None


@pytest.mark.parametrize(("crossing", "tries", "chosen"), [([0], 1, 0), ([5, 3, 0], 3, 2), ([5, 3, 4, 3, 9], 5, 1)])
def test_other_numbers_of_triangles_are_tried_until_none_cross(
    monkeypatch: pytest.MonkeyPatch, crossing: list[int], tries: int, chosen: int
) -> None:
    found, _ = _found([])
    faces = np.zeros((form.TRIANGLES["low"] + 1, 3), np.int32)
    seen: list[float] = []

    def reduce(vertices: object, faces: object, detail: object, solid: object, canvas: object, share: float) -> tuple:
        seen.append(share)
        return vertices, faces, np.array([len(seen) - 1])

    monkeypatch.setattr(form, "reduce", reduce)
    monkeypatch.setattr(form, "untangle", lambda *_: replace(found.sound, crossing=crossing[len(seen) - 1]))
    origin, sound = form._reduced(found.sound.vertices, replace(found.solid, faces=faces), None, "low", form.SHARES)
    assert len(seen) == tries
    assert seen == list(form.SHARES[:tries])
    assert (origin[0], sound.crossing) == (chosen, min(crossing))


def test_a_mesh_that_has_few_triangles_anyway_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = _found([3])
    monkeypatch.setattr(form, "reduce", lambda vertices, faces, *_: (vertices, faces, np.zeros(0, np.int64)))
    calls: list[int] = []
    monkeypatch.setattr(form, "untangle", lambda *_: calls.append(1) or replace(found.sound, crossing=2))
    form._reduced(found.sound.vertices, found.solid, None, "low", form.SHARES)
    assert len(calls) == 1
