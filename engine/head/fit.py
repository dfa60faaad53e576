"""The head of the model that has the landmarks of a face."""

import numpy as np

from engine.head.model import Float64, HeadModel

_ROUNDS = 6
_ACCURACY = 0.004
"""Metres by which landmarks are off, as the fit takes it."""
_INDEPENDENT = 30
"""Number of landmarks whose errors have nothing to do with each other."""
_DEPTH = 0.5
"""Weight of a landmark's depth beside that of its place in the picture."""
_NEAR, _PULLS, _LOOSE = 0.010, 2, 0.3
"""Metres (standard deviation) on which a landmark pulls the surface to itself, how often, and how little it may weigh
before it pulls less."""


def fit_head(model: HeadModel, face: Float64) -> tuple[Float64, float]:
    """The vertices (V, 3; pixels like the landmarks) of the head with a face mesh (468, 3), and pixels per metre.

    A similarity and the model's modes, by regularised least squares; what is left is spread around the landmarks.
    """
    known = model.trusted.astype(float)
    landmarks, modes = model.landmarks(model.mean), model.landmarks(model.modes)
    shape = np.zeros(len(modes))
    for _ in range(_ROUNDS):
        scale, turn, shift = similarity(landmarks + np.tensordot(shape, modes, 1), face, known)
        missing = (face - shift) @ turn.T / scale - landmarks
        flatten = np.eye(3) - (1 - _DEPTH) * np.outer(turn[:, 2], turn[:, 2])
        shape = _modes_of(modes[:, model.trusted] @ flatten, missing[model.trusted] @ flatten)
    vertices = (model.mean + np.tensordot(shape, model.modes, 1)) @ turn * scale + shift
    for _ in range(_PULLS):
        vertices = _pulled(model, vertices, face, _NEAR * scale)
    return vertices, scale


def similarity(source: Float64, target: Float64, weights: Float64) -> tuple[float, Float64, Float64]:
    """Scale, rotation (3, 3) and shift (3,) with scale * source @ rotation + shift nearest to target, both (N, 3)
    (Umeyama, Least-squares estimation of transformation parameters between two point patterns, 1991)."""
    share = weights[:, None] / weights.sum()
    middle, goal = (share * source).sum(axis=0), (share * target).sum(axis=0)
    a, b = source - middle, target - goal
    u, stretch, vt = np.linalg.svd((share * a).T @ b)
    signs = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    turn = u * signs @ vt
    scale = float((stretch * signs).sum() / (share * a * a).sum())
    return scale, turn, goal - scale * middle @ turn


def _modes_of(modes: Float64, missing: Float64) -> Float64:
    """Standard deviations (K,) of the modes (K, N, 3) that explain the displacements (N, 3)."""
    a, b = modes.reshape(len(modes), -1).T, missing.ravel()
    trust = _INDEPENDENT / len(missing) / _ACCURACY**2
    return np.asarray(np.linalg.solve(trust * a.T @ a + np.eye(len(modes)), trust * a.T @ b))


def _pulled(model: HeadModel, vertices: Float64, face: Float64, sigma: float) -> Float64:
    """Vertices moved by what the landmarks nearby still lack."""
    own = model.landmarks(vertices)[model.trusted]
    missing = face[model.trusted] - own
    squares = (vertices**2).sum(axis=1)[:, None] + (own**2).sum(axis=1) - 2 * vertices @ own.T
    weights = np.exp(-squares / (2 * sigma * sigma))
    return vertices + weights @ missing / (weights.sum(axis=1, keepdims=True) + _LOOSE)
