"""The three stages of the training on two tiny views of a made-up body: they run, learn, resume and fit together."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch

from engine.camera import CANVAS
from engine.errors import UserError
from engine.networks.graph import TwoK2K
from engine.render.maps import RenderedView
from engine.render.mesh import TexturedMesh
from engine.skeleton import KEYPOINTS
from engine.training import coarse, parts, prepare, refine
from engine.training.fit import Fit, FitOptions
from engine.training.people import SyntheticPerson
from engine.training.recipe import Recipe, read_network, train_all
from engine.training.render_views import Rendering, render_views
from engine.training.start import new_network
from engine.training.validation import coarse_errors
from engine.training.views import DEPTH_SCALE, Views, sparse

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


def render(people: list[SyntheticPerson], folder: Path, count: int, size: int, seed: int, workers: int = 1) -> None:
    options = Rendering(seed, workers=workers, detect=true_joints)
    assert [*render_views(people, folder, count, size, options)][-1:] in ([count], [])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    render([ellipsoid()], folder / "low", 2, 256, seed=1)
    render([ellipsoid()], folder / "full", 1, 2048, seed=2)
    return folder


def network() -> TwoK2K:
    return new_network(1 / 16, seed=0)


def fit(module: torch.nn.Module, path: Path, steps: int, batches, loss) -> list[float]:  # type: ignore[no-untyped-def]
    """The losses of `steps` steps."""
    run = Fit(module, path, FitOptions(minutes=60, learning_rate=5e-3))
    values = []
    for _ in range(steps):
        values.append(sum(run.update(next(batches), loss).values()))
    run._save({})
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


def test_views_know_the_limbs(folder: Path) -> None:
    """The ellipsoid's lower quarter is both legs, each on its own side; its head is none."""
    views = Views.open(folder / "low")
    for depth, labels, keypoints in zip(views.depth, views.labels, views.keypoints, strict=True):
        rows, columns = np.nonzero(depth[0])
        own, low = labels[0][rows, columns], rows > np.quantile(rows, 0.8)
        assert set(own[low]) == {3, 4}
        assert not own[rows < np.quantile(rows, 0.1)].any()
        left, right = (
            np.nanmean([x for name, (x, _) in zip(KEYPOINTS, keypoints, strict=True) if name.startswith(side)])
            for side in ("left", "right")
        )
        sides = [columns[low & (own == label)].mean() for label in (3, 4)]
        assert np.sign(sides[0] - sides[1]) == np.sign(left - right)


@pytest.mark.parametrize("size", ["low", "full"])
def test_colours_without_light_lie_where_the_body_does(folder: Path, size: str) -> None:
    views = Views.open(folder / size)
    for side in range(2):
        painted, body = views.albedo[0, side].any(axis=-1), sparse(views.depth[0, side][..., None])[..., 0] > 0
        assert (painted & body).sum() > 0.99 * body.sum()
        shown = body.any(axis=1)
        assert (painted & body)[shown].sum() > 0.97 * painted[shown].sum()


def test_views_without_a_part_are_refused(folder: Path, tmp_path: Path) -> None:
    copytree(folder / "low", tmp_path / "old")
    (tmp_path / "old" / "albedo.npy").unlink()
    with pytest.raises(UserError, match="albedo"):
        Views.open(tmp_path / "old")


def test_what_the_photo_does_not_show_is_not_there(tmp_path: Path) -> None:
    render([ellipsoid()], tmp_path / "many", 24, 256, seed=5)
    views = Views.open(tmp_path / "many")
    cut = [i for i in range(24) if (views.picture[i][-1] == views.picture[i][-20]).all()]
    assert 1 <= len(cut) < 12
    for i in cut:
        last = np.flatnonzero(views.depth[i, 0].any(1))[-1]
        assert not views.mask[i][last + 2 :].any()
        below = np.nan_to_num(views.keypoints[i][:, 1]) > (last + 2) * CANVAS / 256
        assert not below.any()
        assert np.isnan(views.keypoints[i]).any() or last > 200


def test_the_same_seed_gives_the_same_views(folder: Path, tmp_path: Path) -> None:
    render([ellipsoid()], tmp_path / "again", 2, 256, seed=1)
    np.testing.assert_array_equal(Views.open(tmp_path / "again").picture, Views.open(folder / "low").picture)


def test_several_processes_make_the_same_views_and_an_interrupted_run_goes_on(folder: Path, tmp_path: Path) -> None:
    render([ellipsoid()], tmp_path / "both", 2, 256, seed=1, workers=2)
    views = Views.open(tmp_path / "both", "r+")
    np.testing.assert_array_equal(views.picture, Views.open(folder / "low").picture)
    views.picture[:] = 0
    views.done[1] = False
    render([ellipsoid()], tmp_path / "both", 2, 256, seed=1)
    assert not views.picture[0].any(), "what was done is left alone"
    np.testing.assert_array_equal(views.picture[1], Views.open(folder / "low").picture[1])


def test_unfinished_views_are_not_learned_from(folder: Path, tmp_path: Path) -> None:
    Views.create(tmp_path / "some", 50, 256)
    views = Views.open(tmp_path / "some", "r+")
    with pytest.raises(UserError, match="train views"):
        views.any_done(np.random.default_rng(0))
    with pytest.raises(UserError, match="Not all views"):
        views.complete()
    views.done[7] = True
    assert {views.any_done(np.random.default_rng(k)) for k in range(20)} == {7}
    with pytest.raises(UserError, match="other views"):
        Views.create(tmp_path / "some", 51, 256)


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
    batches = parts.batches([tmp_path], 2, seed=0)
    values = fit(module, tmp_path / "p.fit", 12, batches, parts.shared_loss)
    assert np.mean(values[-3:]) < np.mean(values[:3])
    parts.share(module)
    assert torch.equal(net.img2normal_leg.Conv_1x1.conv[0].weight, net.img2normal_face.Conv_1x1.conv[0].weight)

    prepare.write_tiles(views, net, tmp_path)
    tiles = refine.batches([folder / "full", tmp_path], 1, seed=0)
    values = fit(refine.Refine(net), tmp_path / "r.fit", 6, tiles, refine.loss)
    assert values[-1] < values[0]


def test_the_whole_recipe_ends_with_a_network_and_goes_on_where_it_was(tmp_path: Path) -> None:
    recipe = Recipe(minutes=0.05, low=8, full=1, width=1 / 16, batch=2)
    people = [ellipsoid(), ellipsoid()]
    last = train_all(people, tmp_path, recipe, tell=lambda text: None, detect=true_joints)
    network = read_network(last)
    assert network.config.prior
    for name in ("coarse", "shared", "parts", "refine"):
        assert (tmp_path / f"{name}.png").is_file(), "curves"
        assert (tmp_path / f"{name}_seen.png").is_file(), "what it makes of people it has not seen"
    before = last.read_bytes()
    (tmp_path / "parts.pt").unlink()
    train_all(people, tmp_path, recipe, tell=lambda text: None, detect=true_joints)
    assert last.read_bytes() == before, "what was finished is left alone"
