"""Light and shade are smoothed away; materials stay."""

import numpy as np

from engine.surface.light import flatten

HEIGHT, WIDTH = 120, 60


def test_light_and_shade_go_but_materials_stay() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), (170, 30, 40), np.float32)
    picture[60:] = (40, 40, 60)
    light = 1 + 0.25 * np.sin(np.arange(WIDTH) / 3)[None, :, None]
    flat = flatten(np.float32(picture * light))
    lit = (picture * light)[20:50, 10:-10].std(axis=(0, 1)).max()
    assert flat[20:50, 10:-10].std(axis=(0, 1)).max() < 0.4 * lit
    assert np.abs(flat[55, 10:-10] - picture[55, 10:-10]).max() < 20
    assert np.abs(flat[64, 10:-10] - picture[64, 10:-10]).max() < 20
