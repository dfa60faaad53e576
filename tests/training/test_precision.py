"""Half precision in training, where the processor has it."""

import pytest
import torch

from engine.training.precision import mixed


@pytest.mark.parametrize(("capability", "expected"), [("AVX2", torch.float32), ("AVX512", torch.bfloat16)])
def test_a_processor_without_it_is_not_made_to_imitate_it(
    monkeypatch: pytest.MonkeyPatch, capability: str, expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    matrix = torch.ones(4, 4)
    with mixed(matrix):
        assert (matrix @ matrix).dtype == expected
