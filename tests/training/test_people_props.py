import numpy as np
import pytest
import trimesh

from engine.training.people.props import BOX, LOOP, box_points, loop_points, prop_surfaces, sample_props
from engine.training.people.wardrobe import SKIN


@pytest.mark.parametrize(("name", "vertices"), [(BOX, box_points()), (LOOP, loop_points())])
def test_props_face_outward_and_are_one_unit_wide(name: str, vertices: np.ndarray) -> None:
    mesh = trimesh.Trimesh(vertices, prop_surfaces()[name].faces)
    assert mesh.volume > 0
    assert np.ptp(mesh.vertices[:, 0]) == pytest.approx(1, abs=0.02)


class Bones:
    """The bones that props ask a body for: a person of 1.7 m with hanging arms."""

    def __init__(self) -> None:
        self.heads: list[tuple[float, float, float]] = []
        self.bones: dict[str, int] = {}
        for side, x in (("L", 1.0), ("R", -1.0)):
            self._add(f"upperleg01.{side}", (0.1 * x, 0, 0.9))
            self._add(f"wrist.{side}", (0.3 * x, 0, 0.85))
            for n in range(2, 6):
                self._add(f"finger{n}-2.{side}", (0.3 * x, 0, 0.75))
        self._add("root", (0, 0, 0.95))
        self._add("head", (0, 0, 1.7))
        self._add("foot", (0, 0, 0))

    def _add(self, name: str, head: tuple[float, float, float]) -> None:
        self.bones[name] = len(self.heads)
        self.heads.append(head)


def test_some_carry_something_near_a_hand_or_hip() -> None:
    body = Bones()
    heads = np.array(body.heads, np.float32)
    kinds = []
    for seed in range(300):
        layers, kind = sample_props(np.random.default_rng(seed), body, heads, ("pattern_plain", "pattern_dots"))  # type: ignore[arg-type]
        assert (kind is None) == (layers == [])
        kinds.append(kind)
        for layer in layers:
            assert layer.surface in {BOX, LOOP}
            assert np.abs(layer.vertices[:, 0]).max() > 0.1
            assert layer.vertices[:, 2].min() > 0
            assert np.linalg.norm(np.abs(layer.vertices) - [0.3, 0, 0.8], axis=1).min() < 0.3
    assert 30 < sum(kind is not None for kind in kinds) < 110
    assert {"bag", "hip bag", "flat"} <= set(kinds)


def test_surfaces_do_not_take_the_name_of_the_skin() -> None:
    assert SKIN not in prop_surfaces()
