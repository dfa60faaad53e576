"""The colours of the back by themselves: made from a true person's depth maps and picture, against the true back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import CANVAS, Camera
from engine.evaluation.photographs import GREY
from engine.person import find_people
from engine.render.maps import render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import View
from engine.surface import construct
from engine.types import Canvas, Maps, Photo, Settings

DETAIL = 16.0
"""Standard deviation in pixels (2 cm) of the low-pass filter behind the colour difference: folds need not lie alike."""
WRONG = 25.0
"""CIELAB difference from which on a place shows another cloth, or skin for cloth."""


@dataclass(frozen=True)
class BackRow:
    """How alike made and true back are at the canvas's pixels.

    psnr: dB of the sRGB values. difference: mean CIELAB distance (1976) after a low-pass filter. wrong: share of the
    pixels in [0, 1] at which it is more than `WRONG`.
    """

    person: str
    psnr: float
    difference: float
    wrong: float


def evaluate_back(name: str, mesh: TexturedMesh) -> BackRow:
    """Measure one person. Key points are detected in the lit front view; the true back is lit by mirrored lights.

    Raises UserError where nobody is found in the picture.
    """
    seen = render_maps(mesh, None, View(), CANVAS)
    photo = Photo(np.where(seen.mask[..., None], seen.front.shaded, np.uint8(GREY)))
    person = find_people(photo)
    canvas = Canvas(photo.rgb, seen.mask, person.keypoints, person.depths, Camera())
    surface = construct(Maps(seen.front.depth, seen.back.depth), canvas, photo, Settings())
    shell = surface.shell
    window = tuple(slice(o, o + n) for o, n in zip((shell.row, shell.column), shell.mask.shape, strict=True))
    return compare_backs(name, surface.colors.back, seen.back.shaded[window], shell.mask & seen.mask[window])


def compare_backs(name: str, made: NDArray, true: NDArray, mask: NDArray[np.bool_]) -> BackRow:
    """made, true: (H, W, 3) sRGB in [0, 255]; mask: (H, W), where both show the person."""
    made, true = made.astype(np.float32), true.astype(np.float32)
    error = float(((made - true)[mask] ** 2).mean()) / 255**2
    apart = np.linalg.norm(_coarse(made, mask) - _coarse(true, mask), axis=-1)[mask]
    return BackRow(name, -10 * float(np.log10(max(error, 1e-10))), float(apart.mean()), float((apart > WRONG).mean()))


def _coarse(colors: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """CIELAB of the mean of the mask's colours around each pixel."""
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), DETAIL)
    mean = cv2.GaussianBlur(np.where(mask[..., None], colors, np.float32(0)), (0, 0), DETAIL)
    return cv2.cvtColor(np.clip(mean / np.maximum(weight, 1e-3)[..., None] / 255, 0, 1), cv2.COLOR_RGB2LAB)


def back_table(rows: list[BackRow]) -> str:
    """One line per person, and the mean."""
    mean = BackRow("mean", *(float(np.mean([getattr(r, n) for r in rows])) for n in ("psnr", "difference", "wrong")))
    width = max(len(row.person) for row in (*rows, mean))
    lines = [f"{r.person:{width}}  {r.psnr:5.1f}  {r.difference:10.1f}  {r.wrong:5.3f}" for r in (*rows, mean)]
    return "\n".join([f"{'person':{width}}  PSNR   difference  wrong", *lines])
