"""`python -m engine synthesize`: make synthetic people for training."""

import argparse
from pathlib import Path

import cv2
import numpy as np

from engine.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--assets", type=Path, required=True, metavar="DIR", help="folder with wardrobe and poses.npz")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="how many people (default 100)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same people")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="file of people to write (.npz)")
    parser.add_argument("--contact-sheet", type=Path, metavar="PNG", help="picture of the people, front and back")


def run(args: argparse.Namespace) -> int:
    from engine.training.people import load_people, load_wardrobe, pack_people, sample_person
    from engine.training.people.sheet import contact_sheet

    if args.output is None and args.contact_sheet is None:
        raise UserError("There is nothing to write: pass -o FILE, --contact-sheet PNG, or both.")
    if args.count < 1 or args.seed < 0:
        raise UserError("--count must be at least 1 and --seed at least 0.")
    wardrobe = load_wardrobe(args.assets)
    if args.output is not None:
        pack_people(args.seed, args.count, args.output, wardrobe)
        print(f"{len(load_people(args.output))} people in {args.output}")
    if args.contact_sheet is not None:
        people = (sample_person(np.random.default_rng([args.seed, i]), wardrobe) for i in range(args.count))
        sheet = contact_sheet([person.mesh for person in people])
        if not cv2.imwrite(str(args.contact_sheet), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
            raise UserError(f"{args.contact_sheet} cannot be written: choose another place with --contact-sheet.")
        print(f"Contact sheet in {args.contact_sheet}")
    return 0
