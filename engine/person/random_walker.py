"""Random walks with priors (Grady, "Multilabel random walker image segmentation using prior models", CVPR 2005).

Of two neighbours alike in colour one is as much inside as the other; guesses are evened out over such areas and end at
edges.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import LinearOperator, cg

Bool = NDArray[np.bool_]
Float = NDArray[np.float32]

_LEAST = 0.01
"""Weight of the edge between neighbours of the most different colours; it is 1 between two of the same."""
_TOLERANCE = 1e-2
_STEPS = 200


def random_walk(colors: Float, guess: Float, unknown: Bool, pull: float) -> Float:
    """The probability (H, W) of being inside.

    colors: (H, W, 3). guess: (H, W) in [0, 1]; it is certain except where `unknown`. pull: weight of the guess at one
    pixel; in areas of one colour it is evened out over about 1 / sqrt(pull) pixels.
    """
    count = int(unknown.sum())
    if not count:
        return guess
    number = np.full(unknown.shape, -1)
    number[unknown] = np.arange(count)
    first, second, weight = _edges(colors, number)
    ends, starts, weight = np.concatenate([first, second]), np.concatenate([second, first]), np.tile(weight, 2)
    index, value = number.ravel(), guess.ravel().astype(np.float64)
    near, known = index[starts] >= 0, index[ends] < 0
    own, weight, ends, known = index[starts[near]], weight[near], ends[near], known[near]
    degree = pull + np.bincount(own, weight, count)
    wanted = pull * value[unknown.ravel()] + np.bincount(own[known], weight[known] * value[ends[known]], count)
    links = coo_matrix((weight[~known], (own[~known], index[ends[~known]])), (count, count))
    inverse = LinearOperator((count, count), lambda v: v.ravel() / degree, dtype=np.float64)
    start = value[unknown.ravel()]
    found, _ = cg((diags(degree) - links).tocsr(), wanted, start, rtol=_TOLERANCE, maxiter=_STEPS, M=inverse)
    result = guess.copy()
    result[unknown] = np.clip(found, 0, 1)
    return result


def _edges(colors: Float, number: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray]:
    """Pixels (flat indices) that are neighbours, of which one is unknown at least, and the weights of their edges."""
    flat = np.arange(number.size).reshape(number.shape)
    pairs = [(flat[:-1], flat[1:]), (flat[:, :-1], flat[:, 1:])]
    first, second = (np.concatenate([pair[k].ravel() for pair in pairs]) for k in (0, 1))
    apart = np.concatenate([(np.diff(colors, axis=axis) ** 2).sum(axis=-1).ravel() for axis in (0, 1)])
    needed = np.maximum(number.ravel()[first], number.ravel()[second]) >= 0
    weight = np.exp(-apart[needed] / max(2 * float(apart.mean()), 1e-6)) + _LEAST
    return first[needed], second[needed], weight
