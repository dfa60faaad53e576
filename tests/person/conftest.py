"""The sample person, as the real detector finds them."""

from pathlib import Path

import numpy as np
import pytest

from engine.person.detector import detect
from engine.photo import load_photo

SAMPLE = Path(__file__).parents[2] / "docs" / "images" / "sample_person.jpg"


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return load_photo(SAMPLE).rgb


@pytest.fixture(scope="module")
def landmarks(photo: np.ndarray) -> np.ndarray:
    return detect(photo)[0].landmarks
