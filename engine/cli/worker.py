"""`python -m engine worker`: serves reconstructions to another program; see `engine.worker.protocol`."""

import argparse

from engine.worker.backend import Backend
from engine.worker.process import serve_process


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--idle", type=float, metavar="SECONDS", help="end after so long without a request (never)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until the client goes, says so, or is idle for long."""
    serve_process(Backend(), arguments.idle)
    return 0
