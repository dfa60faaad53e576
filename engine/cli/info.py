"""`python -m engine info`: versions, devices, and the weights with their licences."""

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version

from engine import __version__

PACKAGES = ("torch", "numpy", "mediapipe", "opencv-python-headless", "scipy", "pillow", "trimesh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(_: argparse.Namespace) -> int:
    for title, lines in (("Versions", versions()), ("Devices", devices()), ("Weights", weights())):
        print(f"{title}:", *lines, sep="\n  ")
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
    """The values that --device takes here, each with what it is."""
    import torch

    lines = [f"cpu: {platform.processor() or platform.machine()}, {torch.get_num_threads()} threads"]
    for index in range(torch.cuda.device_count()):
        device = torch.cuda.get_device_properties(index)
        lines.append(f"cuda: {device.name}, {device.total_memory / 2**30:.0f} GiB")
    if torch.backends.mps.is_available():
        lines.append("mps: Apple GPU")
    return lines


def weights() -> list[str]:
    """The weights that --weights takes by name, each with its licence."""
    from engine.weights import available

    return [f"{info.name}: {info.licence}" for info in available()]
