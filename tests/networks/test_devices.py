"""Choice of the device and exhausted memory."""

import pytest
import torch

from engine.errors import UserError
from engine.networks.devices import available_devices, memory_errors, pick_device

CPU = torch.device("cpu")


def test_cpu_is_always_there() -> None:
    assert pick_device("cpu") == CPU
    assert available_devices()[-1] == CPU
    assert pick_device("auto") == available_devices()[0]


@pytest.mark.parametrize("name", ["", "gpu", "cpu:1", "cuda:x", "cuda:-1", "xla", "cuda:999"])
def test_unknown_or_absent_device(name: str) -> None:
    with pytest.raises(UserError):
        pick_device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_absent_cuda() -> None:
    with pytest.raises(UserError, match="cuda"):
        pick_device("cuda")


def test_exhausted_memory_is_told_in_one_sentence() -> None:
    with pytest.raises(UserError, match="memory"), memory_errors(CPU):
        torch.empty(2**62, dtype=torch.uint8)


def test_other_errors_pass() -> None:
    with pytest.raises(RuntimeError, match="shape"), memory_errors(CPU):
        torch.empty(3).reshape(2, 2)
