"""The likeness of colours: exact on identity, known values on even colours, None without colours."""

import numpy as np
import pytest
import trimesh

from engine.evaluation.colours import BEST_PSNR, Colours, Likeness, compare_colours, has_colours, likeness
from engine.evaluation.surface import Surface, as_surface
from engine.evaluation.views import ColourView, common_frame
from engine.render.mesh import TexturedMesh
from engine.types import Mesh


def ball(colours: np.ndarray | None = None) -> Surface:
    """Black at the feet, bright at the head, of the right half reddish."""
    mesh = trimesh.creation.icosphere(4, 0.9)
    x, _, z = np.asarray(mesh.vertices).T
    level = 255 * (z + 0.9) / 1.8
    shades = np.stack([np.where(x > 0, level, level / 2), level / 2, level], axis=1)
    shown = (shades if colours is None else colours).clip(0, 255).astype(np.uint8)
    return as_surface(Mesh(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32), shown))


def even(level: float) -> ColourView:
    """A square of one grey in the middle."""
    mask = np.zeros((64, 64), bool)
    mask[16:48, 16:48] = True
    colours = np.where(mask[..., None], np.float32(level), 0).repeat(3, axis=2).astype(np.float32)
    return ColourView(mask, colours, mask.astype(np.float32))


def compared(predicted: Surface, truth: Surface) -> Colours:
    colours = compare_colours(predicted, truth, common_frame(truth))
    assert colours is not None
    return colours


def test_identity_is_perfect() -> None:
    perfect = Likeness(BEST_PSNR, pytest.approx(1, abs=1e-6), 0)
    assert compared(ball(), ball()) == Colours(perfect, perfect)


@pytest.mark.parametrize("step", [0.01, 0.1, 0.5])
def test_psnr_of_even_colours(step: float) -> None:
    """A constant difference d has a PSNR of -20 log10 d, whatever surrounds the person."""
    assert likeness(even(0.4 + step), even(0.4)).psnr == pytest.approx(-20 * np.log10(step), abs=1e-3)


def test_a_larger_difference_is_farther_away() -> None:
    rows = [likeness(even(0.3 + step), even(0.3)) for step in (0.05, 0.2, 0.6)]
    for name, sign in (("psnr", -1), ("ssim", -1), ("flip", 1)):
        values = [sign * getattr(row, name) for row in rows]
        assert values == sorted(values)
        assert values[0] < values[2]


def test_a_wrong_back_is_told_from_a_right_front() -> None:
    right = ball()
    assert right.skin is not None
    behind = right.vertices[:, 1] > 0.02
    wrong = ball(np.where(behind[:, None], 255, right.skin.colors))
    colours = compared(wrong, right)
    assert colours.front.psnr > 30
    assert colours.front.flip < 0.02
    assert colours.back.psnr < 15
    assert colours.back.flip > 0.2


def test_what_only_one_shows_counts() -> None:
    empty = ColourView(np.zeros((64, 64), bool), np.zeros((64, 64, 3), np.float32), np.zeros((64, 64), np.float32))
    assert likeness(empty, even(1.0)).psnr == pytest.approx(-20 * np.log10(0.5), abs=1e-3)
    assert likeness(empty, empty) == Likeness(BEST_PSNR, 1, 0)


def test_nothing_is_compared_without_colours() -> None:
    grey = ball(np.full((len(ball().vertices), 3), 90))
    bare = Surface(grey.vertices, grey.faces)
    for pair in ((grey, ball()), (ball(), grey), (bare, ball())):
        assert compare_colours(*pair, common_frame(grey)) is None


def test_textures_are_colours() -> None:
    def textured(*textures: np.ndarray) -> TexturedMesh:
        return TexturedMesh(
            np.zeros((3, 3), np.float32), np.zeros((1, 3), np.int32), None, np.zeros(1, np.int32), textures
        )

    plain, other = np.full((1, 1, 4), 200, np.uint8), np.full((1, 1, 4), 90, np.uint8)
    assert not has_colours(textured())
    assert not has_colours(textured(plain, plain))
    assert has_colours(textured(plain, other))
    assert not has_colours(None)
