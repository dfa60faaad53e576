"""Colours that tell person and surroundings apart in one part of a picture and not in another."""

import numpy as np

from engine.person.local_colors import color_evidence


def test_evidence_is_local() -> None:
    """Dark is inside in the upper half and outside in the lower half."""
    shape = (200, 200)
    rows, columns = np.indices(shape)
    inside = columns < 100
    dark = inside == (rows < 100)
    colors = np.where(dark[..., None], np.float32([20, 0, 0]), np.float32([80, 0, 0]))
    evidence = color_evidence(colors, inside, np.ones(shape, np.float32), np.ones(shape, bool), 16.0)
    found = evidence.reshape(shape)
    clear = np.abs(rows - 100) > 50
    assert ((found > 0) == inside)[clear].all()
    assert np.abs(found[clear]).min() > 1


def test_a_colour_on_both_sides_says_nothing() -> None:
    shape = (60, 60)
    colors = np.full((*shape, 3), 50, np.float32)
    inside = np.indices(shape)[1] < 30
    evidence = color_evidence(colors, inside, np.ones(shape, np.float32), np.ones(shape, bool), 8.0)
    assert np.abs(evidence).max() < 0.01


def test_what_has_no_weight_is_no_example() -> None:
    shape = (60, 60)
    inside = np.indices(shape)[1] < 30
    colors = np.where(inside[..., None], np.float32([20, 0, 0]), np.float32([80, 0, 0]))
    colors[:, 30:35] = colors[0, 0]
    weight = np.ones(shape, np.float32)
    weight[:, 30:35] = 0
    strip = np.zeros(shape, bool)
    strip[:, 30:35] = True
    assert color_evidence(colors, inside, weight, strip, 8.0).min() > 2
