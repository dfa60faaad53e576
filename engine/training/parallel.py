"""Data-parallel training: several processes, started with `torchrun`, learn one network from batches of their own."""

import os

import torch
import torch.distributed as dist
from torch import nn


def join() -> None:
    """Meet the other processes that `torchrun` has started; a single process does nothing."""
    if size() > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")


def leave() -> None:
    """Part from the other processes once all are done: the first to end takes the meeting place with it, and one that
    still speaks there is aborted."""
    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()


def size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """This process's number; 0 writes the files."""
    return int(os.environ.get("RANK", "0"))


def device(name: str) -> str:
    """The device of this process: `cuda` becomes its own GPU."""
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if name == "cuda" else name


def average_gradients(module: nn.Module) -> None:
    """Replace every gradient by its mean over all processes; one that a process does not have counts as 0."""
    if size() == 1:
        return
    for parameter in module.parameters():
        gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        dist.all_reduce(gradient)
        parameter.grad = gradient / size()


def agreed(value: float) -> float:
    """The first process's value, so that all end together."""
    if size() == 1:
        return value
    box = [value]
    dist.broadcast_object_list(box)
    return float(box[0])
