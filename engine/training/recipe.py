"""The whole training in one go, within a given time: views, then every stage on what the one before has learned."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.networks.graph import GraphConfig, TwoK2K
from engine.training import parallel, prepare
from engine.training.detection import Detect, detected
from engine.training.fit import FitOptions
from engine.training.people import SyntheticPerson
from engine.training.render_views import Rendering, render_views
from engine.training.stages import Course, fit_stage
from engine.training.start import new_network
from engine.training.views import Views

_SHARES = {"coarse": 0.5, "shared": 0.1, "parts": 0.25, "refine": 0.15}
"""Shares of the training time."""

_RATES = {"coarse": 1e-3, "shared": 1e-3, "parts": 1e-3, "refine": 1e-3}
_FIRST = 64
"""Views that there must be before the training begins; the others are rendered while it runs."""

_HELD_OUT_PEOPLE = 0.1
"""Share of the people, the last ones, on whom the networks are only validated."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """minutes: of training, without the rendering that it waits for. low, full: numbers of views of 256 and of 2048
    pixels. batch: of the coarse stage; the others take a quarter. workers: processes that render. loaders: processes
    that read batches.
    """

    minutes: float
    low: int = 4000
    full: int = 240
    width: float = 0.25
    batch: int = 8
    workers: int = 1
    loaders: int = 0
    device: str = "cpu"
    seed: int = 0


def train_all(
    people: Sequence[SyntheticPerson],
    folder: Path,
    recipe: Recipe,
    start: Path | None = None,
    tell: Tell = print,
    detect: Detect = detected,
) -> Path:
    """Render views and train every stage in `folder`, in one process; gives the path of the final checkpoint there.

    start: a checkpoint to go on from. What an interrupted run has finished is not done again. Raises UserError where
    the folder holds another run.
    """
    rendering = _Background(people, folder / "views", recipe, tell, detect)
    rendering.begin()
    network = new_network(recipe.width, recipe.seed) if start is None else read_network(start)
    for name in _SHARES:
        done = folder / f"{name}.pt"
        if done.exists():
            network = read_network(done)
            continue
        tell(f"Training stage {name}")
        data, held_out = _data(name, network.to(recipe.device), folder, rendering)
        fit_stage(network, name, data, _course(name, recipe), folder / f"{name}.fit", held_out)
        save_network(network, done)
    rendering.wait()
    return folder / "refine.pt"


def read_network(path: Path) -> TwoK2K:
    """The network of a checkpoint of any stage."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = TwoK2K(GraphConfig.of(state))
    network.load_state_dict(state)
    return network


def save_network(network: TwoK2K, path: Path) -> None:
    """Write the network's weights, once where several processes train."""
    if parallel.rank() == 0:
        torch.save({name: tensor.cpu() for name, tensor in network.state_dict().items()}, path)


def _course(name: str, recipe: Recipe) -> Course:
    options = FitOptions(recipe.minutes * _SHARES[name], _RATES[name], device=recipe.device)
    batch = recipe.batch if name == "coarse" else max(2, recipe.batch // 4)
    return Course(options, batch, recipe.seed, recipe.loaders)


def _data(name: str, network: TwoK2K, folder: Path, rendering: "_Background") -> tuple[Sequence[Path], Sequence[Path]]:
    """The data of a stage and those to validate it with; makes crops and tiles when their networks are trained."""
    views = folder / "views"
    if name == "coarse":
        rendering.wait_for_first()
        return [views / "low"], [views / "low_held_out"]
    rendering.wait()
    kind, write = ("tiles", prepare.write_tiles) if name == "refine" else ("crops", prepare.write_crops)
    for group in ("full", "full_held_out"):
        made = folder / kind / group
        if not made.exists():
            part = made.with_suffix(".part")
            write(Views.open(views / group), network, part)
            part.rename(made)
    if name == "refine":
        return [views / "full", folder / kind / "full"], [views / "full_held_out", folder / kind / "full_held_out"]
    return [folder / kind / "full"], [folder / kind / "full_held_out"]


class _Background:
    """Renders all views in the background; an error there is raised where the training waits for them."""

    def __init__(
        self, people: Sequence[SyntheticPerson], folder: Path, recipe: Recipe, tell: Tell, detect: Detect
    ) -> None:
        self._people, self._folder, self._recipe, self._tell, self._detect = people, folder, recipe, tell, detect
        self._enough = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def wait_for_first(self) -> None:
        """Until there are views to begin with."""
        self._enough.wait()
        self._check()

    def wait(self) -> None:
        """Until all views are there."""
        self._thread.join()
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            for name, done, count in self._progress():
                if name == "low" and done >= min(count, _FIRST):
                    self._enough.set()
        except BaseException as error:
            self._error = error
        finally:
            self._enough.set()

    def _progress(self) -> Iterator[tuple[str, int, int]]:
        """Folder, finished views and number of views, after every few."""
        recipe = self._recipe
        count = len(self._people)
        first = min(count - 1, round((1 - _HELD_OUT_PEOPLE) * count))
        learned, held_out = range(max(1, first)), range(first, count)
        plan = (
            ("low_held_out", held_out, max(8, recipe.low // 20), 256),
            ("low", learned, recipe.low, 256),
            ("full", learned, recipe.full, 2048),
            ("full_held_out", held_out, max(2, recipe.full // 20), 2048),
        )
        for number, (name, among, count, size) in enumerate(plan):
            options = Rendering(recipe.seed + number, among, recipe.workers, recipe.device, self._detect)
            rendered = render_views(self._people, self._folder / name, count, size, options)
            yield name, 0, count
            for done in rendered:
                yield name, done, count
            self._tell(f"{count} views in {self._folder / name}")
            yield name, count, count
