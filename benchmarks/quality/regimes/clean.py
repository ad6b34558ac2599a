"""Labels drawn from p(y | x): none is wrong, though many are not the likeliest."""

import numpy as np

from benchmarks.quality.ours import NAME, fitted
from benchmarks.quality.tasks import Task

SETS = tuple(f"draw {number}" for number in range(5))

_N_ROWS, _N_SOURCE = 1000, 700


def measure(name, seed, quick):
    """Logistic labels with a Bayes error of some 0.39; what is dropped is dropped in vain."""
    state = 1000 * seed + int(name.split()[1])
    rng = np.random.default_rng(state)
    X = rng.normal(size=(_N_ROWS, 5))
    chance = 1.0 / (1.0 + np.exp(-0.6 * X[:, 0]))
    y = (rng.random(_N_ROWS) < chance).astype(int)
    yield "", "", "Bayes error", np.minimum(chance, 1.0 - chance).mean()
    X = X.astype(np.float32)
    n = _N_SOURCE
    tasks = {
        "no target set": Task(X, y, y, np.zeros(len(y), bool), state),
        "target set": Task(X[:n], y[:n], y[:n], np.zeros(n, bool), state, X[n:], y[n:]),
    }
    for variant, task in tasks.items():
        valuer, _ = fitted(task)
        dropped = valuer.values_ < valuer.low_threshold_
        yield variant, NAME, "share below the cut", dropped.mean()
        yield variant, NAME, "points off the share", 100.0 * valuer.low_fraction_
