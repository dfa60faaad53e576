"""Learning how heads are shaped, on few people."""

from pathlib import Path

import numpy as np
import pytest

from engine.head.model import head_model
from engine.person.face import FACE_MODEL
from engine.training.closed_mouth import closed_mouth
from engine.training.head import MODES, head_part, learned_model, learned_shapes, write_model
from engine.training.people.wardrobe import load_wardrobe

ASSETS = Path(__file__).parents[2].parent / "shared" / "assets"

pytestmark = pytest.mark.skipif(not ASSETS.is_dir(), reason="needs ../shared/assets")


def test_shapes_are_those_of_heads_and_of_their_mirror_images() -> None:
    body = load_wardrobe(ASSETS).body
    part = head_part(body)
    mean, modes = learned_shapes(body, part, 12, np.random.default_rng(0))
    assert modes.shape == (MODES, *mean.shape)
    np.testing.assert_allclose(mean[part.mirror], mean * [-1, 1, 1], atol=1e-9)
    sizes = np.linalg.norm(modes, axis=(1, 2))
    assert (np.diff(sizes) <= 1e-9).all()
    assert 0.2 < np.ptp(mean[:, 1]) < 0.4


def test_the_inside_of_the_mouth_is_a_skin_between_the_lips() -> None:
    body = load_wardrobe(ASSETS).body
    part = head_part(body)
    mean, modes = learned_shapes(body, part, 4, np.random.default_rng(0))
    lips = head_model().landmarks(head_model().mean)[13]
    close = closed_mouth(mean, part.faces, part.mirror, lips)
    assert len(close.inside) > 300
    assert (close.shares >= 0).all()
    np.testing.assert_allclose(close.shares.sum(axis=1), 1)
    assert np.linalg.norm(mean[close.rim] - lips, axis=1).max() < 0.03
    closed = close(mean)
    assert np.ptp(mean[close.inside, 2]) > 0.05 > 0.015 > np.ptp(closed[close.inside, 2])
    np.testing.assert_allclose(closed[part.mirror], closed * [-1, 1, 1], atol=1e-6)
    outside = np.setdiff1d(np.arange(len(mean)), close.inside)
    np.testing.assert_array_equal(close(modes)[:, outside], modes[:, outside])


@pytest.mark.skipif(not FACE_MODEL.is_file(), reason="the model of faces is not set up")
def test_few_heads_and_portraits_give_nearly_the_shipped_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, shipped = learned_model(ASSETS, 12, portraits=3), head_model()
    assert (model.faces == shipped.faces).all()
    assert np.linalg.norm(model.mean - shipped.mean, axis=1).mean() < 0.008
    both = model.trusted & shipped.trusted
    assert both.sum() > 250
    apart = np.linalg.norm(model.landmarks(shipped.mean) - shipped.landmarks(shipped.mean), axis=1)
    assert np.median(apart[both]) < 0.004
    assert np.abs(model.tone - shipped.tone)[model.bare > 0.9].mean() < 0.1
    write_model(model, tmp_path / "head.safetensors")
    monkeypatch.setattr("engine.head.model.WEIGHTS", tmp_path / "head.safetensors")
    head_model.cache_clear()
    try:
        np.testing.assert_allclose(head_model().mean, model.mean, atol=1e-6)
        np.testing.assert_allclose(head_model().modes, model.modes, atol=1e-5)
        assert (head_model().trusted == model.trusted).all()
    finally:
        head_model.cache_clear()
