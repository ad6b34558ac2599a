"""Many rows: time, memory, and how well wrong labels are found, beside what grows with the rows."""

import functools

import numpy as np
from sklearn.datasets import make_classification

from benchmarks import rivals
from benchmarks.quality.defects import flip
from skdvgs import DVGSValuer

from .judged import scores, timed

TITLE = "Many rows"
BY_CASE = "seconds"

_N_TARGET = 400
_MODELS = 100
# Each of the models of Data-OOB sees as many rows as there are.
_MOST_ROWS = {"Data-OOB, tree, 100 models": 100_000}


def cases(quick):
    """Numbers of source rows, of 20 features."""
    return ("500",) if quick else ("10000", "100000", "1000000")


@functools.lru_cache(maxsize=1)
def _draw(n_rows, seed):
    X, y = make_classification(
        n_rows + _N_TARGET,
        20,
        n_informative=10,
        n_clusters_per_class=4,
        flip_y=0,
        class_sep=1.0,
        random_state=seed,
    )
    X = X.astype(np.float32)
    noisy, wrong = flip(y[:n_rows], "even", 0.2, seed)
    return X[:n_rows], noisy, X[n_rows:], y[n_rows:], wrong


def _ours(X, y, X_val, y_val, seed):
    return DVGSValuer(random_state=seed).fit(X, y, X_val=X_val, y_val=y_val).values_


def _boosting(X, y, X_val, y_val, seed):
    return rivals.own_label(rivals.boosting_out_of_fold(X, y, X_val, y_val, seed=seed), y)


def _data_oob(X, y, X_val, y_val, seed):
    return rivals.data_oob(X, y, n_models=_MODELS, seed=seed)


PEERS = {
    "DVGSValuer(), target set": _ours,
    "boosting, out of fold": _boosting,
    "Data-OOB, tree, 100 models": _data_oob,
}


def measure(peer, case, seed, quick):
    """Two classes, a fifth of the labels wrong."""
    if int(case) > _MOST_ROWS.get(peer, np.inf):
        return
    *rows, wrong = _draw(int(case), seed)
    values, seconds = timed(PEERS[peer], *rows, seed)
    for variant, measured, value in scores("one core", values, None, wrong, seconds):
        if measured in ("AUROC", "seconds"):
            yield variant, measured, value
