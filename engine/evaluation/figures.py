"""The figures of a reconstruction against the truth, as the field reports them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.evaluation.alignment import Align, Placement, place
from engine.evaluation.colours import Colours, compare_colours
from engine.evaluation.distances import distances
from engine.evaluation.outer import outer_surface
from engine.evaluation.surface import Surface
from engine.evaluation.views import common_frame, iou, mean_angle, normal_distance, view
from engine.surface.health import Health, check
from engine.types import Mesh

HEIGHT = 1.8
"""Metres to which the true person is scaled before anything is measured."""

YAWS = (0, 90, 180, 270)
"""Degrees from which normals are compared."""


@dataclass(frozen=True)
class Figures:
    """What one prediction measures; docs/evaluation.md defines every figure.

    chamfer (mean of p2s and s2p), chamfer_sum, p2s, s2p: cm for a person of 180 cm. normal_consistency: -1 to 1.
    f_score_1cm, f_score_2cm: 0 to 1. front_iou, side_iou: 0 to 1. front_angle, back_angle, normal_angle: mean degrees
    between the normals in a view from the front, the back and in four views. front_normal_l2, normal_l2: mean distance
    of the normals seen from the front and in four views, 0 to 2. colours: None unless both have some. placement: how
    the prediction was laid on the truth. health: of the prediction's mesh.
    """

    chamfer: float
    chamfer_sum: float
    p2s: float
    s2p: float
    normal_consistency: float
    f_score_1cm: float
    f_score_2cm: float
    front_iou: float
    side_iou: float
    front_angle: float
    back_angle: float
    normal_angle: float
    front_normal_l2: float
    normal_l2: float
    colours: Colours | None
    align: Align
    placement: Placement
    health: Health


@dataclass(frozen=True)
class Truth:
    """A true surface made ready for comparisons: the outer surface only, 180 cm high, floor at z = 0.

    whole: the same with everything that was given, hidden parts too. scale, shift: prepared = scale * given + shift.
    """

    surface: Surface
    whole: Surface
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
    return Truth(outer.moved(scale, shift), surface.moved(scale, shift), scale, shift)


def compare(predicted: Surface, truth: Truth, align: Align = "height-shift") -> Figures:
    """Measure `predicted` (z up, facing -y; the truth's own frame and unit where `align` is none)."""
    health = check_health(predicted)
    counted = _counted(predicted, health).moved(truth.scale, truth.shift)
    placement = place(counted, truth.surface, align)
    return _figures(placement.move(counted), laid(predicted, truth, placement), truth, placement, align, health)


def _figures(
    counted: Surface, whole: Surface, truth: Truth, placement: Placement, align: Align, health: Health
) -> Figures:
    """counted, whole: of the prediction, where the truth is."""
    near = distances(counted, truth.surface)
    frame = common_frame(counted, truth.surface)
    pairs = [(view(counted, yaw, frame), view(truth.surface, yaw, frame)) for yaw in YAWS]
    front, side, back, _ = pairs
    f_score_1cm, f_score_2cm = near.f_scores
    return Figures(
        chamfer=near.chamfer,
        chamfer_sum=near.p2s + near.s2p,
        p2s=near.p2s,
        s2p=near.s2p,
        normal_consistency=near.normal_consistency,
        f_score_1cm=f_score_1cm,
        f_score_2cm=f_score_2cm,
        front_iou=iou(front[0].mask, front[1].mask),
        side_iou=iou(side[0].mask, side[1].mask),
        front_angle=mean_angle(*front),
        back_angle=mean_angle(*back),
        normal_angle=float(np.mean([mean_angle(*pair) for pair in pairs])),
        front_normal_l2=normal_distance(*front),
        normal_l2=float(np.mean([normal_distance(*pair) for pair in pairs])),
        colours=compare_colours(whole, truth.whole, frame),
        align=align,
        placement=placement,
        health=health,
    )


def laid(predicted: Surface, truth: Truth, placement: Placement) -> Surface:
    """A whole prediction where `compare` laid it on the truth (metres of the 180 cm person)."""
    return placement.move(predicted.moved(truth.scale, truth.shift))


def _counted(surface: Surface, health: Health) -> Surface:
    """A solid in one piece counts whole, of anything else the outer surface: same rule for prediction and truth."""
    return surface if health.watertight and health.components == 1 else outer_surface(surface)


def check_health(surface: Surface) -> Health:
    """Whether the mesh is closed, manifold and in one piece; see engine.surface.health."""
    v, f = surface.vertices.astype(np.float32), surface.faces
    return check(Mesh(v, f, np.zeros(v.shape, np.uint8)))
