"""Which vertices of a mesh are neighbours."""

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from engine.head.model import Indices


def neighbours(faces: Indices, count: int) -> csr_matrix:
    """(V, V) 1 between vertices that share an edge."""
    a, b = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    graph = coo_matrix((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), (count, count)).tocsr()
    graph.data[:] = 1
    return csr_matrix(graph)
