"""The command line: `python -m engine COMMAND ...`."""

import os
import sys

from engine.cli import main
from engine.native import YIELDING

os.environ.update({name: value for name, value in YIELDING.items() if name not in os.environ})
sys.exit(main(sys.argv[1:]))
