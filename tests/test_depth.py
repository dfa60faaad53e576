"""What happens when a device's memory does not suffice. The device is the processor under another name."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import depth
from engine.errors import UserError
from engine.networks import inference
from engine.networks.devices import MemoryExhausted
from engine.networks.graph import GraphConfig, TwoK2K
from engine.networks.parts import Region
from engine.self_check import _small_body
from engine.types import Maps
from engine.weights import registry, save

Limit = Callable[[Callable[[Region], bool]], list[str]]


class Graphics:
    """Stands for a graphics card: a name that differs from the processor's."""

    type = "cuda"

    def __str__(self) -> str:
        return "cuda:0"


@pytest.fixture(autouse=True)
def _weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "BUNDLED", tmp_path)
    torch.manual_seed(0)
    metadata = {"licence": "CC0-1.0", "source": "chance"}
    save(TwoK2K(GraphConfig(1 / 16, prior=True)).eval(), tmp_path / "default.safetensors", metadata)
    depth.release_networks()
    yield
    depth.release_networks()


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A graphics card, and the devices onto which a network was loaded, in order."""
    devices: list[str] = []

    def load(weights: str, device: object) -> object:
        devices.append(str(device))
        return registry.load(weights, "cpu")

    monkeypatch.setattr(depth, "pick_device", lambda name: depth.CPU if name == "cpu" else Graphics())
    monkeypatch.setattr(depth, "load", load)
    monkeypatch.setattr(depth, "release_memory", lambda device: None)
    return devices


@pytest.fixture
def limit(loaded: list[str], monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Lets the memory be exhausted at tiles for which a condition holds."""
    whole = inference.refine_tile

    def set_limit(is_too_much: Callable[[Region], bool]) -> list[str]:
        def refine(network: object, depths: object, normals_of: object, tile: Region) -> object:
            if is_too_much(tile):
                raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
            return whole(network, depths, normals_of, tile)

        monkeypatch.setattr(inference, "refine_tile", refine)
        return loaded

    return set_limit


def estimate(device: str = "auto") -> tuple[Maps, tuple[str, ...]]:
    maps, info, warnings = depth.estimate_depth(_small_body(), "default", device)
    assert info.name == "default"
    return maps, warnings


def is_large(tile: Region) -> bool:
    return tile.bottom - tile.top > 64


def test_enough_memory_needs_no_warning(loaded: list[str]) -> None:
    assert estimate()[1] == ()
    assert loaded == ["cuda:0"]


def test_little_memory_is_spared_and_told(limit: Limit) -> None:
    plain, _ = estimate()
    loaded = limit(is_large)
    spared, warnings = estimate()
    assert warnings == (depth.SPARING.format("cuda:0"),)
    assert set(loaded) == {"cuda:0"}
    np.testing.assert_allclose(spared.front, plain.front, atol=1e-4)
    np.testing.assert_allclose(spared.back, plain.back, atol=1e-4)


def test_too_little_memory_leads_to_the_processor_and_is_told(limit: Limit) -> None:
    loaded = limit(lambda _: loaded[-1] == "cuda:0")
    maps, warnings = estimate()
    assert loaded == ["cuda:0", "cuda:0", "cpu"]
    assert warnings == (depth.ON_CPU.format("cuda:0"),)
    assert maps.mask.any()


def test_card_too_full_for_the_network_itself(loaded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def load(weights: str, device: object) -> object:
        if str(device) == "cuda:0":
            raise MemoryExhausted("The memory of the device 'cuda:0' is not enough.")
        return registry.load(weights, "cpu")

    monkeypatch.setattr(depth, "load", load)
    depth.preload("default", "auto")
    assert estimate()[1] == (depth.ON_CPU.format("cuda:0"),)


def test_next_photo_tries_the_card_again(limit: Limit) -> None:
    full = True
    loaded = limit(lambda _: full and loaded[-1] == "cuda:0")
    assert estimate()[1]
    full = False
    assert estimate()[1] == ()
    assert loaded[-1] == "cuda:0"


def test_nothing_helps_is_one_sentence(limit: Limit) -> None:
    limit(lambda _: True)
    with pytest.raises(UserError, match="memory of the device 'cpu' is not enough; close other programs"):
        estimate()


def test_other_errors_are_not_taken_for_lack_of_memory(limit: Limit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the shapes do not fit")

    monkeypatch.setattr(inference, "refine_tile", fail)
    with pytest.raises(RuntimeError, match="shapes"):
        estimate()
