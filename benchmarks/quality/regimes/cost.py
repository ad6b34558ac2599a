"""Seconds of a default fit beside out-of-fold forests on the same rows, and on a busy machine."""

import os
import subprocess
import sys
import time

import numpy as np
from sklearn.datasets import make_classification

from benchmarks import rivals
from benchmarks.quality.ours import NAME, timed
from skdvgs import DVGSValuer

SETS = ("1000 x 100",)

_REPEATS = 3
_KEEP_BUSY = "while True: sum(range(10_000))"


def measure(name, seed, quick):
    """Medians of three turns: processor time of one thread, then the clock with busy cores."""
    n_rows, n_features = (int(part) for part in name.split(" x "))
    X, y = make_classification(
        n_rows + 400, n_features, n_informative=10, n_redundant=10, random_state=seed
    )
    rows = X[:n_rows], y[:n_rows], X[n_rows:], y[n_rows:]

    def fit():
        return DVGSValuer(random_state=seed).fit(rows[0], rows[1], X_val=rows[2], y_val=rows[3])

    def forests():
        return rivals.forest_out_of_fold(*rows, n_trees=100, seed=seed)

    fit()  # what is imported and started at a first fit
    turns = np.array([[timed(fit)[1], timed(forests)[1]] for _ in range(_REPEATS)])
    yield "quiet", NAME, "seconds", np.median(turns[:, 0])
    yield "quiet", "forests out of fold", "seconds", np.median(turns[:, 1])
    yield "quiet", NAME, "times forests", np.median(turns[:, 0] / turns[:, 1])
    quiet = np.median([_clock(fit) for _ in range(_REPEATS)])
    others = [
        subprocess.Popen([sys.executable, "-c", _KEEP_BUSY]) for _ in range(os.cpu_count() or 1)
    ]
    try:
        busy = np.median([_clock(fit) for _ in range(_REPEATS)])
    finally:
        for other in others:
            other.kill()
            other.wait()
    yield "busy", NAME, "times the quiet clock", busy / quiet


def _clock(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
