"""OpenDataVal's protocol: Jiang, Liang, Zou, Kwon 2023, arXiv:2306.10577.

1,000 rows to value and 100 to validate with, features standardised. A fifth of the labels is
replaced by those of other classes, *in the validation rows too*. A method's wrong rows are the
lower of two groups that two-means makes of its values. Rows are removed from the lowest or the
highest value on, and logistic regression, trained on the others, is tested on clean rows.
"""

import functools
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from benchmarks import rivals
from benchmarks.quality.defects import flip
from benchmarks.quality.sets import load
from skdvgs import DVGSValuer

from .judged import scores, share_of, timed

TITLE = "OpenDataVal's protocol"
BY_CASE = "F1 at the own cut"

_NOISE = 0.2
_REMOVED = (0.2, 0.4)
_NEIGHBOURS = 10


class Draw(NamedTuple):
    """Rows to value, to validate with, and to test on; and which are wrong."""

    X: np.ndarray
    y: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    wrong: np.ndarray


def cases(quick):
    """Tables, words, and images as principal components; pol as "zero or more"."""
    return ("digits",) if quick else ("adult", "pol", "phoneme", "spambase", "digits", "mnist_pca")


@functools.lru_cache(maxsize=1)
def _draw(case, seed, quick):
    X, y = load(case)
    y = y if y.dtype.kind == "i" else (y > 0).astype(int)
    n, n_val = (300, 60) if quick else (1000, 100)
    n_test = min(3000, len(y) - n - n_val)
    rows = np.random.default_rng(seed).permutation(len(y))[: n + n_val + n_test]
    X = StandardScaler().fit_transform(X[rows]).astype(np.float32)
    parts, labels = (np.split(part, [n, n + n_val]) for part in (X, y[rows]))
    noisy, wrong = flip(labels[0], "even", _NOISE, seed)
    return Draw(parts[0], noisy, parts[1], labels[1], parts[2], labels[2], wrong)


def _data_oob(model):
    def value(draw, seed, quick):
        n_models = 50 if quick else 1000
        values = rivals.data_oob(draw.X, draw.y, model=model, n_models=n_models, seed=seed)
        return values, values < 0.5

    return value


def _knn_shapley(draw, seed, quick):
    values = rivals.knn_shapley(*draw[:4], n_neighbors=_NEIGHBOURS)
    return values, values < 0


def dvrl(rows, seed, quick):
    """Values by reinforcement learning, with OpenDataVal's number of draws and learning rate."""
    n_draws = 40 if quick else 1000
    return rivals.dvrl(*rows, n_draws=n_draws, n_steps=20, estimator_lr=1e-2, seed=seed)


def _dvrl(draw, seed, quick):
    values = dvrl(draw[:4], seed, quick)
    return values, values < 0.5


def _forest(draw, seed, quick):
    chances = rivals.forest_out_of_bag(draw.X, draw.y, seed=seed)
    return rivals.own_label(chances, draw.y), chances.argmax(axis=1) != draw.y


def _ours(with_target):
    def value(draw, seed, quick):
        target = {"X_val": draw.X_val, "y_val": draw.y_val} if with_target else {}
        valuer = DVGSValuer(random_state=seed).fit(draw.X, draw.y, **target)
        return valuer.values_, valuer.values_ < valuer.low_threshold_

    return value


PEERS = {
    "DVGSValuer(), target set": _ours(True),
    "DVGSValuer(), no target set": _ours(False),
    "Data-OOB, logistic regression": _data_oob(LogisticRegression(max_iter=300)),
    "Data-OOB, tree": _data_oob(DecisionTreeClassifier(random_state=0)),
    "KNN-Shapley": _knn_shapley,
    "DVRL": _dvrl,
    "forest, out of bag": _forest,
}
# Without trusted rows it is all the same what they are.
_ALONE = (
    "DVGSValuer(), no target set",
    "Data-OOB, logistic regression",
    "Data-OOB, tree",
    "forest, out of bag",
)


def measure(peer, case, seed, quick):
    """With the protocol's noisy validation rows, and with clean ones."""
    clean = _draw(case, seed, quick)
    noisy = clean._replace(y_val=flip(clean.y_val, "even", _NOISE, seed + 1)[0])
    variants = {"validation rows with noise": noisy, "clean validation rows": clean}
    found = None
    for variant, draw in variants.items():
        if found is None or peer not in _ALONE:
            found = timed(PEERS[peer], draw, seed, quick)
        (values, low), seconds = found
        yield from scores(variant, values, low, draw.wrong, seconds)
        for share in _REMOVED:
            for lowest in (True, False):
                kept = share_of(len(draw.y), values, share, lowest)
                text = f"accuracy, {'lowest' if lowest else 'highest'} {share:.0%} removed"
                yield variant, text, _accuracy(draw, kept)


def _accuracy(draw, kept):
    if len(np.unique(draw.y[kept])) < 2:
        return np.mean(draw.y_test == draw.y[kept][0])
    model = LogisticRegression(max_iter=300).fit(draw.X[kept], draw.y[kept])
    return model.score(draw.X_test, draw.y_test)
