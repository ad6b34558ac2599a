"""Kernel ridge written out plainly in float64, and tables to try it on."""

import numpy as np
from scipy.spatial.distance import cdist

from skdvgs._default_net.kernel import absolute_distances, squared_distances

# name: (distance under test, the same by scipy)
DISTANCES = {
    "gaussian": (squared_distances, lambda A, B: cdist(A, B, "sqeuclidean")),
    "laplace": (absolute_distances, lambda A, B: cdist(A, B, "cityblock")),
}

TABLES = {
    "many features": lambda rng: rng.normal(size=(40, 6)),
    "one feature": lambda rng: rng.normal(size=(30, 1)),
    "five rows": lambda rng: rng.normal(size=(5, 2)),
    "duplicate rows": lambda rng: np.repeat(rng.normal(size=(10, 3)), 3, axis=0),
    "constant columns": lambda rng: np.ones((12, 2)),
}


def make(name, n_outputs=3, seed=0):
    rng = np.random.default_rng(seed)
    X = TABLES[name](rng).astype(np.float32)
    return X, rng.normal(size=(len(X), n_outputs)).astype(np.float32)


def dual_ridge(kernel, Y, penalty, kernel_new):
    """Fit ``K a + b`` with sum(a) = 0, predict the rows of another kernel matrix."""
    n = len(kernel)
    system = np.block([[kernel + penalty * np.eye(n), np.ones((n, 1))], [np.ones((1, n)), 0.0]])
    solved = np.linalg.solve(system, np.vstack([Y, np.zeros((1, Y.shape[1]))]))
    return kernel_new @ solved[:-1] + solved[-1]


def refitted_without_each_row(fit_and_predict, X, Y):
    """Prediction of every row by ``fit_and_predict(X_fit, Y_fit, X_new)`` on the others."""
    X, Y = X.astype(np.float64), Y.astype(np.float64)
    others = [np.delete(np.arange(len(X)), row) for row in range(len(X))]
    predicted = [fit_and_predict(X[rest], Y[rest], X[[row]])[0] for row, rest in enumerate(others)]
    return np.array(predicted)
