"""`python -m engine bench`: what a reconstruction costs, stage by stage."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import get_args

from engine.errors import UserError
from engine.types import Detail, Settings

SIZES, DETAILS, WIDTHS = (512, 1024, 2048, 4096), ("full", "medium"), (0.25, 0.5, 1.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from engine.bench.pictures import SAMPLE

    add, defaults = parser.add_argument, Settings()
    add("photo", nargs="?", type=Path, default=SAMPLE, metavar="PHOTO", help="a picture of a person (a sample)")
    add(
        "--sizes",
        type=int,
        nargs="*",
        default=SIZES,
        metavar="PIXELS",
        help="longer sides of the picture (%(default)s)",
    )
    add("--details", nargs="*", default=DETAILS, choices=get_args(Detail), help="levels of detail (%(default)s)")
    add("--widths", type=float, nargs="*", default=WIDTHS, metavar="SHARE", help="networks alone (%(default)s)")
    add("--weights", default=defaults.weights, metavar="NAME|FILE", help="network weights (%(default)s)")
    add("--device", default=defaults.device, help="where the networks run (%(default)s)")
    add("--repeats", type=int, default=3, metavar="N", help="warm runs of each case (%(default)s)")
    add("--blender", type=Path, metavar="PROGRAM", help="Blender, or a Python that has bpy: also time the scene")
    add("--json", action="store_true", help="print json instead of tables")
    add("-o", "--output", type=Path, metavar="FILE", help="also write the json to a file")


def run(arguments: argparse.Namespace) -> int:
    _check(arguments)
    from engine.bench.run import Plan, run_benchmarks

    plan = Plan(
        photo=arguments.photo,
        sides=tuple(arguments.sizes),
        details=tuple(arguments.details),
        widths=tuple(arguments.widths),
        weights=arguments.weights,
        device=arguments.device,
        repeats=arguments.repeats,
        blender=arguments.blender,
    )
    with tempfile.TemporaryDirectory() as folder:
        results = run_benchmarks(plan, Path(folder), lambda text: print(text, file=sys.stderr, flush=True))
    text = json.dumps(results.as_json(), indent=2)
    if arguments.output:
        _write(arguments.output, text)
    print(text if arguments.json else results.as_text())
    return 0


def _check(arguments: argparse.Namespace) -> None:
    if arguments.repeats < 1:
        raise UserError("--repeats must be at least 1.")
    if any(not 256 <= side <= 8192 for side in arguments.sizes):
        raise UserError("--sizes must lie between 256 and 8192 pixels.")
    if any(not 0 < width <= 1 for width in arguments.widths):
        raise UserError("--widths must lie between 0 and 1.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}); choose another place with -o.") from error
