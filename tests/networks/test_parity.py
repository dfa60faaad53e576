"""The published graph, evaluated our lean way from a checkpoint file, gives the published numbers.

Every folder of TWOK2K_PARITY_DIR (default tests/data) with an outputs.npz is a case: keypoints.npy, affine.npy,
outputs.npz (per output `name/index`, flat, and `name/value`), summary.json, input.png (procedural if absent).
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from procedural_person import procedural_person
from seeded_weights import seeded_weights
from torch import Tensor

from engine.networks.graph import TwoK2K, depth_maps
from engine.networks.inference import part_inputs, part_normals, picture_tensor, refined_depths, small_picture
from engine.networks.parts import PARTS, blend, blend_weight, part_affines
from engine.weights import load

DATA = Path(__file__).parents[1] / "data"
CASES = sorted(path.parent for path in Path(os.environ.get("TWOK2K_PARITY_DIR", DATA)).glob("*/outputs.npz"))

TOLERANCE, USUAL_ERROR, USUAL_SHARE = 5e-4, 5e-5, 0.999
DEPTH_OUTLIERS = 5 / 2000
"""Pixels whose coarse mask flips at the threshold on other hardware."""

GROUPS = {"face": (0,), "upper": (1,), "arm": (2, 3, 4, 5), "leg": (6, 7, 8, 9), "shoe": (10, 11)}
SIDES = {"front": slice(0, 3), "back": slice(3, 6)}
OUTPUTS = (
    *(f"pred_{group}_normal_{side}" for group in (*GROUPS, "down") for side in SIDES),
    *(f"pred_normal_{side}" for side in SIDES),
    *(f"pred_{size}depth_{side}" for size in ("", "down_") for side in SIDES),
    "pred_down_depth_mask", "occupancy", "z", "inv_z", *(f"mid_in_{group}" for group in (*GROUPS, "down")),
    "mid_refine_in_depth", "mid_blend_weights", "mid_refine_normal_512", "mid_refine_normal_1024",
    "mid_refine_level1_out", "mid_refine_level2_out",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    keypoints: NDArray[np.float64]
    affines: Tensor
    picture: Tensor
    expected: dict[str, NDArray]


@pytest.fixture(scope="module")
def network() -> TwoK2K:
    """Seeded weights, brought in as a file like the published one."""
    shapes = json.loads((DATA / "state_dict_shapes.json").read_text())
    with TemporaryDirectory() as folder:
        file = Path(folder) / "checkpoint.pth.tar"
        state = {f"module.{name}": tensor for name, tensor in seeded_weights(shapes).items()}
        torch.save({"epoch": 1, "model_state_dict": state}, file)
        return load(file, "cpu")[0]


@pytest.fixture(scope="module", params=CASES, ids=lambda path: path.name)
def case(request: pytest.FixtureRequest) -> Case:
    folder = request.param
    file = folder / "input.png"
    rgb = np.array(Image.open(file).convert("RGB")) if file.exists() else procedural_person()
    summary = json.loads((folder / "summary.json").read_text())
    assert hashlib.sha256(rgb.tobytes()).hexdigest() == summary["input_sha256"]
    affines = torch.from_numpy(np.load(folder / "affine.npy").reshape(12, 2, 3))
    with np.load(folder / "outputs.npz") as file:
        expected = dict(file)
    return Case(np.load(folder / "keypoints.npy"), affines, picture_tensor(rgb), expected)


@pytest.fixture(scope="module")
def outputs(network: TwoK2K, case: Case) -> dict[str, NDArray]:
    """Every output at the sampled positions only."""
    with torch.inference_mode():
        return {name: _sampled(case, name, value) for name, value in _compute(network, case)}


def _sampled(case: Case, name: str, value: Tensor | NDArray) -> NDArray:
    return np.asarray(value).ravel()[case.expected[f"{name}/index"]]


def _compute(network: TwoK2K, case: Case) -> Iterator[tuple[str, Tensor | NDArray]]:
    small = small_picture(case.picture)
    normals, raw = network.coarse(small)
    depths = depth_maps(raw)
    weighted = list(part_normals(network, case.picture, normals, case.affines, lambda _: None))
    yield from _coarse_outputs(small, normals, raw, depths)
    yield from _part_outputs(case, normals, weighted)
    yield from _blend_outputs(case, weighted)
    yield from _refine_outputs(network, depths, blend(weighted, case.affines))
    person = (case.picture[0] > -1).any(0).numpy()
    refined = refined_depths(network, depths, weighted, case.affines, person, lambda _: None)
    front, back = np.where(person, refined, np.float32(np.nan))
    yield "pred_depth_front", front
    yield "pred_depth_back", back


def _coarse_outputs(small: Tensor, normals: Tensor, raw: Tensor, depths: Tensor) -> Iterator[tuple[str, Tensor]]:
    yield "mid_in_down", small
    for side, channels in SIDES.items():
        yield f"pred_down_normal_{side}", normals[:, channels]
    yield "pred_down_depth_front", depths[:, :1]
    yield "pred_down_depth_back", depths[:, 1:]
    yield "pred_down_depth_mask", raw[:, 2:].sigmoid()
    yield "mid_refine_in_depth", depths


def _part_outputs(case: Case, normals: Tensor, weighted: list[Tensor]) -> Iterator[tuple[str, Tensor]]:
    crops = list(part_inputs(case.picture, normals, case.affines))
    for group, members in GROUPS.items():
        yield f"mid_in_{group}", torch.cat([crops[i] for i in members])
        for side, channels in SIDES.items():
            yield f"pred_{group}_normal_{side}", torch.cat([weighted[i][:, channels] for i in members])


def _blend_outputs(case: Case, weighted: list[Tensor]) -> Iterator[tuple[str, Tensor]]:
    yield "z", case.affines
    full = torch.cat([case.affines, torch.tensor([[[0.0, 0.0, 1.0]]]).expand(12, 1, 3)], 1)
    yield "inv_z", torch.linalg.inv(full)[:, :2]
    blended = blend(weighted, case.affines)
    for side, channels in SIDES.items():
        yield f"pred_normal_{side}", blended[:, channels]
    yield "mid_refine_normal_512", blended[..., 1::4, 1::4]
    yield "mid_refine_normal_1024", blended[..., 0::2, 0::2]
    del blended
    weights = _blend_weights(case)
    yield "mid_blend_weights", weights
    yield "occupancy", weights.sum(0)


def _blend_weights(case: Case) -> Tensor:
    """Each part's share (12, 2048, 2048): what `blend` makes of crops that say which part they are."""
    own = [blend_weight(affine[None], part) for affine, part in zip(case.affines, PARTS, strict=True)]
    shares = []
    for index in range(len(PARTS)):
        marked = [torch.cat([torch.full_like(w, float(i == index)), w], 1) for i, w in enumerate(own)]
        shares.append(blend(marked, case.affines))
    return torch.cat(shares)[:, 0]


def _refine_outputs(network: TwoK2K, depths: Tensor, normals: Tensor) -> Iterator[tuple[str, Tensor]]:
    level = network.refine.level(1, depths, normals[..., 1::4, 1::4])
    yield "mid_refine_level1_out", level
    yield "mid_refine_level2_out", network.refine.level(2, level, normals[..., 0::2, 0::2])[..., ::4, ::4]


def test_there_is_a_case() -> None:
    assert CASES


@pytest.mark.parametrize("name", OUTPUTS)
def test_output(case: Case, outputs: dict[str, NDArray], name: str) -> None:
    error = np.abs(outputs[name].astype(np.float64) - case.expected[f"{name}/value"])
    if name.startswith("pred_depth"):  # refined only where the person is
        error = error[np.isfinite(error)]
    if "depth" in name:
        assert (error > TOLERANCE).mean() <= DEPTH_OUTLIERS
        error = error[error <= TOLERANCE]
    assert error.max() <= TOLERANCE
    assert np.quantile(error, USUAL_SHARE) <= USUAL_ERROR


def test_affines_of_complete_key_points(case: Case) -> None:
    if not np.isfinite(case.keypoints).all() or (case.keypoints == 0).any():
        pytest.skip("key points are missing")
    np.testing.assert_allclose(part_affines(case.keypoints), case.affines, atol=1e-6)
