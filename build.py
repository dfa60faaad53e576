#!/usr/bin/env python3
"""Set up, show, test and package the project: `python build.py COMMAND`. Needs nothing but Python."""

import argparse
import sys
from pathlib import Path

if sys.version_info < (3, 10):
    sys.exit("build.py needs Python 3.10 or newer (and Python 3.11 for the environments); install Python 3.11.")

from build_steps import checks, demo, environments, extension, targets, wheels


def main(arguments: list[str]) -> int:
    """Run one command; the exit code is 0, or 1 with one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except environments.BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser("demo", help="reconstruct a photo and put the person into a Blender scene")
    command.add_argument("photo", nargs="?", type=Path, default=demo.SAMPLE, help="a picture of a person (a sample)")
    command.add_argument("-o", "--output", type=Path, default=Path("demo"), metavar="DIR", help="folder (%(default)s)")
    command.set_defaults(run=lambda options: demo.run(options.photo, options.output))

    command = commands.add_parser("test", help="check style and types and run every test")
    command.set_defaults(run=lambda _: checks.run())

    command = commands.add_parser("wheels", help="gather the wheels that the extension ships")
    _add_target(command)
    command.set_defaults(run=lambda options: wheels.gather(_target(options)))

    command = commands.add_parser("extension", help="build the installable Blender extension")
    _add_target(command)
    kind = command.add_mutually_exclusive_group()
    kind.add_argument(
        "--light", action="store_true", help="without packages, for every platform, whatever else is said"
    )
    kind.add_argument("--all", action="store_true", help="build every zip there is, whatever else is said")
    command.set_defaults(run=_build_extension)
    return parser


def _add_target(command: argparse.ArgumentParser) -> None:
    command.add_argument("--platform", choices=targets.PLATFORMS, help="where Blender runs (default: this platform)")
    command.add_argument(
        "--python", default="3.11", choices=targets.PYTHONS, help="3.11: Blender 4.2 to 5.0; 3.13: 5.1 on"
    )
    command.add_argument("--cuda", action="store_true", help="with CUDA for NVIDIA's graphics cards")


def _build_extension(options: argparse.Namespace) -> None:
    if options.all:
        extension.build_all()
    else:
        extension.build(None if options.light else _target(options))


def _target(options: argparse.Namespace) -> targets.Target:
    return targets.chosen(options.platform, options.python, options.cuda)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
