"""The training loop: averaged weights, the best by validation, curves, several processes."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.multiprocessing as processes
from torch import Tensor, nn

from engine.training import parallel
from engine.training.average import MovingAverage
from engine.training.curves import draw_curves
from engine.training.fit import Batch, Fit, FitOptions


def line() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(1, 1)


def batches(slope: float) -> Iterator[Batch]:
    generator = torch.Generator().manual_seed(1)
    while True:
        x = torch.randn(16, 1, generator=generator)
        yield {"x": x, "y": slope * x}


def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
    return {"error": ((module(batch["x"]) - batch["y"]) ** 2).mean()}


def test_the_average_is_that_of_the_weights_it_has_seen() -> None:
    module = nn.BatchNorm1d(1)
    average = MovingAverage(module, decay=0.5)
    values = [3.0, 5.0, 9.0]
    expected = 1.0
    for step, value in enumerate(values, 1):
        nn.init.constant_(module.weight, value)
        module(torch.full((4, 1), value))
        average.update(module)
        share = max(0.5, 9 / (9 + step))
        expected += share * (value - expected)
    assert float(average.module.weight) == pytest.approx(expected)
    assert int(average.module.num_batches_tracked) == 3
    assert 0 < float(average.module.running_mean) < 9


def test_the_best_weights_by_validation_are_kept(tmp_path: Path) -> None:
    module = line()
    targets = iter([3.0, 1.0, 2.0])
    seen: list[float] = []

    def validate(candidate: nn.Module) -> float:
        seen.append(float(candidate.weight.detach()))
        return next(targets)

    fit = Fit(module, tmp_path / "a.fit", FitOptions(1.0, 0.1), validate)
    source = batches(2.0)
    for _ in range(2):
        for _ in range(20):
            fit.update(next(source), loss)
        fit._check({})
    fit.finish({})
    assert float(module.weight.detach()) == pytest.approx(seen[1]), "error 1 was the smallest"


def test_an_interrupted_run_ends_as_one_that_was_not(tmp_path: Path) -> None:
    def run(stops: tuple[int, ...], path: Path) -> Tensor:
        source = batches(2.0)
        for count in stops:
            module = line()
            fit = Fit(module, path, FitOptions(1.0, 0.1))
            for _ in range(count):
                fit.update(next(source), loss)
            fit._save({})
        fit.finish({})
        return module.weight.detach()

    torch.testing.assert_close(run((30,), tmp_path / "a.fit"), run((10, 20), tmp_path / "b.fit"))


def test_the_curves_show_every_term(tmp_path: Path) -> None:
    rows = [{"step": i, "seconds": i, "one": 1 / (i + 1), "two": 5.0, "three": 0.0} for i in range(5)]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    draw_curves(tmp_path / "log.jsonl", tmp_path / "log.png")
    picture = cv2.imread(str(tmp_path / "log.png"))
    assert picture.shape == (480, 960, 3), "three panels, two in a row"
    assert (picture[300:, 40:440] < 128).any()
    assert (picture[240:, 480:] == 255).all()


def learn_together(rank: int, port: int, folder: str) -> None:
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    parallel.join()
    module = line()
    fit = Fit(module, Path(folder) / "shared.fit", FitOptions(1.0, 0.1))
    for _ in range(10):
        fit.update(next(batches(float(rank))), loss)
    torch.save(module.state_dict(), Path(folder) / f"{rank}.pt")
    parallel.leave()


@pytest.mark.slow
def test_two_processes_learn_one_network_from_both_halves(tmp_path: Path) -> None:
    with_port = 29500 + os.getpid() % 1000
    processes.spawn(learn_together, (with_port, str(tmp_path)), nprocs=2)  # type: ignore[no-untyped-call]
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2))
    module = line()
    fit = Fit(module, tmp_path / "one.fit", FitOptions(1.0, 0.1))
    for _ in range(10):
        both = [next(batches(float(rank))) for rank in range(2)]
        fit.update({name: torch.cat([b[name] for b in both]) for name in both[0]}, loss)
    for name, value in module.state_dict().items():
        torch.testing.assert_close(first[name], second[name])
        torch.testing.assert_close(first[name], value, atol=1e-5, rtol=1e-4)
    assert np.isfinite(float(value.sum()))
