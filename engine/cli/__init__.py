"""The commands of `python -m engine`, one module each, imported only when asked for.

A command's module has `add_arguments(parser)` and `run(arguments) -> int`. Exit codes: 0 done; 1 internal error;
2 a mistake the user can mend, told in one sentence on stderr; 3 done, but some of many pictures or checks failed, each
named; 130 interrupted.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from engine import __version__
from engine.errors import Cancelled, UserError, internal_error
from engine.native import YIELDING

COMMANDS = {
    "reconstruct": "turn a photo of a person into a 3D mesh",
    "info": "show versions, devices, and the weights with their licences; check that all of it works",
    "weights": "list, import, download, verify or remove network weights",
    "check": "tell whether a mesh is closed, manifold and free of crossing faces",
    "evaluate": "measure a mesh against the truth",
    "bench": "measure seconds and memory, stage by stage",
    "synthesize": "make synthetic people for training",
    "train": "train a network on synthetic people",
    "worker": "serve reconstructions on stdin and stdout (used by the Blender extension)",
}

INTERNAL_ERROR, USER_ERROR, SOME_FAILED, INTERRUPTED = 1, 2, 3, 130

_REMEDY = "run the engine with the Python that build.py set up in .venv."


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence without the usage text."""

    def error(self, message: str) -> NoReturn:
        self.exit(USER_ERROR, f"{message[:1].upper()}{message[1:]}; see '{self.prog} --help'.\n")


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; errors become one sentence on stderr (--debug: and the traceback)."""
    os.environ.update({name: value for name, value in YIELDING.items() if name not in os.environ})
    try:
        options = _parser(arguments).parse_args(arguments)
        return options.run(options)
    except SystemExit as end:  # argparse has printed its help or error
        return int(end.code or 0)
    except (Exception, KeyboardInterrupt) as error:
        if "--debug" in arguments:
            traceback.print_exc()
        code, message = _explain(error)
        _tell(message)
        return code


def _explain(error: BaseException) -> tuple[int, str]:
    """The exit code and the sentence for an error that ended a command."""
    match error:
        case UserError():
            return USER_ERROR, str(error)
        case Cancelled() | KeyboardInterrupt():
            return INTERRUPTED, "Interrupted."
        case ModuleNotFoundError():
            return USER_ERROR, f"The Python package {error.name} is missing in {sys.executable}; {_REMEDY}"
        case _:
            return INTERNAL_ERROR, f"{internal_error(error)}; run it again with --debug, and send what that prints."


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The whole command line; only the chosen command's module is imported and adds its arguments."""
    parser = _Parser(prog="python -m engine", description="Turn a photo of a person into a 3D human.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        command.add_argument("--debug", action="store_true", help="show a traceback on errors")
        if name in arguments[:1]:
            module = import_module(f"engine.cli.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _tell(message: str) -> None:
    """Print to stderr, in place of the progress line that a terminal may show."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print(message, file=sys.stderr)
