"""What the user may want to know about the devices: their names and memory."""

import platform
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.networks.devices import available_devices
from engine.system_memory import system_memory


@dataclass(frozen=True)
class DeviceInfo:
    """name: what it is chosen by. label: what it is. free, total: bytes of its memory, 0 = unknown."""

    name: str
    label: str
    free: int
    total: int


def device_infos() -> list[DeviceInfo]:
    """All usable devices, the one that "auto" takes first."""
    return [DeviceInfo(str(device), _label(device), *_memory(device)) for device in available_devices()]


def _label(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple graphics"
    threads = torch.get_num_threads()
    return f"{_processor()}, {threads} thread{'s' if threads > 1 else ''}"


def _processor() -> str:
    """The processor's name, or its kind where the system does not tell the name."""
    return _model_name(Path("/proc/cpuinfo")) or platform.processor() or platform.machine()


def _model_name(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip()[:60] for line in lines if line.startswith("model name")), "")


def _memory(device: torch.device) -> tuple[int, int]:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)
    if device.type == "mps":
        total = torch.mps.recommended_max_memory()
        return max(total - torch.mps.driver_allocated_memory(), 0), total
    return system_memory()
