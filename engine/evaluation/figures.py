"""The figures of a reconstruction against the truth, as the field reports them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.evaluation.alignment import Align, Placement, place
from engine.evaluation.outer import outer_surface
from engine.evaluation.surface import Surface
from engine.evaluation.views import View, common_frame, iou, mean_angle, view
from engine.surface.health import Health, check
from engine.types import Mesh

HEIGHT = 1.8
"""Metres to which the true person is scaled before anything is measured."""

SAMPLES = 100_000
"""Points per surface, uniform by area, fixed seed."""


@dataclass(frozen=True)
class Distances:
    """p2s: mean distance in cm from the prediction's points to the true surface. s2p: from the true surface's points
    to the prediction. normal_consistency: mean dot product of the normals at nearest points, both ways, -1 to 1.
    """

    p2s: float
    s2p: float
    normal_consistency: float

    @property
    def chamfer(self) -> float:
        """Mean of both directions in cm (not their sum, no squares)."""
        return (self.p2s + self.s2p) / 2


@dataclass(frozen=True)
class Figures:
    """What one prediction measures; docs/evaluation.md defines every figure.

    chamfer, p2s, s2p: cm for a person of 180 cm. normal_consistency: -1 to 1. front_iou, side_iou: 0 to 1.
    front_angle, back_angle: mean degrees between the normals in a view from the front and from the back.
    placement: how the prediction was laid on the truth. health: of the prediction's mesh.
    """

    chamfer: float
    p2s: float
    s2p: float
    normal_consistency: float
    front_iou: float
    side_iou: float
    front_angle: float
    back_angle: float
    align: Align
    placement: Placement
    health: Health


@dataclass(frozen=True)
class Truth:
    """A true surface made ready for comparisons: the outer surface only, 180 cm high, floor at z = 0.

    scale, shift: prepared = scale * given + shift.
    """

    surface: Surface
    scale: float
    shift: NDArray[np.float64]


def prepare_truth(surface: Surface) -> Truth:
    """What counts of a true mesh in any unit (z up, facing -y), scaled to 180 cm. Raises UserError for a flat mesh."""
    outer = _counted(surface, check_health(surface))
    low, high = outer.vertices[outer.faces].min((0, 1)), outer.vertices[outer.faces].max((0, 1))
    if high[2] <= low[2]:
        raise UserError("The true mesh has no height; choose a mesh of a standing person, z or y up.")
    scale = HEIGHT / float(high[2] - low[2])
    shift = -scale * np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return Truth(outer.moved(scale, shift), scale, shift)


def compare(predicted: Surface, truth: Truth, align: Align = "height-shift") -> Figures:
    """Measure `predicted` (z up, facing -y; the truth's own frame and unit where `align` is none)."""
    health = check_health(predicted)
    predicted = _counted(predicted, health).moved(truth.scale, truth.shift)
    placement = place(predicted, truth.surface, align)
    predicted = predicted.moved(placement.scale, np.array(placement.shift))
    near = distances(predicted, truth.surface)
    frame = common_frame(predicted, truth.surface)
    ours, theirs = ([view(s, yaw, frame) for yaw in (0, 90, 180)] for s in (predicted, truth.surface))
    return Figures(
        near.chamfer, near.p2s, near.s2p, near.normal_consistency, *_seen(ours, theirs), align, placement, health
    )


def _counted(surface: Surface, health: Health) -> Surface:
    """A solid in one piece counts whole, of anything else the outer surface: same rule for prediction and truth."""
    return surface if health.watertight and health.components == 1 else outer_surface(surface)


def check_health(surface: Surface) -> Health:
    """Whether the mesh is closed, manifold and in one piece; see engine.surface.health."""
    v, f = surface.vertices.astype(np.float32), surface.faces
    return check(Mesh(v, f, np.zeros(v.shape, np.uint8)))


def _seen(ours: list[View], theirs: list[View]) -> tuple[float, float, float, float]:
    (front, side, back), (true_front, true_side, true_back) = ours, theirs
    return (
        iou(front.mask, true_front.mask),
        iou(side.mask, true_side.mask),
        mean_angle(front, true_front),
        mean_angle(back, true_back),
    )


def distances(predicted: Surface, truth: Surface) -> Distances:
    """Distances and normal agreement of two surfaces in one frame (metres), from points on either to the other."""
    p2s, forth = _one_way(predicted, truth)
    s2p, back = _one_way(truth, predicted)
    return Distances(p2s, s2p, (forth + back) / 2)


def _one_way(start: Surface, goal: Surface) -> tuple[float, float]:
    """Mean distance in cm from points on `start` to `goal`, and the mean dot product of the normals there."""
    points, faces = start.sample(SAMPLES)
    nearest, hit = goal.closest(points)
    dots = (start.normals[faces] * goal.normals[hit]).sum(1)
    return 100 * float(np.linalg.norm(points - nearest, axis=1).mean()), float(dots.mean())
