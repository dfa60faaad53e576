"""`python -m engine train STEP ...`: train the networks on synthetic people, stage by stage (docs/training.md)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from engine.errors import UserError
from engine.networks.graph import TwoK2K
from engine.training import parallel, prepare
from engine.training.fit import FitOptions
from engine.training.people import SyntheticPerson, load_people
from engine.training.recipe import Recipe, read_network, save_network, train_all
from engine.training.render_views import Rendering, render_views
from engine.training.scans import load_scans
from engine.training.stages import Course, fit_stage
from engine.training.start import new_network
from engine.training.validation import coarse_errors
from engine.training.views import Views
from engine.weights import save

LICENCE = "CC0-1.0"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(metavar="STEP", required=True)
    _all_arguments(_step(steps, "all", _all, "render views and train every stage within a given time"))
    _views_arguments(_step(steps, "views", _views, "render views of people"))
    _fit_arguments(steps, "coarse", "stage 1: coarse normals and depth", "folders of views")
    _fit_arguments(steps, "shared", "stage 2: one network that learns all parts, then five copies", "folders of crops")
    _fit_arguments(steps, "parts", "stage 2: the five part networks", "folders of crops")
    _fit_arguments(steps, "refine", "stage 3: depth at 2048 pixels", "folder of full-size views and folder of tiles")
    for name, run in (("crops", _crops), ("tiles", _tiles)):
        step = _step(steps, name, run, f"prepare the {name} of full-size views for the next stage")
        step.add_argument("--views", type=Path, required=True)
        step.add_argument("--network", type=Path, required=True, help="checkpoint of the stage before")
        step.add_argument("-o", "--output", type=Path, required=True)
    _validate_arguments(_step(steps, "validate", _validate, "errors of a network on views it has not seen"))
    _export_arguments(_step(steps, "export", _export, "write the weights as safetensors with a model card"))


def _step(steps: argparse._SubParsersAction, name: str, run: object, text: str) -> argparse.ArgumentParser:
    step = steps.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    step.set_defaults(step=run)
    return step


def _all_arguments(step: argparse.ArgumentParser) -> None:
    _people_arguments(step)
    defaults = Recipe(0)
    step.add_argument("--minutes", type=float, required=True, help="training time of all stages together")
    step.add_argument("--low", type=int, default=defaults.low, help="views of 256 pixels")
    step.add_argument("--full", type=int, default=defaults.full, help="views of 2048 pixels")
    step.add_argument("--width", type=float, default=defaults.width, help="share of the published channels")
    step.add_argument("--batch", type=int, default=defaults.batch, help="of the coarse stage; a quarter in the others")
    step.add_argument("--workers", type=int, default=defaults.workers, help="processes that render")
    step.add_argument("--loaders", type=int, default=defaults.loaders, help="processes that read batches")
    step.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    step.add_argument("--seed", type=int, default=defaults.seed)
    step.add_argument("--start", type=Path, help="checkpoint to go on from")
    step.add_argument("-o", "--output", type=Path, required=True, help="folder; an interrupted run goes on in it")


def _people_arguments(step: argparse.ArgumentParser) -> None:
    people = step.add_mutually_exclusive_group(required=True)
    people.add_argument("--people", type=Path, help="file written by `synthesize`")
    people.add_argument("--scans", type=Path, help="folder with a textured mesh or a sub-folder per person")
    step.add_argument("--up", choices=("y", "z"), help="vertical axis of the scans (obj, glb: y; ply, stl: z)")


def _views_arguments(step: argparse.ArgumentParser) -> None:
    _people_arguments(step)
    step.add_argument("--count", type=int, default=1000)
    step.add_argument("--size", type=int, default=256, choices=(256, 2048))
    step.add_argument("--seed", type=int, default=0)
    step.add_argument("--workers", type=int, default=1, help="processes")
    step.add_argument("--device", default="cpu", help="where views are drawn (cpu, cuda)")
    step.add_argument("-o", "--output", type=Path, required=True, help="folder; an interrupted run goes on in it")


def _fit_arguments(steps: argparse._SubParsersAction, stage: str, text: str, data: str) -> None:
    step = _step(steps, stage, _fit, text)
    step.set_defaults(stage=stage)
    step.add_argument("data", type=Path, nargs="+", metavar="FOLDER", help=data)
    step.add_argument(
        "--validation", type=Path, nargs="+", default=(), metavar="FOLDER", help="the same of other people"
    )
    step.add_argument("--start", type=Path, help="checkpoint of the stage before")
    step.add_argument("-o", "--output", type=Path, required=True, help="checkpoint; training resumes from it")
    step.add_argument("--minutes", type=float, required=True)
    step.add_argument("--width", type=float, default=0.25, help="share of the published channels")
    step.add_argument("--batch", type=int, default=8)
    step.add_argument("--rate", type=float, default=1e-3, help="learning rate")
    step.add_argument("--loaders", type=int, default=0, help="processes that read batches")
    step.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    step.add_argument("--seed", type=int, default=0)


def _validate_arguments(step: argparse.ArgumentParser) -> None:
    step.add_argument("--views", type=Path, required=True)
    step.add_argument("--network", type=Path, required=True)


def _export_arguments(step: argparse.ArgumentParser) -> None:
    step.add_argument("--network", type=Path, required=True)
    step.add_argument("-o", "--output", type=Path, required=True, help="safetensors file")
    step.add_argument("--source", default="synthetic people", help="one line for the model card's header")


def run(args: argparse.Namespace) -> int:
    args.step(args)
    parallel.leave()
    return 0


def _people(args: argparse.Namespace) -> Sequence[SyntheticPerson]:
    return load_people(args.people) if args.people else load_scans(args.scans, args.up)


def _all(args: argparse.Namespace) -> None:
    fields = ("minutes", "low", "full", "width", "batch", "workers", "loaders", "device", "seed")
    recipe = Recipe(**{name: getattr(args, name) for name in fields})
    last = train_all(_people(args), args.output, recipe, args.start)
    card = (
        {"licence": LICENCE, "source": "synthetic people"} if args.people else {"licence": "unknown", "source": "scans"}
    )
    save(read_network(last), args.output / "network.safetensors", card)
    print(f"Weights in {args.output / 'network.safetensors'}")


def _views(args: argparse.Namespace) -> None:
    options = Rendering(args.seed, workers=args.workers, device=args.device)
    rendered = render_views(_people(args), args.output, args.count, args.size, options)
    with tqdm(total=args.count, unit="view") as bar:
        for done in rendered:
            bar.update(done - bar.n)


def _fit(args: argparse.Namespace) -> None:
    network = new_network(args.width, args.seed) if args.start is None else _read(args.start)
    options = FitOptions(args.minutes, args.rate, device=args.device)
    course = Course(options, args.batch, args.seed, args.loaders)
    fit_stage(network, args.stage, args.data, course, args.output.with_suffix(".fit"), args.validation)
    save_network(network, args.output)


def _read(path: Path) -> TwoK2K:
    if not path.is_file():
        raise UserError(f"{path} does not exist; name a checkpoint of an earlier stage.")
    return read_network(path)


def _crops(args: argparse.Namespace) -> None:
    prepare.write_crops(Views.open(args.views), _read(args.network), args.output)


def _tiles(args: argparse.Namespace) -> None:
    prepare.write_tiles(Views.open(args.views), _read(args.network), args.output)


def _validate(args: argparse.Namespace) -> None:
    for name, value in coarse_errors(_read(args.network), Views.open(args.views)).items():
        print(f"{name:>24} {value:8.4f}")


def _export(args: argparse.Namespace) -> None:
    save(_read(args.network), args.output, {"licence": LICENCE, "source": args.source})
