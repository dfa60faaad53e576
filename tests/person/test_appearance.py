"""Features of the pose network."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import UserError
from engine.person import appearance as module
from engine.person import detector
from engine.person.appearance import CHANNELS, GRID, appearance
from engine.person.detector import BUNDLE, detect
from engine.photo import load_photo

SAMPLE = Path(__file__).parents[2] / "docs" / "images" / "sample_person.jpg"
with_model = pytest.mark.skipif(not BUNDLE.is_file(), reason="the pose model has not been set up")


@with_model
def test_features_belong_to_the_person_not_to_the_place_or_size() -> None:
    rgb = load_photo(SAMPLE).rgb
    landmarks = detect(rgb)[0].landmarks
    seen = appearance(rgb, landmarks)
    assert seen.shape == (2, CHANNELS, GRID, GRID)
    assert seen.min() >= 0
    assert seen.max() <= 6
    moved = np.pad(rgb, ((60, 0), (200, 0), (0, 0)), mode="edge")
    similar = appearance(moved, landmarks + np.array([200, 60]))
    assert np.corrcoef(seen.ravel(), similar.ravel())[0, 1] > 0.99
    half = appearance(np.ascontiguousarray(rgb[::2, ::2]), landmarks / 2)
    assert np.corrcoef(seen.ravel(), half.ravel())[0, 1] > 0.9
    assert np.corrcoef(seen.ravel(), seen[:, :, :, ::-1].ravel())[0, 1] < 0.9


@with_model
def test_the_second_is_the_mirror_image() -> None:
    rgb = load_photo(SAMPLE).rgb
    landmarks = detect(rgb)[0].landmarks
    mirrored = np.ascontiguousarray(rgb[:, ::-1])
    turned = landmarks * [-1, 1] + [rgb.shape[1], 0]
    there, here = appearance(rgb, landmarks), appearance(mirrored, turned)
    assert np.corrcoef(there[0].ravel(), here[1].ravel())[0, 1] > 0.98
    assert np.corrcoef(there[1].ravel(), here[0].ravel())[0, 1] > 0.98


@with_model
@pytest.mark.parametrize("place", [(0, 0), (-500, 40), (5000, 5000)])
def test_people_beyond_the_picture(place: tuple[int, int]) -> None:
    landmarks = np.random.default_rng(0).uniform(-50, 50, (33, 2)) + place
    assert np.isfinite(appearance(np.zeros((60, 80, 3), np.uint8), landmarks)).all()


def test_missing_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detector, "BUNDLE", tmp_path / "pose.task")
    module._network.cache_clear()
    with pytest.raises(UserError, match="set-up"):
        appearance(np.zeros((60, 80, 3), np.uint8), np.ones((33, 2)))
