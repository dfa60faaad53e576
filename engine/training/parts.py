"""Stage 2 of the training: the five part networks, on crops of full-size views."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.networks.graph import TwoK2K
from engine.networks.parts import PARTS
from engine.training.colors import varied
from engine.training.fit import Batch
from engine.training.losses import normal_loss
from engine.training.precision import mixed

GROUPS = {"face": (0,), "upper": (1,), "arm": (2, 3, 4, 5), "leg": (6, 7, 8, 9), "shoe": (10, 11)}
"""Part networks and the parts that they serve."""

WINDOW = 128
"""Side of the training windows cut from the crops; a multiple of 8."""


class Parts(nn.Module):
    """The five part networks under the names that `TwoK2K` gives them."""

    def __init__(self, network: TwoK2K) -> None:
        super().__init__()
        for group in GROUPS:
            self.add_module(f"img2normal_{group}", getattr(network, f"img2normal_{group}"))


def share(module: nn.Module) -> None:
    """Give all five the face network's weights: they begin as one network that has seen every part."""
    source = module.get_submodule("img2normal_face").state_dict()
    for group in GROUPS:
        module.get_submodule(f"img2normal_{group}").load_state_dict(source)


def crops_file(folder: Path, part: int) -> Path:
    """Crops of one part from all views: (N, 13, h, w) uint8; see `batches` for the channels."""
    return folder / f"part{part:02}.npy"


def batches(folders: Sequence[Path], batch: int, seed: int) -> Iterator[Batch]:
    """Endless windows, those of a batch from the parts of one random group.

    Channels of the crops: 0-2 picture, 3-5 coarse front normals, 6-11 true normals front and back, 12 mask.
    """
    rng = np.random.default_rng(seed)
    crops = [{i: np.load(crops_file(f, i), mmap_mode="r") for i in range(len(PARTS))} for f in folders]
    while True:
        group = list(GROUPS)[rng.integers(len(GROUPS))]
        chosen = [crops[rng.integers(len(crops))][int(rng.choice(GROUPS[group]))] for _ in range(batch)]
        windows = [_window(source, rng) for source in chosen]
        x = torch.from_numpy(np.stack(windows)).float() / 255
        inputs = torch.cat([(varied(x[:, :3], rng) * x[:, 12:] - 0.5) / 0.5, x[:, 3:6]], 1)
        yield {"inputs": inputs, "normals": x[:, 6:12], "mask": x[:, 12:], "group": torch.tensor(_index(group))}


def _index(group: str) -> int:
    return list(GROUPS).index(group)


def _window(crops: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random window with person in it (best of three draws)."""
    n, _, height, width = crops.shape
    best, most = None, -1
    for _ in range(3):
        y, x = int(rng.integers(height - WINDOW + 1)), int(rng.integers(width - WINDOW + 1))
        window = crops[int(rng.integers(n)), :, y : y + WINDOW, x : x + WINDOW]
        if (covered := int(window[12].sum())) > most:
            best, most = window, covered
    assert best is not None
    return np.array(best)


def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """0.85 L1 + 0.15 SSIM of the normals of the part's own network."""
    return _loss(module, batch, _group(batch))


def shared_loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """The same, but the face network learns from every part; see `Parts.share`."""
    return _loss(module, batch, "face")


def _loss(module: nn.Module, batch: Batch, group: str) -> dict[str, Tensor]:
    network = module.get_submodule(f"img2normal_{group}")
    with mixed(batch["inputs"]):
        predicted = network(batch["inputs"].contiguous(memory_format=torch.channels_last))
    return {group: normal_loss(predicted.float(), batch["normals"], batch["mask"])}


def panels(module: nn.Module, batch: Batch) -> list[Tensor]:
    """Picture and normals in front and behind of windows, beside the truth."""
    return _panels(module, batch, _group(batch))


def shared_panels(module: nn.Module, batch: Batch) -> list[Tensor]:
    """The same for `shared_loss`."""
    return _panels(module, batch, "face")


def _panels(module: nn.Module, batch: Batch, group: str) -> list[Tensor]:
    predicted = module.get_submodule(f"img2normal_{group}")(batch["inputs"])
    pairs = [(predicted[:, k : k + 3], batch["normals"][:, k : k + 3]) for k in (0, 3)]
    return [batch["inputs"][:, :3] / 2 + 0.5, *(panel * batch["mask"] for pair in pairs for panel in pair)]


def _group(batch: Batch) -> str:
    return list(GROUPS)[int(batch["group"])]
