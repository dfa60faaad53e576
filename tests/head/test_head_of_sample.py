"""The head of the sample person, as the real detectors find it."""

from pathlib import Path

import numpy as np
import pytest

from engine.camera import CANVAS, UNIT
from engine.framing import frame
from engine.head.depth import with_head
from engine.person import find_people
from engine.person.detector import BUNDLE
from engine.person.face import FACE_MODEL
from engine.photo import load_photo
from engine.skeleton import INDEX
from engine.types import Maps

SAMPLE = Path(__file__).parents[2] / "docs" / "images" / "sample_person.jpg"

pytestmark = pytest.mark.skipif(
    not (BUNDLE.is_file() and FACE_MODEL.is_file()), reason="the models of pose and face are not set up"
)


def test_it_is_where_the_key_points_are_and_its_nose_sticks_out() -> None:
    photo = load_photo(SAMPLE)
    canvas = frame(photo, find_people(photo))
    assert canvas.head is not None
    x, y = canvas.keypoints[INDEX["nose"]].astype(int)
    maps = with_head(
        Maps(np.where(canvas.mask, 1.9, 0).astype(np.float32), np.where(canvas.mask, 2.2, 0).astype(np.float32)),
        canvas.head,
    )
    change = np.where(canvas.mask, 1.9 - maps.front, 0) * UNIT
    near = np.s_[y - 12 : y + 12, x - 12 : x + 12]
    assert change[near].max() > 8
    assert change[near].max() > change[y - 60 : y + 60, x - 60 : x + 60].max() - 3
    below = np.zeros((CANVAS, CANVAS), bool)
    below[int(canvas.keypoints[INDEX["left_hip"]][1]) :] = True
    assert not change[below].any()
