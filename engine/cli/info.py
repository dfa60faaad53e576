"""`python -m engine info`: versions, devices, and the weights with their licences."""

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version

from engine import __version__

PACKAGES = ("torch", "numpy", "mediapipe", "opencv-python-headless", "scipy", "pillow", "trimesh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="let every part work for a moment, too")


def run(arguments: argparse.Namespace) -> int:
    for title, lines in (("Versions", versions()), ("Devices", devices()), ("Weights", weights())):
        print(f"{title}:", *lines, sep="\n  ")
    if arguments.check:
        print("Check:", *check(), sep="\n  ")
    return 0


def versions() -> list[str]:
    """This project's version, Python's, and those of the packages that results depend on."""
    lines = [f"2k2k {__version__}", f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    return lines + [f"{name} {_version(name)}" for name in PACKAGES]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is missing"


def devices() -> list[str]:
    """The values that --device takes here, each with what it is and its memory; the first is what "auto" takes."""
    from engine.device_info import device_infos

    return [f"{info.name}: {info.label}, {_memory(info.free, info.total)}" for info in device_infos()]


def _memory(free: int, total: int) -> str:
    return f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free" if free else f"{total / 2**30:.1f} GiB"


def check() -> list[str]:
    """That every part works, and what could be better. Raises UserError with a remedy where one does not."""
    from engine.self_check import self_check

    checked = self_check()
    return [f"everything works, on {checked.device} in {checked.seconds:.1f} s", *checked.warnings]


def weights() -> list[str]:
    """The weights that --weights takes by name, each with its licence."""
    from engine.weights import available

    return [f"{info.name}: {info.licence}" for info in available()]
