"""Half precision where it is faster."""

import torch
from torch import Tensor


def mixed(like: Tensor) -> torch.autocast:
    """Networks compute in bfloat16 on the device of a tensor, but for processors that would have to imitate it."""
    device = like.device.type
    fast = device != "cpu" or torch.backends.cpu.get_cpu_capability().startswith(("AVX512", "AMX"))
    return torch.autocast(device, torch.bfloat16, enabled=fast)
