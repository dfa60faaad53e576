"""Reads and writes weight files. Every file is untrusted: bounded, never executed, checked against the graph."""

import hashlib
import os
import time
import warnings
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import DiskError, UserError
from engine.networks.graph import GraphConfig, TwoK2K

MAX_BYTES = 2 * 1024**3
"""Larger files are refused; the published checkpoint with its optimiser's state is below 1 GiB."""

MAX_METADATA = 100_000
PREFIX = "module."
PART = ".part"
"""Ends the names of unfinished files."""
DAY = 24 * 3600
COUNTER = "num_batches_tracked"
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)

State = dict[str, Tensor]


def read(path: Path) -> tuple[State, dict[str, str]]:
    """Tensors (checked, names without prefix) and metadata (empty for .pth files) of a weight file.

    Raises UserError where the file is unreadable, too large, malicious or not a 2K2K network.
    """
    _check_size(path)
    tensors, metadata = _read_safetensors(path) if _is_safetensors(path) else (_read_pickle(path), {})
    return _checked(tensors, path), metadata


def read_metadata(path: Path) -> dict[str, str]:
    """Metadata of a safetensors file. Raises UserError where it is unreadable."""
    _check_size(path)
    try:
        with safe_open(path, "pt") as file:
            return _bounded(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise _damaged(path) from error


def write(state: Mapping[str, Tensor], metadata: Mapping[str, str], path: Path) -> None:
    """Write a safetensors file with the digest of its tensors, all of it or nothing.

    Raises UserError where the folder cannot be written or is full.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _delete_old_parts(path.parent)
        save_file(tensors, part, {**metadata, "sha256": digest(tensors)})
        os.replace(part, path)
    except (SafetensorError, OSError) as error:
        message = f"The weights cannot be written to {path.parent}; check its free space and your permissions."
        raise DiskError(message) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _delete_old_parts(folder: Path) -> None:
    """Delete what processes that were killed while they wrote have left behind."""
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > DAY:
                part.unlink()


def digest(state: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, types, shapes and values of the tensors (not of the file around them)."""
    sha = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].contiguous()
        sha.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        sha.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return sha.hexdigest()


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError:
        size = None
    if size is None:
        raise UserError(f"There is no file {path}; choose a checkpoint file.")
    if size > MAX_BYTES:
        raise _too_large(path)


def _is_safetensors(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(9)[8:] == b"{"
    except OSError as error:
        raise _damaged(path) from error


def _read_safetensors(path: Path) -> tuple[State, dict[str, str]]:
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, _bounded(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _damaged(path) from error


def _bounded(metadata: dict[str, str]) -> dict[str, str]:
    return metadata if sum(map(len, metadata.values())) <= MAX_METADATA else {}


def _read_pickle(path: Path) -> State:
    """The state dict of a .pth file; only plain containers and tensors can come out of it."""
    try:
        with warnings.catch_warnings(action="ignore"):
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=_is_plain_zip(path))
    except Exception as error:  # a crafted file can raise anything
        raise _damaged(path) from error
    state = content.get("model_state_dict", content) if isinstance(content, dict) else None
    if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
        raise _foreign(path)
    return {name.removeprefix(PREFIX): value for name, value in state.items()}


def _is_plain_zip(path: Path) -> bool:
    """Whether the file is a zip without compression, as torch writes them; a compressed one could be a bomb."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as file:
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in file.infolist()):
            raise ValueError("compressed entries")
    return True


def _checked(state: Mapping[str, Any], path: Path) -> State:
    if any(not _is_plain(value) for value in state.values()):
        raise _foreign(path)
    with torch.device("meta"):
        expected = TwoK2K(GraphConfig.of(state)).state_dict()
    if state.keys() != expected.keys() or any(state[name].shape != expected[name].shape for name in expected):
        raise _foreign(path)
    if sum(tensor.nbytes for tensor in state.values()) > MAX_BYTES:  # views can be larger than their file
        raise _too_large(path)
    if any(not _is_sound(name, tensor) for name, tensor in state.items()):
        raise UserError(f"{path.name} holds broken numbers; get the file again.")
    return {name: state[name] for name in expected}


def _is_plain(value: object) -> bool:
    return isinstance(value, Tensor) and value.layout == torch.strided and value.device.type == "cpu"


def _is_sound(name: str, tensor: Tensor) -> bool:
    if name.endswith(COUNTER):
        return tensor.dtype == torch.int64
    sound = tensor.dtype in FLOATS and bool(torch.isfinite(tensor).all())
    return sound and not (name.endswith("running_var") and bool((tensor < 0).any()))


def _too_large(path: Path) -> UserError:
    return UserError(f"{path.name} is larger than {MAX_BYTES // 1024**3} GiB; choose a 2K2K checkpoint.")


def _damaged(path: Path) -> UserError:
    return UserError(f"{path.name} cannot be read as a checkpoint; get the file again.")


def _foreign(path: Path) -> UserError:
    return UserError(f"{path.name} does not hold the weights of a 2K2K network; choose a 2K2K checkpoint.")
