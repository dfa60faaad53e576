"""`python -m engine reconstruct`: a photo in, a mesh file out; or many photos and a folder of meshes."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from engine.batch.inputs import find_pictures, is_collection
from engine.cli import SOME_FAILED
from engine.cli.numbers import number
from engine.corrections import named_points, read_corrections
from engine.errors import UserError
from engine.types import HEIGHTS, TEXTURE_SIZES, Detail, Progress, Reconstruction, Settings

if TYPE_CHECKING:
    from engine.batch.run import Runner
    from engine.batch.summary import Summary

SUFFIXES = (".glb", ".ply", ".obj", ".stl")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    defaults = Settings()
    add = parser.add_argument
    add("photos", nargs="+", metavar="PHOTO", help="the picture; or many: pictures, folders, quoted patterns ('*.jpg')")
    add(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="mesh file: .glb, .ply, .obj or .stl; for many pictures a folder",
    )
    add("--weights", default=defaults.weights, metavar="NAME|FILE", help="network weights (%(default)s)")
    add("--device", default=defaults.device, metavar="NAME", help="auto, cpu, cuda, cuda:1, mps (%(default)s)")
    add("--detail", default=defaults.detail, choices=get_args(Detail), help="number of triangles (%(default)s)")
    add("--texture", type=int, choices=TEXTURE_SIZES, help="colour and normal maps so many texels wide (none)")
    add(
        "--height",
        default=defaults.height,
        type=number(float, *HEIGHTS, "a height in metres"),
        metavar="METRES",
        help="the person's height (%(default)s)",
    )
    add(
        "--person",
        default=defaults.person,
        type=number(int, 0, 999, "a person's number"),
        metavar="N",
        help="which person, by size, from 0 (%(default)s)",
    )
    add("--mask", type=Path, metavar="FILE", help="picture of the photo's size, white where the person is")
    add(
        "--keypoints",
        type=Path,
        metavar="FILE",
        help="JSON with key points that are elsewhere than found, in photo pixels; see keypoints.json of --keep-maps",
    )
    add("--keep-maps", type=Path, metavar="DIR", help="also write the framed photo, mask, depth maps and key points")
    _add_many_arguments(parser)


def _add_many_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "many pictures", "The same call again goes on where a run was stopped; the output has a summary.json."
    )
    add = group.add_argument
    endings = [suffix[1:] for suffix in SUFFIXES]
    add("--format", choices=endings, help=f"kind of the meshes ({endings[0]})")
    add("--recursive", action="store_true", help="take the folders in folders as well")
    add("--retry-failed", action="store_true", help="try again what has failed in an earlier run")
    add(
        "--workers",
        type=number(int, 1, 999, "a number of workers"),
        metavar="N",
        help="pictures at once (one per core, as memory allows)",
    )
    add("--ray", metavar="ADDRESS", help="spread the work over a Ray cluster: its address, 'auto' or 'local'")


def run(arguments: argparse.Namespace) -> int:
    """Check everything that can be checked before the long work, reconstruct, save, report."""
    return _run_many(arguments) if _is_many(arguments) else _run_one(arguments)


def _is_many(arguments: argparse.Namespace) -> bool:
    first, *others = arguments.photos
    return bool(others) or is_collection(first) or arguments.output.is_dir() or not arguments.output.suffix


def _run_one(arguments: argparse.Namespace) -> int:
    for name in ("format", "recursive", "retry_failed", "workers", "ray"):
        if getattr(arguments, name):
            raise UserError(f"--{name.replace('_', '-')} is for many pictures; give a folder as the output.")
    check_output(arguments.output)
    _check_texture(arguments, arguments.output.suffix.lower())
    if arguments.keep_maps:
        _make_folder(arguments.keep_maps)
    from engine.export import save
    from engine.networks.devices import pick_device
    from engine.pipeline import reconstruct

    pick_device(arguments.device)
    result = reconstruct(Path(arguments.photos[0]), _settings(arguments), progress_printer())
    save(result.mesh, arguments.output, result.texture)
    if arguments.keep_maps:
        save_maps(result, arguments.keep_maps)
    _report(result, arguments.output)
    return 0


def _run_many(arguments: argparse.Namespace) -> int:
    if arguments.mask or arguments.keypoints or arguments.keep_maps:
        names = "--mask, --keypoints and --keep-maps"
        raise UserError(f"{names} are for one picture and a mesh file as the output; leave them out.")
    if arguments.output.suffix.lower() in SUFFIXES and not arguments.output.is_dir():
        raise UserError(f"The output {arguments.output} is a file; give a folder for the meshes of many pictures.")
    ending = f".{arguments.format}" if arguments.format else SUFFIXES[0]
    _check_texture(arguments, ending)
    pictures = find_pictures(arguments.photos, arguments.recursive)
    from engine.batch.run import Batch
    from engine.weights import verify

    weights = verify(arguments.weights)
    depends_on = {name: getattr(arguments, name) for name in ("detail", "height", "person")}
    if arguments.texture:
        depends_on["texture"] = arguments.texture
    batch = Batch(pictures, arguments.output, ending, {**depends_on, "weights": weights.sha256})
    summary = batch.run(_runner(arguments), arguments.retry_failed)
    _report_many(summary, arguments.output)
    print(f"weights: {weights.name} ({weights.licence})")
    return SOME_FAILED if summary.failures else 0


def _runner(arguments: argparse.Namespace) -> "Runner":
    settings = _settings(arguments)
    if arguments.ray:
        from engine.batch.ray_pool import ray_runner

        return ray_runner(settings, arguments.ray, arguments.workers)
    from engine.batch.workers import local_runner

    return local_runner(settings, arguments.workers)


def _settings(arguments: argparse.Namespace) -> Settings:
    names = ("detail", "height", "weights", "device", "person", "mask", "texture")
    keypoints = read_corrections(arguments.keypoints) if arguments.keypoints else None
    return Settings(**{name: getattr(arguments, name) for name in names}, keypoints=keypoints)


def _check_texture(arguments: argparse.Namespace, ending: str) -> None:
    if arguments.texture is None:
        return
    from engine.export import check_carries_textures
    from engine.texture import check_detail

    check_carries_textures(ending)
    check_detail(_settings(arguments))


def check_output(path: Path) -> None:
    """Raise UserError unless a mesh can be written to `path`."""
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"The output {path} must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    if path.is_dir():
        raise UserError(f"The output {path} is a folder; give a file name.")
    if not path.parent.is_dir():
        raise UserError(f"The folder {path.parent} does not exist; make it first or choose another output.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UserError(f"The output {path} cannot be written; choose a place where you may write.")


def progress_printer() -> Progress:
    """A callback that shows stage and percentage on stderr: one changing line in a terminal, else a line per stage."""
    last = ""

    def show(stage: str, fraction: float) -> None:
        nonlocal last
        if sys.stderr.isatty():
            print(f"\r\033[K{fraction:4.0%}  {stage}", end="\n" if fraction >= 1 else "", file=sys.stderr, flush=True)
        elif stage != last:
            print(f"{fraction:4.0%}  {stage}", file=sys.stderr, flush=True)
        last = stage

    return show


def save_maps(result: Reconstruction, folder: Path) -> None:
    """Write the networks' input and output to `folder`.

    photo.png, mask.png: the person on the 2048 canvas. depth.npz: front and back, float32 network depth, 0 outside.
    front.png, back.png: the same for the eye, 16 bit, near is bright. keypoints.json: in photo pixels, for --keypoints,
    which takes those within the photo.
    """
    import numpy as np
    from PIL import Image

    from engine.person.joints import inside

    maps, mask, person = result.maps, result.maps.mask, result.person
    within = np.where(inside(person.keypoints, person.mask.shape)[:, None], person.keypoints, np.nan)
    nearest, farthest = maps.front.min(initial=4, where=mask), maps.back.max(initial=0, where=mask)
    Image.fromarray(result.canvas.rgb).save(folder / "photo.png")
    Image.fromarray(result.canvas.mask).save(folder / "mask.png")
    (folder / "keypoints.json").write_text(json.dumps(named_points(within), indent=1))
    np.savez_compressed(folder / "depth.npz", front=maps.front, back=maps.back)
    for name, depth in (("front", maps.front), ("back", maps.back)):
        shade = 1 - 0.9 * (depth - nearest) / max(farthest - nearest, 1e-6)
        Image.fromarray((np.where(mask, shade, 0) * 65535).astype(np.uint16)).save(folder / f"{name}.png")


def _report(result: Reconstruction, output: Path) -> None:
    for warning in result.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    vertices, faces = len(result.mesh.vertices), len(result.mesh.faces)
    print(f"{output}: {vertices:,} vertices, {faces:,} triangles, {sum(result.seconds.values()):.1f} s")
    print(f"weights: {result.weights} ({result.licence})")


def _report_many(summary: "Summary", folder: Path) -> None:
    for entry in summary.failures:
        print(f"Failed: {entry.photo}: {entry.error}", file=sys.stderr)
    made, failed = len(summary.made), len(summary.failures)
    print(f"{folder}: {made:,} of {summary.pictures:,} meshes, {failed:,} failed, {summary.seconds:,.0f} s")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {folder} cannot be made ({error.strerror}); choose another for the maps."
        ) from error
