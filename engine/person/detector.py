"""MediaPipe's pose landmarker: every person in a picture with 33 landmarks in 2D and 3D and a coarse mask.

The work is done on reduced copies: people are looked for in the whole picture, and where none is found in overlapping
tiles (small people); then once more beside those who are found, because one large person makes the model overlook
others; each is at last measured in a crop of their own.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.native import quiet
from engine.person.tasks import import_mediapipe

if TYPE_CHECKING:
    from mediapipe.tasks.python.vision import PoseLandmarker

BUNDLE = Path(__file__).parent / "models" / "pose.task"
"""Where `engine.person.bundle` puts the models (not in git)."""

MAX_PEOPLE = 10
_OVERVIEW = 1024
"""Longer side in pixels of the copies in which people are looked for."""
_CROP = 768
"""Side in pixels of the copy in which one person is measured (the landmark network sees 256 of them)."""
_MARGIN = 1.5
"""Side of that crop as a multiple of the longer side of the box around the landmarks."""
_MEASUREMENTS = 3
_GROWTH = 1.03
"""A person who comes out larger than this is measured once more, at most `_MEASUREMENTS` times."""
_TILINGS = (2, 3, 5)
_NARROWEST = 0.1
"""Strips beside people that are narrower than this share of the picture's height are not searched."""
_SMALLEST = 0.3
"""Who is found beside others must be at least this share of the tallest's size ..."""
_CLEAREST = 0.7
"""... and their landmarks this visible, on average: the model sees smaller, fainter people in folds and shadows."""

TORSO = [11, 12, 23, 24]
"""Landmarks of the shoulders and hips."""


def torso_length(landmarks: NDArray[np.float64]) -> float:
    """From the middle of the shoulders to that of the hips, in the unit of the landmarks (33, 2)."""
    return float(np.linalg.norm(landmarks[TORSO[:2]].mean(axis=0) - landmarks[TORSO[2:]].mean(axis=0)))


def apart(one: "Detection", other: "Detection", part: slice = np.s_[:]) -> float:
    """Mean distance in pixels of the landmarks, or of a part of them, of two detections."""
    return float(np.linalg.norm(one.landmarks[part] - other.landmarks[part], axis=1).mean())


@dataclass(frozen=True)
class Window:
    """A rectangle of the photo, shrunk: photo = origin + size of the copy's pixel * copy (pixel-edge coordinates)."""

    pixels: NDArray[np.uint8]
    origin: tuple[float, float]
    step: float


@dataclass(frozen=True)
class Detection:
    """One person.

    landmarks: (33, 2) photo pixels. visibility: (33,) 0..1, how surely it is in the picture and not hidden.
    presence: (33,) 0..1. world: (33, 3) metres from the middle of the hips; x right, y down, z away from the camera.
    coarse: square float32 person probability over the photo's rectangle that starts at `origin` (x, y), one value per
    `step` photo pixels.
    """

    landmarks: NDArray[np.float64]
    visibility: NDArray[np.float64]
    presence: NDArray[np.float64]
    world: NDArray[np.float64]
    coarse: NDArray[np.float32]
    origin: tuple[float, float]
    step: float

    def reduced(self, factor: float) -> "Detection":
        """The same person in the photo enlarged by `factor` (reduced, where it is below 1)."""
        x, y = self.origin
        return replace(
            self, landmarks=self.landmarks * factor, origin=(x * factor, y * factor), step=self.step * factor
        )

    def sampled(
        self, values: NDArray[np.float32], origin: tuple[float, float], step: float, size: tuple[int, ...]
    ) -> NDArray[np.float32]:
        """Values on the coarse mask's grid at the pixels of another one of `size` (width, height), which starts at the
        photo's `origin` (x, y) and has `step` photo pixels in each; 0 outside."""
        scale = step / self.step
        x, y = ((there - here) / self.step for there, here in zip(origin, self.origin, strict=True))
        matrix = np.array([[scale, 0, x + scale / 2 - 0.5], [0, scale, y + scale / 2 - 0.5]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(values, matrix, size, flags=flags), np.float32)

    @property
    def box(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The landmarks' smallest and largest x, y."""
        return self.landmarks.min(axis=0), self.landmarks.max(axis=0)

    @property
    def extent(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The smallest and largest x, y of the landmarks and of the coarse mask."""
        low, high = self.box
        rows, columns = (np.flatnonzero((self.coarse > 0.5).any(axis=axis)) for axis in (1, 0))
        if len(rows) and len(columns):
            corners = np.array([(columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)]) * self.step + self.origin
            low, high = np.minimum(low, corners[0]), np.maximum(high, corners[1])
        return low, high


def detect(rgb: NDArray[np.uint8], pause: Callable[[], object] = bool) -> list[Detection]:
    """Everybody in a picture (HxWx3 uint8), the largest first.

    pause: called before each part of the search; what it raises ends the search.
    Raises UserError if the model bundle is missing.
    """
    with _landmarker() as landmarker:
        found = _overview(landmarker, rgb, pause)
        found = _without_doubles([_measured(landmarker, rgb, person) for person in found])
    return sorted(found, key=_area, reverse=True)


def detect_within(rgb: NDArray[np.uint8], squares: Iterable[NDArray[np.float64]]) -> list[list[Detection]]:
    """Everybody in each of some squares (x, y and side; pixels) of a picture (HxWx3 uint8).

    Raises UserError if the model bundle is missing.
    """
    with _landmarker() as landmarker:
        return [_in_window(landmarker, square_window(rgb, (x, y), side, _CROP)) for x, y, side in squares]


def try_models() -> None:
    """Run the models once on a small empty picture. Raises UserError if the model bundle is missing."""
    with _landmarker() as landmarker:
        _in_window(landmarker, square_window(np.zeros((256, 256, 3), np.uint8), (0, 0), 256, _OVERVIEW))


def _overview(landmarker: "PoseLandmarker", rgb: NDArray[np.uint8], pause: Callable[[], object]) -> list[Detection]:
    pause()
    found = _in_window(landmarker, square_window(rgb, (0, 0), max(rgb.shape[:2]), _OVERVIEW))
    for tiling in _TILINGS:
        if found:
            break
        for tile in _tiles(rgb, tiling):
            pause()
            found += _in_window(landmarker, tile)
    found = _without_doubles(found)
    beside = list(_beside(landmarker, rgb, (0, rgb.shape[1]), found, pause)) if found else []
    least = _SMALLEST * max(map(_size, found), default=0.0)
    clear = [person for person in beside if _size(person) > least and person.visibility.mean() > _CLEAREST]
    return _without_doubles(found + clear)


def _beside(
    landmarker: "PoseLandmarker",
    rgb: NDArray[np.uint8],
    columns: tuple[int, int],
    known: list[Detection],
    pause: Callable[[], object],
) -> Iterator[Detection]:
    """The people in the strips of a picture's columns that those who are known leave free, and then beside them."""
    least = _NARROWEST * len(rgb)
    for left, right in _free(columns, known):
        if right - left > least:
            more = _without_doubles(list(_in_strip(landmarker, rgb, left, right, pause)))
            yield from more
            within = [person for person in more if _columns_of(person, left, right) > least]
            if within:
                yield from _beside(landmarker, rgb, (left, right), within, pause)


def _columns_of(person: Detection, left: int, right: int) -> float:
    """How many of the columns from left to right the person takes (landmarks may be guessed far outside)."""
    low, high = person.extent
    return min(high[0], right) - max(low[0], left)


def _free(columns: tuple[int, int], people: list[Detection]) -> Iterator[tuple[int, int]]:
    """The intervals of columns that nobody of `people` takes."""
    left, end = columns
    for low, high in sorted((int(low[0]), int(high[0]) + 1) for low, high in (person.extent for person in people)):
        yield left, min(low, end)
        left = max(left, high)
    yield left, end


def _in_strip(
    landmarker: "PoseLandmarker", rgb: NDArray[np.uint8], left: int, right: int, pause: Callable[[], object]
) -> Iterator[Detection]:
    """The people in some of a picture's columns, in squares that overlap by half where those are wider than high."""
    strip, height = rgb[:, left:right], len(rgb)
    count = max(1, round(2 * (right - left) / height) - 1)
    side = height if count > 1 else max(strip.shape[:2])
    for x in np.linspace(0, right - left - side, count) if count > 1 else (0.0,):
        pause()
        window = square_window(strip, (x, 0), side, _OVERVIEW)
        yield from _in_window(landmarker, replace(window, origin=(window.origin[0] + left, window.origin[1])))


def _tiles(rgb: NDArray[np.uint8], tiling: int) -> Iterator[Window]:
    """Square windows that overlap by half, `tiling` of which span the longer side."""
    height, width = rgb.shape[:2]
    side = 2 * max(height, width) / (tiling + 1)
    rows, columns = (max(1, round(2 * length / side) - 1) for length in (height, width))
    for row in range(rows):
        for column in range(columns):
            yield square_window(rgb, (column * side / 2, row * side / 2), side, _OVERVIEW)


def _measured(landmarker: "PoseLandmarker", rgb: NDArray[np.uint8], person: Detection) -> Detection:
    """The same person measured in a crop around them, again while the crop's own result reaches farther.

    Unchanged where the crop does not show them again.
    """
    for _ in range(_MEASUREMENTS):
        low, high = person.extent
        side = _MARGIN * max(high - low)
        window = square_window(rgb, tuple((low + high - side) / 2), side, _CROP)
        again = _in_window(landmarker, window)
        distances = [_distance(person, other) for other in again]
        if not distances or min(distances) > 0.5:
            break
        person = again[int(np.argmin(distances))]
        if max(person.extent[1] - person.extent[0]) < _GROWTH * max(high - low):
            break
    return person


def _distance(a: Detection, b: Detection) -> float:
    """Mean distance between the landmarks of two detections in units of the first one's torso."""
    left, right = a.landmarks[TORSO[:2]]
    length = torso_length(a.landmarks) + np.linalg.norm(left - right)
    return apart(a, b) / max(float(length), 1e-6)


def _size(person: Detection) -> float:
    """Longer side of the box around the landmarks."""
    low, high = person.box
    return float(max(high - low))


def _area(person: Detection) -> float:
    low, high = person.box
    return float(np.prod(high - low))


def _without_doubles(found: list[Detection]) -> list[Detection]:
    kept: list[Detection] = []
    for person in sorted(found, key=lambda person: person.visibility.sum(), reverse=True):
        if all(_distance(other, person) > 0.5 for other in kept):
            kept.append(person)
    return kept


def square_window(rgb: NDArray[np.uint8], origin: tuple[float, float], side: float, target: int) -> Window:
    """The square of `side` photo pixels at `origin`, black outside the photo, shrunk to at most `target` pixels."""
    left, top = (round(value) for value in origin)
    side = max(2, round(side))
    step = max(1.0, side / target)
    inside = rgb[max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)]
    place = (max(-left, 0), max(-top, 0))
    size = tuple(max(1, round(length / step)) for length in inside.shape[1::-1])
    small = cv2.resize(inside, size, interpolation=cv2.INTER_AREA) if step > 1 and inside.size else inside
    x, y = (round(value / step) for value in place)
    pixels = np.zeros((round(side / step),) * 2 + (3,), np.uint8)
    region = pixels[y : y + small.shape[0], x : x + small.shape[1]]
    region[:] = small[: region.shape[0], : region.shape[1]]
    return Window(pixels, (left + place[0] - x * step, top + place[1] - y * step), step)


def _in_window(landmarker: "PoseLandmarker", window: Window) -> list[Detection]:
    mediapipe = import_mediapipe()
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(window.pixels))
    result = landmarker.detect(image)
    size = len(window.pixels) * window.step
    people = zip(result.pose_landmarks, result.pose_world_landmarks, result.segmentation_masks or [], strict=True)
    return [
        Detection(
            landmarks=np.array([(mark.x, mark.y) for mark in marks]) * size + window.origin,
            visibility=np.array([mark.visibility for mark in marks]),
            presence=np.array([mark.presence for mark in marks]),
            world=np.array([(mark.x, mark.y, mark.z) for mark in world]),
            coarse=np.array(mask.numpy_view(), np.float32).reshape(window.pixels.shape[:2]),
            origin=window.origin,
            step=window.step,
        )
        for marks, world, mask in people
    ]


def bundle() -> bytes:
    """The content of the model bundle. Raises UserError if it is missing."""
    if not BUNDLE.is_file():
        raise UserError("The pose model is missing; run the set-up (python build.py demo) or install again.")
    return BUNDLE.read_bytes()


@contextmanager
def _landmarker() -> Iterator["PoseLandmarker"]:
    """The native landmarker, loaded for the time of one picture (60 ms): kept longer, it complains at exit."""
    content = bundle()
    with quiet():
        tasks = import_mediapipe().tasks
        vision = tasks.vision
        options = vision.PoseLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=content),
            num_poses=MAX_PEOPLE,
            output_segmentation_masks=True,
        )
        with vision.PoseLandmarker.create_from_options(options) as landmarker:
            yield landmarker
