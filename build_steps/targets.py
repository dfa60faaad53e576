"""Where the extension's zips can be installed: a platform, a Python, with CUDA or without."""

import platform as machine
from dataclasses import dataclass

from build_steps.environments import BuildError


@dataclass(frozen=True)
class Torch:
    """Where torch comes from: `list`, a locked list; or else `build`, as in 2.13.0+cpu, in an index the user names."""

    list: str = ""
    build: str = ""


_GLIBC = ("manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in range(17, 29)))
"""Up to 2.28, which Blender itself asks for."""

PLATFORMS = {"linux-x64": _GLIBC, "windows-x64": ("win_amd64",), "macos-arm64": ("macosx_14_0_arm64",)}
"""Blender's name of each platform, and pip's tags, any of which will do."""

PYTHONS = {"3.11": ("4.2.0", "5.1.0"), "3.13": ("5.1.0", "")}
"""The first Blender with each Python, and the first one after it; empty where there is none yet."""

TORCH = {
    ("linux-x64", False): Torch(build="+cpu"),
    ("windows-x64", False): Torch("extension-torch"),
    ("macos-arm64", False): Torch("extension-torch"),
    ("linux-x64", True): Torch("extension-cuda"),
    ("windows-x64", True): Torch(build="+cu130"),
}
"""By platform, without and with CUDA (which macOS has not)."""


@dataclass(frozen=True)
class Target:
    """Where a zip can be installed. Each is a zip of its own, because scipy and torch have a wheel for each Python."""

    platform: str
    python: str
    cuda: bool = False

    @property
    def name(self) -> str:
        return f"{self.platform}-py{self.python.replace('.', '')}{'-cuda' if self.cuda else ''}"

    @property
    def tags(self) -> tuple[str, ...]:
        return PLATFORMS[self.platform]

    @property
    def torch(self) -> Torch:
        return TORCH[self.platform, self.cuda]

    @property
    def lists(self) -> tuple[str, ...]:
        """The locked lists that hold all of it with hashes, but for a torch from an index that the user names."""
        return ("extension", self.torch.list) if self.torch.list else ("extension",)

    @property
    def blender(self) -> tuple[str, str]:
        return PYTHONS[self.python]


TARGETS = {target.name: target for key in TORCH for python in PYTHONS for target in [Target(key[0], python, key[1])]}
"""Every zip there is, by name."""


def chosen(platform: str | None, python: str, cuda: bool) -> Target:
    """One target; without a platform, this machine's. Raises BuildError where there is none."""
    target = Target(platform or this_platform(), python, cuda)
    if target.name not in TARGETS:
        raise BuildError(f"There is no CUDA for {target.platform}; leave --cuda out (torch uses Apple's own graphics).")
    return target


def this_platform() -> str:
    """Blender's name of this machine's platform. Raises BuildError where there is no zip for it."""
    here = (machine.system(), machine.machine())
    known = {
        ("Linux", "x86_64"): "linux-x64",
        ("Windows", "AMD64"): "windows-x64",
        ("Darwin", "arm64"): "macos-arm64",
    }
    if here not in known:
        raise BuildError(f"There is no zip for {' '.join(here)}; name a platform with --platform.")
    return known[here]
