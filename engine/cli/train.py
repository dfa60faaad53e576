"""`python -m engine train STEP ...`: train the networks on synthetic people, stage by stage (docs/training.md)."""

import argparse
from pathlib import Path

import torch
from torch import nn

from engine.errors import UserError
from engine.networks.graph import GraphConfig, TwoK2K
from engine.training import coarse, parts, prepare, refine
from engine.training.fit import Fit, FitOptions
from engine.training.people import load_people
from engine.training.start import new_network
from engine.training.validation import coarse_errors
from engine.training.views import Views, render_views
from engine.weights import save

LICENCE = "CC0-1.0"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(metavar="STEP", required=True)
    _views_arguments(_step(steps, "views", _views, "render views of people made by `synthesize`"))
    _fit_arguments(_step(steps, "coarse", _coarse, "stage 1: coarse normals and depth"), "--views")
    _fit_arguments(_step(steps, "parts", _parts, "stage 2: the five part networks"), "--crops")
    _fit_arguments(_step(steps, "refine", _refine, "stage 3: depth at 2048 pixels"), "--views", "--tiles")
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


def _views_arguments(step: argparse.ArgumentParser) -> None:
    step.add_argument("--people", type=Path, required=True, help="file written by `synthesize`")
    step.add_argument("--count", type=int, default=1000)
    step.add_argument("--size", type=int, default=256, choices=(256, 2048))
    step.add_argument("--seed", type=int, default=0)
    step.add_argument("-o", "--output", type=Path, required=True)


def _fit_arguments(step: argparse.ArgumentParser, *data: str) -> None:
    for name in data:
        step.add_argument(name, type=Path, nargs="+" if len(data) == 1 else None, required=True)
    step.add_argument("--start", type=Path, help="checkpoint of the stage before")
    step.add_argument("-o", "--output", type=Path, required=True, help="checkpoint; training resumes from it")
    step.add_argument("--minutes", type=float, required=True)
    step.add_argument("--width", type=float, default=0.25, help="share of the published channels")
    step.add_argument("--batch", type=int, default=8)
    step.add_argument("--rate", type=float, default=1e-3, help="learning rate")
    step.add_argument("--shared", action="store_true", help="stage 2: one network learns all parts, then five copies")
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
    return 0


def _views(args: argparse.Namespace) -> None:
    render_views(load_people(args.people), args.output, args.count, args.size, args.seed)


def _coarse(args: argparse.Namespace) -> None:
    network = _network(args)
    batches = coarse.batches(args.views, args.batch, args.seed)
    _fit(args, network, coarse.Coarse(network), batches, coarse.loss)


def _parts(args: argparse.Namespace) -> None:
    network = _network(args)
    module = parts.Parts(network)
    batches = parts.batches(args.crops, tuple(parts.GROUPS), args.batch, args.seed)
    _fit(args, network, module, batches, parts.shared_loss if args.shared else parts.loss)
    if args.shared:
        module.share()
        _save(network, args.output)


def _refine(args: argparse.Namespace) -> None:
    network = _network(args)
    batches = refine.batches(Views.open(args.views), args.tiles, args.batch, args.seed)
    _fit(args, network, refine.Refine(network), batches, refine.loss)


def _fit(args: argparse.Namespace, network: TwoK2K, module: nn.Module, batches, loss) -> None:  # type: ignore[no-untyped-def]
    torch.manual_seed(args.seed)
    options = FitOptions(args.minutes, args.rate, device=args.device)
    fit = Fit(module, args.output.with_suffix(".fit"), options)
    fit.run(batches, loss)
    _save(network, args.output)


def _network(args: argparse.Namespace) -> TwoK2K:
    return new_network(args.width, args.seed) if args.start is None else _read(args.start)


def _read(path: Path) -> TwoK2K:
    if not path.is_file():
        raise UserError(f"{path} does not exist; name a checkpoint of an earlier stage.")
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = TwoK2K(GraphConfig.of(state))
    network.load_state_dict(state)
    return network


def _save(network: TwoK2K, path: Path) -> None:
    torch.save({name: tensor.cpu() for name, tensor in network.state_dict().items()}, path)


def _crops(args: argparse.Namespace) -> None:
    prepare.write_crops(Views.open(args.views), _read(args.network), args.output)


def _tiles(args: argparse.Namespace) -> None:
    prepare.write_tiles(Views.open(args.views), _read(args.network), args.output)


def _validate(args: argparse.Namespace) -> None:
    for name, value in coarse_errors(_read(args.network), Views.open(args.views)).items():
        print(f"{name:>24} {value:8.4f}")


def _export(args: argparse.Namespace) -> None:
    save(_read(args.network), args.output, {"licence": LICENCE, "source": args.source})
