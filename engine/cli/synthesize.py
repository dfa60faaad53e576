"""`python -m engine synthesize`: make synthetic people for training."""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--assets", type=Path, required=True, metavar="DIR", help="folder with wardrobe and poses.npz")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="how many people (default 100)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same people")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="file of people to write (.npz)")
    parser.add_argument("--contact-sheet", type=Path, metavar="PNG", help="picture of the people, front and back")
    parser.add_argument("--portrait", type=Path, metavar="JPG", help="studio picture of the first person")


def run(args: argparse.Namespace) -> int:
    from engine.training.people import load_people, load_wardrobe, pack_people, sample_person
    from engine.training.people.portrait import portrait
    from engine.training.people.sheet import contact_sheet

    if args.output is None and args.contact_sheet is None and args.portrait is None:
        raise UserError("There is nothing to write: pass -o FILE, --contact-sheet PNG or --portrait JPG.")
    if args.count < 1 or args.seed < 0:
        raise UserError("--count must be at least 1 and --seed at least 0.")
    wardrobe = load_wardrobe(args.assets)
    if args.output is not None:
        pack_people(args.seed, args.count, args.output, wardrobe)
        print(f"{len(load_people(args.output))} people in {args.output}")
    if args.contact_sheet is not None:
        people = (sample_person(np.random.default_rng([args.seed, i]), wardrobe) for i in range(args.count))
        _write(contact_sheet([person.mesh for person in people]), args.contact_sheet)
    if args.portrait is not None:
        _write(portrait(sample_person(np.random.default_rng([args.seed, 0]), wardrobe)), args.portrait)
    return 0


def _write(picture: NDArray[np.uint8], path: Path) -> None:
    if not cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)):
        raise UserError(f"{path} cannot be written; choose another place.")
    print(f"Picture in {path}")
