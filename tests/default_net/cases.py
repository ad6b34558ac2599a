"""Weighted ridge regression written out plainly in float64, and tables to try it on."""

import numpy as np
from scipy.spatial.distance import cdist

from skdvgs._default_net.scorers.base import ScorerRows

TABLES = {
    "many features": lambda rng: rng.normal(size=(40, 6)),
    "one feature": lambda rng: rng.normal(size=(30, 1)),
    "six rows": lambda rng: rng.normal(size=(6, 2)),
    "duplicate rows": lambda rng: np.repeat(rng.normal(size=(10, 3)), 3, axis=0),
    "constant columns": lambda rng: np.ones((12, 2)),
}


def make(name, n_outputs=3, seed=0, grouped=False):
    """Features, and labelled rows with uneven weights; in groups of one to three rows."""
    rng = np.random.default_rng(seed)
    X = TABLES[name](rng).astype(np.float32)
    n = len(X)
    group = np.arange(n)
    if grouped:
        group = np.unique(rng.permutation(np.arange(n) // 2), return_inverse=True)[1]
    rows = ScorerRows(
        Y=rng.normal(size=(n, n_outputs)).astype(np.float32),
        weight=rng.uniform(0.5, 3.0, size=n),
        group=group,
        fold=group % 3,
    )
    return X, rows


def plain_kernel(kind, landmarks):
    """The kernel, its bandwidth found from some rows, in float64."""
    landmarks = landmarks.astype(np.float64)
    if kind == "linear":
        centre = landmarks.mean(axis=0)
        length = max(np.mean(np.sum((landmarks - centre) ** 2, axis=1)), 1e-9)
        return lambda A, B: (A - centre) @ (B - centre).T / length
    metric = {"gaussian": "sqeuclidean", "laplace": "cityblock"}[kind]
    distances = cdist(landmarks, landmarks, metric)
    bandwidth = np.median(distances)
    if bandwidth <= 1e-6:
        bandwidth = np.mean(distances) if np.mean(distances) > 1e-6 else 1.0
    return lambda A, B: np.exp(-cdist(A, B, metric) / bandwidth)


def plain_ridge(kernel, landmarks, X, Y, weight, penalty, X_new, least=1e-9):
    """Predict new rows by ridge regression on whitened kernel features with a free intercept."""
    values, vectors = np.linalg.eigh(kernel(landmarks, landmarks))
    strong = values > least * max(values[-1], 1e-12)
    whiten = vectors[:, strong] / np.sqrt(values[strong])
    features, new = (kernel(rows, landmarks) @ whiten for rows in (X, X_new))
    mean, mean_y = (np.average(part, axis=0, weights=weight) for part in (features, Y))
    centred = features - mean
    gram = centred.T @ (weight[:, None] * centred) + penalty * np.eye(features.shape[1])
    coefficients = np.linalg.solve(gram, centred.T @ (weight[:, None] * (Y - mean_y)))
    return (new - mean) @ coefficients + mean_y
