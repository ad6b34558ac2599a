"""Exact Shapley values of a K-nearest-neighbour classifier: Jia et al. 2019, arXiv:1908.08619."""

import numpy as np
from sklearn.metrics import pairwise_distances_chunked


def knn_shapley(X, y, X_val, y_val, *, n_neighbors=5):
    """Mean over the target rows of each source row's exact Shapley value.

    The utility of a set is, for a target row, the number of its K nearest neighbours in the set
    that are of its class, over K. From the farthest source row to the nearest, theorem 1 gives
    s_N = [y_N right] / N and s_i = s_{i+1} + ([y_i right] - [y_{i+1} right]) / K * min(K, i) / i.
    """
    n_rows = len(X)
    places = np.arange(1, n_rows)
    weights = np.minimum(n_neighbors, places) / places / n_neighbors
    values = np.zeros(n_rows)
    done = 0
    for distances in pairwise_distances_chunked(X_val, X):
        for row, order in enumerate(np.argsort(distances, axis=1, kind="stable"), start=done):
            right = (y[order] == y_val[row]).astype(float)
            last = right[-1] / max(n_rows, n_neighbors)
            steps = (right[:-1] - right[1:]) * weights
            values[order] += last + np.append(np.cumsum(steps[::-1])[::-1], 0.0)
        done += len(distances)
    return values / len(X_val)
