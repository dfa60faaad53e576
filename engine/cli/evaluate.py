"""`python -m engine evaluate`: a prediction against the truth, a suite of true people, or pictures of them."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from engine.errors import UserError
from engine.types import Detail, Settings

if TYPE_CHECKING:
    from engine.evaluation.report import Row
    from engine.render.mesh import TexturedMesh

ALIGNMENTS = ("none", "height-shift", "height-shift-icp")
SUITE_OUTPUT = Path("runs/evaluation")
RENDER, SURFACE, BACK, PRINTS, MASKS, GALLERY = "render", "surface", "back", "prints", "masks", "gallery"

USAGE = """
  python -m engine evaluate PREDICTED TRUTH [options]       two meshes, or a folder of meshes and what render wrote
  python -m engine evaluate --suite DIR [options]           the engine on a folder of true people
  python -m engine evaluate render MESHES -o DIR [options]  pictures of a folder of true people for any method
  python -m engine evaluate surface PEOPLE [options]        the surface alone, from true depth maps; PEOPLE: a folder of
                                                            meshes, or a file of synthetic people
  python -m engine evaluate back PEOPLE [--json]            the colours of the back alone, from true depth maps
  python -m engine evaluate masks PEOPLE [--json]           the mask alone, in photos of random rooms
  python -m engine evaluate prints PEOPLE [options]         the same people: are their meshes closed, manifold and free
                                                            of crossings? (needs pymeshlab)
  python -m engine evaluate gallery --assets DIR [options]  the surface alone of synthetic people who are hard: crossed
                                                            arms, a hand in a pocket, long skirts, long hair ..."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = USAGE
    add = parser.add_argument
    add(
        "paths",
        nargs="*",
        metavar="PATH",
        help="PREDICTED TRUTH, or: render MESHES, or: surface|back|prints|masks PEOPLE, or: gallery",
    )
    add("--suite", type=Path, metavar="DIR", help="measure the engine on a folder with a mesh or sub-folder per person")
    add("-o", "--output", type=Path, metavar="DIR", help=f"for results and pictures (suite: {SUITE_OUTPUT})")
    add("--up", choices=("y", "z"), help="vertical axis of the true meshes (obj, glb: y; ply, stl: z)")
    measured = parser.add_argument_group("when measuring")
    add = measured.add_argument
    add("--align", choices=ALIGNMENTS, default="height-shift", help="before measuring (%(default)s)")
    add("--predicted-up", choices=("y", "z"), help="vertical axis of PREDICTED (obj, glb: y; ply, stl: z)")
    add("--json", action="store_true", help="print json instead of a table")
    add("--weights", default=Settings().weights, metavar="NAME|FILE", help="network weights (suite)")
    add("--device", default=Settings().device, help="where the networks run (suite: %(default)s)")
    surface = parser.add_argument_group("surface, prints and gallery")
    add = surface.add_argument
    add("--details", nargs="+", choices=get_args(Detail), default=["full"], help="levels of detail (%(default)s)")
    add("--no-poisson", action="store_true", help="without screened Poisson of the same points (needs pymeshlab)")
    gallery = parser.add_argument_group("gallery")
    add = gallery.add_argument
    add("--assets", type=Path, metavar="DIR", help="folder with wardrobe and poses.npz")
    add("--bodies", type=int, default=3, metavar="N", help="people of every case (%(default)s)")
    add("--seed", type=int, default=0, metavar="S", help="the same seed gives the same people")
    pictures = parser.add_argument_group("when rendering: suite and render")
    add = pictures.add_argument
    add("--yaws", type=_angles, metavar="A,B", help="degrees to the person's left (suite: 0; render: 0,90,180,270)")
    add("--backdrop", action="store_true", help="a random backdrop instead of plain grey")
    add("--size", type=int, default=2048, metavar="PIXELS", help="side of the pictures (render: %(default)s)")
    add("--fov", type=float, default=50.0, metavar="DEGREES", help="field of view (render: %(default)g)")


def run(arguments: argparse.Namespace) -> int:
    match arguments.suite, arguments.paths:
        case None, [command, meshes] if command == RENDER:
            return _render(Path(meshes), arguments)
        case None, [command, people] if command == SURFACE:
            return _run_surface(Path(people), arguments)
        case None, [command, people] if command == BACK:
            return _run_back(Path(people), arguments)
        case None, [command, people] if command == PRINTS:
            return _run_prints(Path(people), arguments)
        case None, [command, people] if command == MASKS:
            return _run_masks(Path(people), arguments)
        case None, [command] if command == GALLERY:
            return _run_gallery(arguments)
        case None, [predicted, truth]:
            pair = Path(predicted), Path(truth)
            return (_run_folder if any(path.is_dir() for path in pair) else _run_pair)(*pair, arguments)
        case suite, [] if suite is not None:
            return _run_suite(arguments)
    raise UserError(
        "Give PREDICTED and TRUTH, or --suite and a folder, or gallery, or render, surface, back, prints or masks and "
        "people."
    )


def _run_pair(predicted: Path, truth: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.evidence import write_evidence
    from engine.evaluation.figures import compare, prepare_truth
    from engine.evaluation.photographs import make_folder
    from engine.evaluation.report import sheet
    from engine.evaluation.surface import as_surface
    from engine.render.mesh import load_mesh

    ours = as_surface(load_mesh(predicted, arguments.predicted_up))
    theirs = prepare_truth(as_surface(load_mesh(truth, arguments.up)))
    figures = compare(ours, theirs, arguments.align)
    text = json.dumps(asdict(figures), indent=2)
    if arguments.output is not None:
        make_folder(arguments.output)
        write_evidence(ours, theirs, figures.placement, arguments.output)
        (arguments.output / "results.json").write_text(text)
    print(text if arguments.json else sheet(figures))
    return 0


def _run_folder(predicted: Path, rendered: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.predictions import evaluate_predictions

    output = arguments.output
    return _report(
        evaluate_predictions(predicted, rendered, arguments.align, output, arguments.predicted_up), output, arguments
    )


def _run_suite(arguments: argparse.Namespace) -> int:
    from engine.evaluation.suite import Options, evaluate_suite

    settings = Settings(weights=arguments.weights, device=arguments.device)
    output = arguments.output or SUITE_OUTPUT
    yaws = arguments.yaws or (0.0,)
    options = Options(output, yaws, arguments.backdrop, arguments.align, settings, arguments.up)
    return _report(evaluate_suite(arguments.suite, options), output, arguments)


def _run_surface(people: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.ground_truth import evaluate_surface, surface_table

    rows = []
    for name, mesh in _people(people, arguments):
        for row in evaluate_surface(name, mesh, tuple(arguments.details), not arguments.no_poisson):
            print(f"{row.person}: {row.method}", file=sys.stderr, flush=True)
            rows.append(row)
    print(json.dumps([asdict(row) for row in rows], indent=2) if arguments.json else surface_table(rows))
    return 0


def _run_back(people: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.far_side import back_table, evaluate_back

    rows = []
    for name, mesh in _people(people, arguments):
        print(name, file=sys.stderr, flush=True)
        rows.append(evaluate_back(name, mesh))
    print(json.dumps([asdict(row) for row in rows], indent=2) if arguments.json else back_table(rows))
    return 0


def _run_prints(people: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.prints import evaluate_prints, prints_table

    prints = []
    for name, mesh in _people(people, arguments):
        for found in evaluate_prints(name, mesh, tuple(arguments.details)):
            print(f"{found.person}: {found.detail}", file=sys.stderr, flush=True)
            prints.append(found)
    print(json.dumps([asdict(found) for found in prints], indent=2) if arguments.json else prints_table(prints))
    return 0


def _run_masks(people: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.masks import evaluate_mask, mask_table

    rows = []
    for seed, (name, mesh) in enumerate(_people(people, arguments)):
        print(name, file=sys.stderr, flush=True)
        try:
            rows.append(evaluate_mask(name, mesh, seed))
        except UserError as error:
            print(f"{name}: {error}", file=sys.stderr)
    print(json.dumps([asdict(row) for row in rows], indent=2) if arguments.json else mask_table(rows))
    return 0


def _run_gallery(arguments: argparse.Namespace) -> int:
    from engine.evaluation.gallery import evaluate_gallery, gallery_table
    from engine.evaluation.photographs import make_folder

    if arguments.assets is None:
        raise UserError("There are no clothes and poses for the people: pass --assets DIR.")
    if arguments.bodies < 1 or arguments.seed < 0:
        raise UserError("--bodies must be at least 1 and --seed at least 0.")
    if arguments.output is not None:
        make_folder(arguments.output)
    rows = []
    for found in evaluate_gallery(_hard_cases(arguments), tuple(arguments.details), arguments.output):
        print(f"{found.row.person}: {found.row.method}", file=sys.stderr, flush=True)
        rows.append(found)
    print(json.dumps([row.facts() for row in rows], indent=2) if arguments.json else gallery_table(rows))
    return 0


def _hard_cases(arguments: argparse.Namespace) -> "Iterator[tuple[str, str, TexturedMesh]]":
    """Case, name and mesh of every person of the gallery; a body's number is its place in the random numbers."""
    import numpy as np

    from engine.training.people import load_wardrobe
    from engine.training.people.hard_cases import HARD_CASES, sample_case

    wardrobe = load_wardrobe(arguments.assets)
    for number, case in enumerate(HARD_CASES):
        for body in range(arguments.bodies):
            rng = np.random.default_rng([arguments.seed, number, body])
            yield case, f"{case} {body}", sample_case(rng, wardrobe, case).mesh


def _people(path: Path, arguments: argparse.Namespace) -> "Iterator[tuple[str, TexturedMesh]]":
    """Name and mesh of every person of a folder of meshes or of a file of synthetic people."""
    from engine.evaluation.people import find_people
    from engine.render.mesh import load_mesh

    if path.suffix == ".npz":
        from engine.training.people import load_people

        yield from ((f"{path.stem} {i}", person.mesh) for i, person in enumerate(load_people(path)))
    else:
        yield from ((name, load_mesh(file, arguments.up)) for name, file in find_people(path))


def _report(measured: "Iterable[Row]", output: Path | None, arguments: argparse.Namespace) -> int:
    from engine.evaluation.report import table

    rows = []
    for row in measured:
        print(f"{row.person}, yaw {row.yaw:g}: {row.method}", file=sys.stderr, flush=True)
        rows.append(row)
    text = json.dumps([asdict(row) for row in rows], indent=2)
    if output is not None:
        (output / "results.json").write_text(text)
    print(text if arguments.json else table(rows))
    return 0


def _render(meshes: Path, arguments: argparse.Namespace) -> int:
    from engine.evaluation.photographs import Studio, photograph_people

    if arguments.output is None:
        raise UserError("There is no folder for the pictures: pass -o DIR.")
    if not (16 <= arguments.size <= 8192 and 1 <= arguments.fov <= 120):
        raise UserError("--size must be between 16 and 8192 pixels and --fov between 1 and 120 degrees.")
    chosen = {"yaws": arguments.yaws} if arguments.yaws else {}
    studio = Studio(size=arguments.size, fov=arguments.fov, backdrop=arguments.backdrop, up=arguments.up, **chosen)
    for shot in photograph_people(meshes, arguments.output, studio):
        print(arguments.output / shot.picture, flush=True)
    return 0


def _angles(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of angles such as 0,20") from None
