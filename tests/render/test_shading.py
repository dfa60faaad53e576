from dataclasses import replace

import numpy as np
import pytest
import torch
from render_shapes import box, joined, plain, sphere

from engine.render.maps import render_maps
from engine.render.shading import NEUTRAL, Light, Lighting, ambient_occlusion, random_lighting, shade
from engine.render.view import View


def lamp(*direction: float, **options: float) -> Lighting:
    unit = np.array(direction) / np.linalg.norm(direction)
    return Lighting((Light((unit[0], unit[1], unit[2]), (1.0, 1.0, 1.0)),), **options)


def test_the_side_towards_the_light_is_brighter() -> None:
    ball = sphere(subdivisions=4)
    left = render_maps(ball, None, View(), 64, lighting=lamp(-1, 0, -1)).front.shaded[32].astype(int).sum(1)
    above = render_maps(ball, None, View(), 64, lighting=lamp(0, -1, -1)).front.shaded[:, 32].astype(int).sum(1)
    assert left[:32].sum() > 1.5 * left[32:].sum()
    assert above[:32].sum() > 1.5 * above[32:].sum()


def test_the_back_is_lit_for_a_viewer_behind() -> None:
    rendered = render_maps(sphere(subdivisions=4), None, View(), 64, lighting=lamp(0, 0, -1, occlusion=0.0))
    assert rendered.back.shaded[32, 32].sum() == pytest.approx(rendered.front.shaded[32, 32].sum(), abs=6)


def test_a_lit_white_front_keeps_its_albedo_under_full_light() -> None:
    one = torch.tensor([[0.0, 0.0, -1.0]])
    color = shade(torch.tensor([[180.0, 90, 20]]), one, -one, torch.ones(1), torch.ones(1), lamp(0, 0, -1))
    torch.testing.assert_close(color, torch.tensor([[180.0, 90, 20]]))


def test_a_board_before_a_wall_casts_a_shadow_to_the_other_side() -> None:
    wall, board = box((2, 0.1, 2)), box((0.3, 0.05, 0.3), (0, -0.4, 0))
    lit = lamp(-1, 0, -1, shadow=1.0, occlusion=0.0)
    shaded = render_maps(joined(wall, board), None, View(), 128, lighting=lit).front.shaded.astype(int).sum(2)
    bare = render_maps(joined(wall, board), None, View(), 128, lighting=replace(lit, shadow=0.0)).front.shaded
    dark = shaded < 0.3 * bare.astype(int).sum(2)
    columns = np.nonzero(dark[64])[0]
    assert len(columns) > 5
    assert columns.min() > 64
    assert not dark[64, :60].any()


def test_a_ball_casts_no_shadow_on_its_lit_side() -> None:
    ball, light = sphere(subdivisions=4), lamp(-0.3, -0.3, -1, occlusion=0.0)
    bare = render_maps(ball, None, View(), 96, lighting=light).front
    shadowed = render_maps(ball, None, View(), 96, lighting=replace(light, shadow=1.0)).front
    facing = bare.normals @ np.array(light.lights[0].direction, np.float32) > 0.35
    np.testing.assert_array_equal(shadowed.shaded[facing], bare.shaded[facing])


def test_creases_are_darker_than_open_surfaces() -> None:
    y = torch.zeros(96, 96)
    y[:, 44:52] = 0.05  # a groove
    share = ambient_occlusion(y, torch.ones(96, 96, dtype=torch.bool), 0.004, 1.0)
    assert share[48, 48] < 0.8
    assert share[48, 10] > 0.98
    assert (share > 0).all()
    assert (share <= 1).all()


def test_random_lighting_repeats_with_its_seed_and_stays_sane() -> None:
    assert random_lighting(np.random.default_rng(4)) == random_lighting(np.random.default_rng(4))
    white = replace(sphere(subdivisions=3), colors=np.full((642, 3), 255, np.uint8))
    means = []
    for seed in range(20):
        lighting = random_lighting(np.random.default_rng(seed))
        for light in lighting.lights:
            assert np.linalg.norm(light.direction) == pytest.approx(1, abs=0.01)
        front = render_maps(white, None, View(), 32, lighting=lighting).front
        means.append(front.shaded[front.depth > 0].mean())
    assert 90 < np.mean(means) < 230
    assert np.std(means) > 5


def test_shading_is_the_same_every_time() -> None:
    vertices, faces = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60).reshape(20, 3)
    first, second = (render_maps(plain(vertices, faces), None, View(), 64, lighting=NEUTRAL) for _ in range(2))
    np.testing.assert_array_equal(first.front.shaded, second.front.shaded)
    np.testing.assert_array_equal(first.back.depth, second.back.depth)
