"""`python -m engine worker`: serves reconstructions to another program; see `engine.worker.protocol`."""

import argparse

from engine.cli.numbers import number
from engine.worker.backend import Backend
from engine.worker.process import serve_process


def add_arguments(parser: argparse.ArgumentParser) -> None:
    seconds = number(float, 0.1, 86400, "a time in seconds")
    parser.add_argument("--idle", type=seconds, metavar="SECONDS", help="end after so long without a request (never)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until the client goes, says so, or is idle for long."""
    serve_process(Backend(), arguments.idle)
    return 0
