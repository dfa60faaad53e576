"""The texture of a reconstructed surface: the photo in front, made-up colours behind."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from analytic_maps import canvas_of, ellipsoid, maps_of

from engine.camera import CANVAS, Camera, from_world, project, to_world, unproject
from engine.errors import Cancelled, UserError
from engine.surface import Surface, construct, weld
from engine.surface.colors import SheetColors
from engine.texture import check_detail, make_texture
from engine.texture.texels import find_texels
from engine.types import Canvas, Photo, Settings, Texture

SIZE = 1024


@pytest.fixture(scope="module")
def person() -> tuple[Surface, Canvas, Photo]:
    """An ellipsoid with stripes 24 pixels wide, red to the left and blue to the right."""
    maps = maps_of(ellipsoid((0.0, 0.0, 1.0), (0.06, 0.12, 0.05)))
    rows, columns = np.mgrid[:CANVAS, :CANVAS]
    light = np.where(rows // 24 % 2, 250, 120)[..., None]
    picture = np.where((columns < CANVAS // 2)[..., None], light * [1.0, 0, 0], light * [0, 0, 1.0]).astype(np.uint8)
    canvas, photo = canvas_of(maps, cv2.GaussianBlur(picture, (0, 0), 1.0))
    return construct(maps, canvas, photo, Settings(detail="low")), canvas, photo


@pytest.fixture(scope="module")
def texture(person: tuple[Surface, Canvas, Photo]) -> Texture:
    return make_texture(*person, SIZE)


def _points(surface: Surface, texture: Texture) -> tuple[np.ndarray, np.ndarray]:
    """Where the texels of the charts lie, in metres, and their colours."""
    texels = find_texels(texture.uv, SIZE)
    points = texels.interpolate(surface.mesh.vertices[surface.mesh.faces])
    return points, texture.color.reshape(-1, 3)[texels.pixels].astype(float)


def test_front_is_the_photo_to_the_pixel(person: tuple[Surface, Canvas, Photo], texture: Texture) -> None:
    surface, canvas, photo = person
    assert texture.color.shape == texture.normal.shape == (SIZE, SIZE, 3)
    points, colors = _points(surface, texture)
    local = (points - surface.place.shift) / surface.place.scale
    columns, rows = project(from_world(local, canvas.camera), canvas.camera)
    middle = (points[:, 1] < -0.25) & (np.abs(points[:, 0]) < 0.2)
    assert np.count_nonzero(middle) > 3000

    def difference(right: int, down: int) -> float:
        at = np.rint(rows[middle] + down).astype(int), np.rint(columns[middle] + right).astype(int)
        return float(np.abs(colors[middle] - photo.rgb[at]).mean())

    around = [difference(right, down) for right, down in ((2, 0), (-2, 0), (0, 2), (0, -2))]
    assert difference(0, 0) < min(10, *around)


def test_back_is_made_up_without_the_stripes(person: tuple[Surface, Canvas, Photo], texture: Texture) -> None:
    points, colors = _points(person[0], texture)
    brightness = colors.max(axis=1)
    assert brightness[points[:, 1] < -0.25].std() > 50
    assert brightness[points[:, 1] > 0.25].std() < 40


def test_colors_agree_with_those_of_the_vertices() -> None:
    maps = maps_of(ellipsoid((0.0, 0.0, 1.0), (0.06, 0.12, 0.05)))
    canvas, photo = canvas_of(maps, np.full((CANVAS, CANVAS, 3), (90, 140, 200), np.uint8))
    surface = construct(maps, canvas, photo, Settings(detail="low"))
    texture = make_texture(surface, canvas, photo, SIZE)
    columns, rows = np.clip((texture.uv * SIZE).astype(int), 0, SIZE - 1).reshape(-1, 2).T
    sampled = texture.color[rows, columns].astype(int)
    assert np.abs(sampled - surface.mesh.colors[surface.mesh.faces].reshape(-1, 3)).max() <= 4


def test_the_photo_has_no_more_than_its_share() -> None:
    """A red photo of which the front shows a half, the other half being blue: its texels are neither."""
    maps = maps_of(ellipsoid((0.0, 0.0, 1.0), (0.06, 0.12, 0.05)))
    canvas, photo = canvas_of(maps, np.full((CANVAS, CANVAS, 3), (200, 0, 0), np.uint8))
    surface = construct(maps, canvas, photo, Settings(detail="low"))
    red, blue = (np.full_like(surface.colors.front, color) for color in ((200, 0, 0), (0, 0, 200)))
    half = SheetColors((red + blue) / 2, blue, red, np.full_like(surface.colors.seen, 0.5))
    surface = replace(surface, colors=half)
    points, colors = _points(surface, make_texture(surface, canvas, photo, SIZE))
    assert np.abs(colors[points[:, 1] < -0.25] - (100, 0, 100)).max() <= 2


def test_what_a_limb_hides_has_texels_of_its_own() -> None:
    maps = maps_of(ellipsoid((0.0, 0.0, 1.0), (0.06, 0.12, 0.05)), ellipsoid((0.0, 0.0, 0.9), (0.09, 0.016, 0.016)))
    canvas, photo = canvas_of(maps)
    surface = construct(maps, canvas, photo, Settings(detail="low"))
    uv = make_texture(surface, canvas, photo, 256).uv
    assert ((uv >= 0) & (uv <= 1)).all()
    hidden = (surface.solid.sheets[surface.origin] >> weld.HIDDEN) & 1 == 1
    own = np.unique(find_texels(uv, SIZE).faces)
    assert np.isin(np.flatnonzero(hidden[surface.mesh.faces].all(axis=1)), own).mean() > 0.9


def test_same_person_same_texture(person: tuple[Surface, Canvas, Photo], texture: Texture) -> None:
    again = make_texture(*person, SIZE)
    assert all(np.array_equal(getattr(again, name), getattr(texture, name)) for name in ("uv", "color", "normal"))


def test_progress_can_cancel(person: tuple[Surface, Canvas, Photo]) -> None:
    def stop(stage: str, fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        make_texture(*person, SIZE, stop)


def test_textures_that_cannot_be_made_are_refused() -> None:
    for size in (2048, 4096):
        check_detail(Settings(detail="high", texture=size))
        with pytest.raises(UserError, match="high, medium or low"):
            check_detail(Settings(detail="full", texture=size))
    with pytest.raises(UserError, match="2048 or 4096"):
        check_detail(Settings(detail="low", texture=512))
    check_detail(Settings())


@pytest.mark.parametrize("pitch", [0.0, 0.2, -0.3])
def test_projection_is_the_inverse_of_unprojection(pitch: float) -> None:
    camera = Camera(3000.0, pitch)
    rng = np.random.default_rng(0)
    columns, rows, depth = rng.uniform(0, CANVAS, 50), rng.uniform(0, CANVAS, 50), rng.uniform(1.7, 2.3, 50)
    points = from_world(to_world(unproject(depth, columns, rows, camera), camera), camera)
    assert np.allclose(project(points, camera), (columns, rows))
