"""The figures of the back's colours."""

import numpy as np
import pytest

from engine.evaluation.far_side import WRONG, back_table, compare_backs

MASK = np.zeros((200, 120), bool)
MASK[20:180, 20:100] = True


def test_the_same_back_is_best() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*MASK.shape, 3)).astype(np.uint8)
    row = compare_backs("same", picture, picture, MASK)
    assert (row.psnr, row.difference, row.wrong) == (100, 0, 0)


def test_only_what_lies_in_the_mask_counts_and_grain_counts_little() -> None:
    true = np.full((*MASK.shape, 3), 120.0)
    made = true + np.random.default_rng(0).normal(0, 10, true.shape)
    made[~MASK] = 0
    row = compare_backs("grain", made, true, MASK)
    assert row.psnr == pytest.approx(20 * np.log10(25.5), abs=0.2)
    assert row.difference < 1
    assert row.wrong == 0


def test_half_a_back_of_another_cloth_is_half_wrong() -> None:
    true = np.full((*MASK.shape, 3), (60.0, 60, 60))
    made = true.copy()
    made[:100] = (200, 30, 40)
    row = compare_backs("half", made, true, MASK)
    assert row.wrong == pytest.approx(0.5, abs=0.08)
    assert row.difference > WRONG
    lines = back_table([row, compare_backs("good", true, true, MASK)]).splitlines()
    assert [line.split()[0] for line in lines] == ["person", "half", "good", "mean"]
    assert float(lines[-1].split()[-1]) == pytest.approx(row.wrong / 2, abs=1e-3)
