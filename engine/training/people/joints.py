"""The 31 key points on the body, as OpenPose would mark them."""

import numpy as np
from numpy.typing import NDArray

from engine.skeleton import KEYPOINTS
from engine.training.people.body import BODY_VERTICES, Body

Float32 = NDArray[np.float32]

_BONE = {
    "shoulder": "upperarm01", "elbow": "lowerarm01", "wrist": "wrist", "hip": "upperleg01",
    "knee": "lowerleg01", "ankle": "foot", "finger2": "finger2-2", "finger3": "finger3-2", "finger4": "finger4-2",
    "finger5": "finger5-2",
}  # fmt: skip
"""Key points that are where a bone begins (the finger points are the PIP joints)."""


_EYE_TO_EAR = np.array([0.043, 0.073, -0.014])
"""From the left eyeball's centre to the ear canal on the template, metres."""

_EYES = (14598, 14742)
"""Base-mesh vertices of the two helper eyes."""


def landmark_vertices(body: Body) -> dict[str, int]:
    """Base-mesh vertices of the key points on the skin, found on the template."""
    found: dict[str, int] = {}
    head = _dominated(body, ("head",))
    points = body.template
    found["nose"] = int(head[np.argmin(points[head, 1] + 10 * np.abs(points[head, 0]))])
    for side, sign in (("left", 1.0), ("right", -1.0)):
        letter = side[0].upper()
        ear = _ear_canal(body, head, sign)
        foot = _dominated(body, (f"foot.{letter}", *(f"toe{n}-{k}.{letter}" for n in range(1, 6) for k in (1, 2, 3))))
        found[f"{side}_ear"] = ear
        found[f"{side}_eye"] = _pupil(body, sign)
        found[f"{side}_heel"] = _heel(points, foot)
        for name, bone in (("big_toe", "toe1-2"), ("small_toe", "toe5-3")):
            toe = _dominated(body, (f"{bone}.{letter}",))
            found[f"{side}_{name}"] = int(toe[np.argmin(points[toe, 1])])
    return found


def _ear_canal(body: Body, head: NDArray[np.int64], sign: float) -> int:
    """The skin vertex next to the ear canal, which lies at a fixed place from the eye on the template."""
    eye = body.head_template[body.bones["eye.L"]]
    target = (eye + _EYE_TO_EAR) * [sign, 1, 1]
    return int(head[np.argmin(np.linalg.norm(body.template[head] - target, axis=1))])


def _heel(points: Float32, foot: NDArray[np.int64]) -> int:
    """The rearmost vertex of the sole."""
    sole = foot[points[foot, 2] < points[foot, 2].min() + 0.02]
    return int(sole[np.argmax(points[sole, 1])])


def _pupil(body: Body, sign: float) -> int:
    """The foremost vertex of the helper eye."""
    eyes = np.arange(*_EYES)
    own = eyes[sign * body.template[eyes, 0] > 0]
    return int(own[np.argmin(body.template[own, 1])])


def _dominated(body: Body, bones: tuple[str, ...]) -> NDArray[np.int64]:
    """Skin vertices that mostly follow the given bones."""
    columns = [body.bones[bone] for bone in bones if bone in body.bones]
    share = np.asarray(body.weights[:BODY_VERTICES, columns].sum(axis=1)).ravel()
    return np.flatnonzero(share > 0.5)


def keypoints(body: Body, landmarks: dict[str, int], heads: Float32, vertices: Float32) -> Float32:
    """(31, 3) world positions from posed bone heads (B, 3) and posed base-mesh vertices."""
    points = np.empty((len(KEYPOINTS), 3), dtype=np.float32)
    for i, name in enumerate(KEYPOINTS):
        if name in landmarks:
            points[i] = vertices[landmarks[name]]
        else:
            side, part = name.split("_", 1)
            points[i] = heads[body.bones[f"{_BONE[part]}.{side[0].upper()}"]]
    return points
