"""The three stages of the training on two tiny views of a made-up body: they run, learn, resume and fit together."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.camera import CANVAS
from engine.networks.graph import TwoK2K
from engine.render.maps import RenderedView
from engine.render.mesh import TexturedMesh
from engine.skeleton import KEYPOINTS
from engine.training import coarse, parts, prepare, refine
from engine.training.fit import Fit, FitOptions
from engine.training.people import SyntheticPerson
from engine.training.start import new_network
from engine.training.validation import coarse_errors
from engine.training.views import DEPTH_SCALE, Views, render_views

JOINT_HEIGHTS = {
    "nose": 1.6, "eye": 1.63, "ear": 1.62, "shoulder": 1.42, "elbow": 1.13, "wrist": 0.9, "hip": 0.92, "knee": 0.5,
    "ankle": 0.1, "toe": 0.03, "heel": 0.03, "finger": 0.8,
}  # fmt: skip


def ellipsoid() -> SyntheticPerson:
    """A body as one ellipsoid 1.75 m high, with joints inside."""
    u, v = np.meshgrid(np.linspace(0, np.pi, 24), np.linspace(0, 2 * np.pi, 25)[:-1], indexing="ij")
    points = np.stack([np.sin(u) * np.cos(v) * 0.3, np.sin(u) * np.sin(v) * 0.15, np.cos(u) * 0.875 + 0.875], -1)
    i, j = np.meshgrid(np.arange(23), np.arange(24), indexing="ij")
    a, b, c, d = (r * 24 + k % 24 for r, k in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)))
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    colors = np.full((24 * 24, 3), 150, np.uint8)
    vertices = points.reshape(-1, 3).astype(np.float32)
    mesh = TexturedMesh(vertices, faces.astype(np.int32), None, np.zeros(len(faces), np.int32), (), colors)
    side = [0.12 if name.startswith("left") else -0.12 if name.startswith("right") else 0 for name in KEYPOINTS]
    height = [next(h for part, h in JOINT_HEIGHTS.items() if part in name) for name in KEYPOINTS]
    joints = np.stack([side, np.zeros(31), height], 1).astype(np.float32)
    return SyntheticPerson(mesh, joints, {})


def true_joints(photo: np.ndarray, rendered: RenderedView) -> tuple[np.ndarray, np.ndarray]:
    """What a perfect detector would say."""
    return rendered.joints * (CANVAS / len(photo)), rendered.offsets


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    render_views([ellipsoid()], folder / "low", 2, 256, seed=1, detect=true_joints)
    render_views([ellipsoid()], folder / "full", 1, 2048, seed=2, detect=true_joints)
    return folder


def network() -> TwoK2K:
    return new_network(1 / 16, seed=0)


def fit(module: torch.nn.Module, path: Path, steps: int, batches, loss) -> list[float]:  # type: ignore[no-untyped-def]
    """The losses of `steps` steps."""
    run = Fit(module, path, FitOptions(minutes=60, learning_rate=5e-3))
    values = []
    for _ in range(steps):
        values.append(sum(run._update(next(batches), loss).values()))
    run.save()
    return values


def test_views_hold_depth_around_the_body_and_its_mirror_image(folder: Path) -> None:
    views = Views.open(folder / "low")
    sample, mirrored = views.sample(0, False), views.sample(0, True)
    inside = sample["mask"] > 0
    assert 0.02 < inside.mean() < 0.5
    assert (sample["front"][inside] <= sample["back"][inside]).all()
    assert abs(np.median(sample["front"][inside] + sample["back"][inside]) / 2 - 2) < 0.3
    assert DEPTH_SCALE * 5 < 65535
    np.testing.assert_array_equal(mirrored["front"], sample["front"][..., ::-1])


def test_the_same_seed_gives_the_same_views(folder: Path, tmp_path: Path) -> None:
    render_views([ellipsoid()], tmp_path / "again", 2, 256, seed=1, detect=true_joints)
    np.testing.assert_array_equal(Views.open(tmp_path / "again").picture, Views.open(folder / "low").picture)


def test_coarse_learns_and_resumes(folder: Path, tmp_path: Path) -> None:
    net = network()
    batches = coarse.batches([folder / "low"], 2, seed=0)
    values = fit(coarse.Coarse(net), tmp_path / "c.fit", 24, batches, coarse.loss)
    assert np.mean(values[-3:]) < np.mean(values[:3])
    resumed = Fit(coarse.Coarse(network()), tmp_path / "c.fit", FitOptions(minutes=60))
    assert resumed.step == 24
    key = "img2normal_down.Conv1.conv.0.weight"
    torch.testing.assert_close(resumed.module.state_dict()[key], net.state_dict()[key])
    errors = coarse_errors(net, Views.open(folder / "low"))
    assert errors["middle of the prior"] < 0.5
    assert np.isfinite(list(errors.values())).all()


def test_parts_and_refinement_follow_the_coarse_stage(folder: Path, tmp_path: Path) -> None:
    net, views = network(), Views.open(folder / "full")
    prepare.write_crops(views, net, tmp_path)
    module = parts.Parts(net)
    batches = parts.batches([tmp_path], tuple(parts.GROUPS), 2, seed=0)
    values = fit(module, tmp_path / "p.fit", 12, batches, parts.shared_loss)
    assert np.mean(values[-3:]) < np.mean(values[:3])
    module.share()
    assert torch.equal(net.img2normal_leg.Conv_1x1.conv[0].weight, net.img2normal_face.Conv_1x1.conv[0].weight)

    prepare.write_tiles(views, net, tmp_path)
    tiles = refine.batches(views, tmp_path, 1, seed=0)
    values = fit(refine.Refine(net), tmp_path / "r.fit", 6, tiles, refine.loss)
    assert values[-1] < values[0]
