"""`python -m engine weights`: list, import, download and verify network weights, and remove imported ones."""

import argparse
import time
from pathlib import Path

from engine.remaining import steady
from engine.types import Progress
from engine.weights import WeightsInfo, available, import_checkpoint, remove, verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="show all weights with their licences").set_defaults(action=_list)
    adding = actions.add_parser("import", help="check a checkpoint file and make it available by name")
    adding.add_argument("file", type=Path, metavar="FILE", help="a .pth.tar, .pth or .safetensors file")
    adding.add_argument("--name", help="the name to choose it by (default: a fitting one)")
    adding.set_defaults(action=_import)
    fetching = actions.add_parser("download", help="fetch a checkpoint file whose licence you accept, and import it")
    fetching.add_argument("address", metavar="ADDRESS", help="of the file itself: https://...")
    fetching.add_argument(
        "--sha256", required=True, metavar="HEX", help="the file's SHA-256, as the publisher names it"
    )
    fetching.add_argument("--size", type=int, default=0, metavar="BYTES", help="the file's size, if it is known")
    fetching.set_defaults(action=_download)
    checking = actions.add_parser("verify", help="check that weights are unchanged and whole")
    checking.add_argument("name", metavar="NAME")
    checking.set_defaults(action=_verify)
    removing = actions.add_parser("remove", help="delete imported weights")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(action=_remove)


def run(args: argparse.Namespace) -> int:
    args.action(args)
    return 0


def _list(_: argparse.Namespace) -> None:
    for info in available():
        print(_describe(info))


def _import(args: argparse.Namespace) -> None:
    print("imported", _describe(import_checkpoint(args.file, args.name)))


def _download(args: argparse.Namespace) -> None:
    from engine.cli.reconstruct import progress_printer
    from engine.weights.download import Source, download

    source = Source.of(args.address, args.sha256, args.size)
    print("downloaded", _describe(download(source, telling_time(progress_printer()))))


def telling_time(show: Progress) -> Progress:
    """The same with the time that is left, judged by the stage's speed so far."""
    current, began, begun = "", 0.0, 0.0

    def step(stage: str, fraction: float) -> None:
        nonlocal current, began, begun
        now = time.monotonic()
        if stage != current or fraction < begun:
            current, began, begun = stage, now, fraction
        left = steady(now - began, begun, fraction)
        told = "" if left is None else f", {left} s left" if left < 90 else f", {round(left / 60)} min left"
        show(f"{stage}{told}", fraction)

    return step


def _verify(args: argparse.Namespace) -> None:
    print("unchanged", _describe(verify(args.name)))


def _remove(args: argparse.Namespace) -> None:
    remove(args.name)
    print("removed", args.name)


def _describe(info: WeightsInfo) -> str:
    use = "any use" if info.commercial else "NON-COMMERCIAL USE ONLY"
    return f"{info.name}: {info.licence}, {use}; width {info.config.width:g}, {info.source}, sha256 {info.sha256[:12]}"
