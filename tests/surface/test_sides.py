"""Where the photo's colours and the made-up ones meet."""

from dataclasses import replace

import numpy as np

from engine.surface.clean import Shell
from engine.surface.sides import meet

SIZE, RADIUS = 200, 80
PHOTO, MADE = (200.0, 40, 40), (40.0, 40, 200)


def ball(stretch: float = 1.0) -> Shell:
    """A ball, or an ellipsoid `stretch` times as deep."""
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2 + 0.5
    inside = np.hypot(x, y) < RADIUS
    half = stretch * np.sqrt(np.maximum(RADIUS**2 - x**2 - y**2, 1)).astype(np.float32)
    return Shell(1000 - half, 1000 + half, inside, 0, 0)


def colors() -> tuple[np.ndarray, np.ndarray]:
    return np.full((SIZE, SIZE, 3), PHOTO, np.float32), np.full((SIZE, SIZE, 3), MADE, np.float32)


def test_what_the_camera_sees_well_stays_and_the_middle_of_the_back_too() -> None:
    near, far, seen = meet(*colors(), ball())
    middle = np.s_[60:140, 60:140]
    np.testing.assert_array_equal(near[middle], colors()[0][middle])
    assert (seen[middle] == 1).all()
    np.testing.assert_allclose(far[middle], colors()[1][middle], atol=1)


def test_there_is_no_seam_at_the_silhouette() -> None:
    shell = ball()
    near, far, _ = meet(*colors(), shell)
    y, x = np.nonzero(shell.mask)
    rim = np.hypot(x - SIZE / 2 + 0.5, y - SIZE / 2 + 0.5) > RADIUS - 1.2
    step = np.abs(near - far)[y[rim], x[rim]].max(axis=-1)
    assert np.median(step) < 0.15 * np.abs(np.subtract(PHOTO, MADE)).max()


def test_deep_sides_are_not_streaks_of_the_photo() -> None:
    """Of an ellipsoid half as deep again the outermost pixels cover centimetres: there the made colours are seen."""
    near, _, _ = meet(*colors(), ball(1.5))
    row = near[SIZE // 2, : SIZE // 2, 0]
    edge = SIZE // 2 - RADIUS
    assert row[edge + 2] < 100
    assert row[SIZE // 2 - 5] == PHOTO[0]


def test_an_arm_before_the_trunk_keeps_its_colours() -> None:
    """Also where it comes in from the silhouette: its border is a jump, not a side."""
    shell = ball()
    near_map = shell.near.copy()
    near_map[90:110, :140] -= 60
    near, _, _ = meet(*colors(), Shell(near_map, shell.far, shell.mask, 0, 0))
    inner = np.s_[60:140, 60:140]
    np.testing.assert_array_equal(near[inner], colors()[0][inner])


def test_a_wide_slope_down_to_an_arm_behind_keeps_its_colours() -> None:
    """A trunk, from which it goes down to an arm beside and behind it, in the photo's colours all the way."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    inside = (np.abs(y - SIZE / 2) < 80) & (x > 10) & (x < 190)
    near_map = 900 + np.clip(x - 80, 0, 50) * 4
    near, _, _ = meet(*colors(), Shell(near_map, np.full_like(near_map, 1300), inside, 0, 0))
    np.testing.assert_allclose(near[60:140, 60:150], colors()[0][60:140, 60:150], atol=1)


def test_shade_along_the_silhouette_is_not_drawn_out_into_stripes() -> None:
    """Folds at the side of a column, a bright one every 40 pixels; the step to another cloth stays."""
    x, y = np.arange(SIZE, dtype=np.float32) - SIZE / 2 + 0.5, np.arange(SIZE, dtype=np.float32)[:, None]
    half = np.broadcast_to(0.3 * np.sqrt(np.maximum(RADIUS**2 - x**2, 1)), (SIZE, SIZE)).astype(np.float32)
    shell = Shell(1000 - half, 1000 + half, (np.abs(x) < RADIUS) & (y > 5) & (y < 195), 0, 0)
    photo, made = colors()
    folded = photo * (1 + 0.1 * np.sin(y * 2 * np.pi / 40))[..., None]
    folded[SIZE // 2 :] *= (0.2, 1, 4)
    _, far, _ = meet(folded, made, shell)
    rim = far[:, SIZE // 2 - RADIUS + 2, 0]
    assert np.ptp(rim[30:80]) < 0.1 * np.ptp(folded[30:80, 0, 0])
    assert rim[70] - rim[130] > 60


def test_the_share_is_that_of_the_photos_detail() -> None:
    """What a texture may add of the photo's detail is what is left of it: on the sides less than of its colours."""
    photo, made = colors()
    noise = np.random.default_rng(0).normal(0, 20, photo.shape[:2]).astype(np.float32)[..., None]
    shell = ball(1.5)
    near, _, share = meet(photo, made, shell)
    noisy, _, _ = meet(photo + noise, made, shell)
    depth = RADIUS - np.hypot(*(np.mgrid[:SIZE, :SIZE] - SIZE / 2 + 0.5))
    for low, high in ((2, 4), (6, 8), (10, 12), (40, 60)):
        ring = (depth > low) & (depth < high)
        left = ((noisy - near)[ring] * noise[ring]).mean() / (noise[ring] ** 2).mean()
        assert abs(left - share[ring].mean()) < 0.04


def test_the_outermost_pixels_of_a_deep_side_are_no_streaks_either() -> None:
    """The photo's outermost pixels, which are drawn out over centimetres, are seen least of all. Outside of a mask the
    maps go on as they were before the sides were bent."""
    photo, made = colors()
    shell = ball(1.5)
    shell = replace(shell, near=np.where(shell.mask, shell.near, 1000 - RADIUS / 2).astype(np.float32))
    stray = photo.copy()
    stray[shell.mask & (np.hypot(*(np.mgrid[:SIZE, :SIZE] - SIZE / 2 + 0.5)) > RADIUS - 2)] = 255
    near, _, share = meet(stray, made, shell)
    rim = np.s_[SIZE // 2, SIZE // 2 - RADIUS]
    assert share[rim] < 0.1
    assert np.abs(near[rim] - made[rim]).max() < 40


def test_a_side_fades_into_what_it_leads_to() -> None:
    """Not into what lies behind it: the middle of the back is hair, say, but at the silhouette both are skin."""
    photo, made = colors()
    shell = ball(1.5)
    depth = RADIUS - np.hypot(*(np.mgrid[:SIZE, :SIZE] - SIZE / 2 + 0.5))
    made[depth < 2] = photo[0, 0]
    near, _, _ = meet(photo, made, shell)
    assert np.abs(near - photo)[shell.mask].max() < 25


def test_what_a_mask_took_from_the_background_is_not_drawn_out_over_the_side() -> None:
    """A dark strip of 8 pixels along the silhouette; on a thin part the colours along it come from its middle."""
    for radius in (80, 12):
        x = np.arange(SIZE, dtype=np.float32) - SIZE / 2 + 0.5
        half = np.broadcast_to(np.sqrt(np.maximum(radius**2 - x**2, 1)), (SIZE, SIZE)).astype(np.float32)
        inside = np.zeros((SIZE, SIZE), bool)
        inside[5:195] = np.abs(x) < radius
        photo, _ = colors()
        photo[:, np.abs(x) > radius - min(8, radius / 3)] = 0
        _, far, _ = meet(photo, colors()[0], Shell(1000 - half, 1000 + half, inside, 0, 0))
        rim = far[60:140, SIZE // 2 - radius + 1 : SIZE // 2 - radius + 6, 0]
        assert rim.min() > 0.9 * PHOTO[0]
