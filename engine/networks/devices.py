"""The device to compute on, and what to say when its memory runs out."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.errors import UserError

NAMES = ("auto", "cuda", "mps", "cpu")

MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "ALLOC_FAILED")
"""What torch, CUDA's libraries and the C library say of exhausted memory in errors of other types."""


class MemoryExhausted(UserError):
    """The memory of a device is not enough."""


def _is_usable(device: torch.device) -> bool:
    """Whether a trivial computation works there: drivers, old hardware and busy devices fail in many ways."""
    try:
        return bool((torch.ones(1, device=device) + 1).item() == 2)
    except (RuntimeError, AssertionError, NotImplementedError):
        return False


def available_devices() -> list[torch.device]:
    """Usable devices, the fastest first; the CPU is always the last."""
    devices = []
    if torch.cuda.is_available():
        devices += [torch.device("cuda", i) for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append(torch.device("mps"))
    return [d for d in devices if _is_usable(d)] + [torch.device("cpu")]


def pick_device(name: str = "auto") -> torch.device:
    """'auto', 'cuda', 'cuda:1', 'mps' or 'cpu' -> device. Raises UserError where it is unknown or absent."""
    kind, _, index = name.partition(":")
    if kind not in NAMES or (index and not (kind == "cuda" and index.isdecimal())):
        raise UserError(f"There is no device called '{name}'; choose auto, cuda, mps or cpu.")
    devices = available_devices()
    matching = [d for d in devices if kind in ("auto", d.type) and (not index or d.index == int(index))]
    if not matching:
        raise UserError(f"The device '{name}' is not usable because {_why_absent(kind)}, or the device auto or cpu.")
    return matching[0]


def _why_absent(kind: str) -> str:
    """What is wrong with a kind of device, and what would help."""
    if kind == "mps":
        return "it needs a Mac with an Apple processor; choose cuda"
    if torch.version.cuda is None:
        return "this torch is built without CUDA; choose an engine Python whose torch has it"
    if not torch.cuda.is_available():
        return "torch finds no NVIDIA graphics card; check its driver"
    return "no such card computes; close other programs that use it, update its driver"


def _is_memory_error(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or any(words in str(error) for words in MEMORY_WORDS)


def release_memory(device: torch.device) -> None:
    """Give cached memory that no tensor uses back to the system."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


@contextmanager
def memory_errors(device: torch.device) -> Iterator[None]:
    """Turns an exhausted device memory into MemoryExhausted, after everything inside the block is freed."""
    exhausted = False
    try:
        yield
    except MemoryError:
        exhausted = True
    except RuntimeError as error:
        if not _is_memory_error(error):
            raise
        exhausted = True
    # Outside of the handler the traceback, and with it every tensor of the frames it held, is gone.
    if exhausted:
        release_memory(device)
        remedy = "close other programs" if device.type == "cpu" else "close other programs or choose the device cpu"
        raise MemoryExhausted(f"The memory of the device '{device}' is not enough; {remedy} and try again.")
