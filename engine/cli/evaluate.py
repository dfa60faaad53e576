"""`python -m engine evaluate`: a prediction against the truth, or a suite of true people."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from engine.errors import UserError
from engine.types import Settings

ALIGNMENTS = ("none", "height-shift")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("predicted", nargs="?", type=Path, metavar="PREDICTED", help="mesh file that is measured")
    add("truth", nargs="?", type=Path, metavar="TRUTH", help="mesh file of the true person")
    add("--suite", type=Path, metavar="DIR", help="measure the engine on a folder with one sub-folder per true person")
    add("--align", choices=ALIGNMENTS, default="height-shift", help="before measuring (%(default)s)")
    add("--json", action="store_true", help="print json instead of a table")
    suite = parser.add_argument_group("suite only")
    suite.add_argument("--yaws", type=_angles, default=(0.0,), metavar="A,B", help="degrees to the person's left (0)")
    suite.add_argument("--backdrop", action="store_true", help="a random backdrop instead of plain grey")
    suite.add_argument("--weights", default=Settings().weights, metavar="NAME|FILE", help="network weights")
    suite.add_argument("--device", default=Settings().device, help="where the networks run (%(default)s)")
    suite.add_argument("-o", "--output", type=Path, default=Path("runs/evaluation"), metavar="DIR", help="%(default)s")


def run(arguments: argparse.Namespace) -> int:
    pair = (arguments.predicted, arguments.truth)
    if arguments.suite is None and None not in pair:
        return _run_pair(*pair, arguments)
    if arguments.suite is not None and pair == (None, None):
        return _run_suite(arguments)
    raise UserError("Give either two mesh files, PREDICTED and TRUTH, or --suite with a folder.")


def _run_pair(predicted: Path, truth: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.figures import compare, prepare_truth
    from engine.evaluation.report import sheet
    from engine.evaluation.surface import as_surface
    from engine.render.mesh import load_mesh

    ours, theirs = (as_surface(load_mesh(path)) for path in (predicted, truth))
    figures = compare(ours, prepare_truth(theirs), arguments.align)
    print(json.dumps(asdict(figures), indent=2) if arguments.json else sheet(figures))
    return 0


def _run_suite(arguments: argparse.Namespace) -> int:
    from engine.evaluation.report import table
    from engine.evaluation.suite import Options, evaluate_suite

    settings = Settings(weights=arguments.weights, device=arguments.device)
    options = Options(arguments.output, arguments.yaws, arguments.backdrop, arguments.align, settings)
    rows = []
    for row in evaluate_suite(arguments.suite, options):
        print(f"{row.person}, yaw {row.yaw:g}: {row.method}", file=sys.stderr, flush=True)
        rows.append(row)
    text = json.dumps([asdict(row) for row in rows], indent=2)
    (arguments.output / "results.json").write_text(text)
    print(text if arguments.json else table(rows))
    return 0


def _angles(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of angles such as 0,20") from None
