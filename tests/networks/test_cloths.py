"""What the network that tells clothes apart says of people whom it does not know."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.depth import network_of
from engine.networks.cloths import Cloth, Cloths, cloths
from engine.networks.prior import LIMBS, SIZE
from engine.training.cloth_maps import UNKNOWN
from engine.training.people import load_wardrobe, sample_person
from engine.training.render_views import Rendering, Studio
from engine.training.sharpen import second_look
from engine.training.views import Views

ASSETS = Path(__file__).parents[2].parent / "shared" / "assets"
PEOPLE = 6


def test_an_untrained_network_thinks_everything_as_likely() -> None:
    size = SIZE // 2
    shapes = {"picture": (3, size, size), "prior": (4, size, size), "limbs": (LIMBS, 3, size // 2, size // 2)}
    shapes |= {"normals": (6, size, size), "depths": (2, size, size)}
    given = {name: torch.zeros(1, *shape) for name, shape in shapes.items()}
    found = Cloths().eval()(**given)
    assert found.shape == (1, 2, len(Cloth), size, size)
    assert not found.any()


@pytest.mark.skipif(not ASSETS.is_dir(), reason="needs ../shared/assets")
def test_clothes_of_strangers_are_told_apart_in_front_and_behind(tmp_path: Path) -> None:
    Views.create(tmp_path, PEOPLE, SIZE)
    wardrobe = load_wardrobe(ASSETS, texture_size=256)
    people = [sample_person(np.random.default_rng([977, i]), wardrobe) for i in range(PEOPLE)]
    coarse, _ = network_of("default", "cpu")
    right = []
    for i in range(PEOPLE):
        Studio(people, tmp_path, Rendering(seed=3, among=range(i, i + 1))).render(i)
        views = Views.open(tmp_path)
        batch = {name: torch.from_numpy(plane)[None] for name, plane in views.sample(i, False).items()}
        picture, normals, depths = second_look(coarse, batch)
        said = cloths(picture, batch["prior"], batch["limbs"], normals, depths).numpy()
        np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-4)
        true = views.cloths[i]
        right.append([(side.argmax(axis=0) == t)[t != UNKNOWN].mean() for side, t in zip(said, true, strict=True)])
    front, back = np.mean(right, axis=0)
    assert front > 0.7
    assert back > 0.7
