"""Seconds and peak memory of the stages of a run, by wrapping the functions that do them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any
from unittest.mock import patch

import psutil
import torch

_INTERVAL = 0.005
"""Seconds between two looks at the memory."""

MIB = 2**20


@dataclass
class Cost:
    """seconds: in all calls. memory: largest resident memory of the process meanwhile, MiB. device_memory: largest
    memory of tensors on a GPU, MiB (0 on the CPU)."""

    seconds: float = 0.0
    memory: float = 0.0
    device_memory: float = 0.0


class Meter:
    """Adds up what each stage costs."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count everything in the block as `name`; stages do not nest."""
        cost = self.costs.setdefault(name, Cost())
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
        with _watched_memory() as peak:
            start = time.perf_counter()
            yield
            if torch.cuda.is_available():
                torch.cuda.synchronize()
                cost.device_memory = max(cost.device_memory, torch.cuda.max_memory_allocated() / MIB)
            cost.seconds += time.perf_counter() - start
        cost.memory = max(cost.memory, peak())

    @contextmanager
    def watching(self, functions: Mapping[str, str]) -> Iterator[None]:
        """Count the calls of functions, given as "module:name", as the stages that they are mapped to."""
        with ExitStack() as stack:
            for place, stage in functions.items():
                module, name = place.split(":")
                owner = import_module(module)
                stack.enter_context(patch.object(owner, name, self._counted(getattr(owner, name), stage)))
            yield

    def _counted(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            with self.stage(stage):
                return function(*args, **kwargs)

        return counted


def resident_memory() -> float:
    """Of this process, MiB."""
    return psutil.Process().memory_info().rss / MIB


@contextmanager
def _watched_memory() -> Iterator[Callable[[], float]]:
    """The largest resident memory (MiB) since the block began, looked at by a second thread."""
    done, largest = threading.Event(), resident_memory()

    def watch() -> None:
        nonlocal largest
        while not done.wait(_INTERVAL):
            largest = max(largest, resident_memory())

    thread = threading.Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield lambda: max(largest, resident_memory())
    finally:
        done.set()
        thread.join()
