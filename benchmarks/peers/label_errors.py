"""cleanlab's protocol: wrong labels without trusted rows, and what they cost a model.

Confident learning (Northcutt et al. 2021, arXiv:1911.00068) by the library itself: from
out-of-fold chances of three models, by Datalab on features and on chances, and by CleanLearning,
which trains a model on what is left. Beside it `DVGSValuer` and ``LowValueFilter`` in a Pipeline.
"""

import functools
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import rivals
from benchmarks.quality.sets import load
from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.datasets import corrupt_labels

from .judged import scores, timed

TITLE = "cleanlab's protocol"
BY_CASE = "F1 at the own cut"

_NOISE = 0.2
_MOST_ROWS, _QUICK_ROWS, _MOST_TEST_ROWS = 1000, 300, 2000
KINDS = {
    "even": {"kind": "uniform"},
    "by class": {"kind": "class_conditional"},
    "like humans": {"kind": "instance_dependent"},
}
MODELS = {
    "logistic regression": LogisticRegression(max_iter=300),
    "forest": RandomForestClassifier(200, random_state=0),
}


class Draw(NamedTuple):
    """Rows with wrong labels, and clean rows to test on."""

    X: np.ndarray
    y: np.ndarray
    wrong: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def cases(quick):
    """Sets of the quality benchmark; digits in whole, as cleanlab's own examples have them."""
    return (
        ("digits",) if quick else ("digits", "adult", "spambase", "vehicle", "vowel", "mnist_pca")
    )


@functools.lru_cache(maxsize=4)
def _draw(case, kind, seed, quick):
    X, y = load(case)
    n = _QUICK_ROWS if quick else min(_MOST_ROWS, 2 * len(y) // 3)
    rows = np.random.default_rng(seed).permutation(len(y))
    source, test = rows[:n], rows[n : n + _MOST_TEST_ROWS]
    X, X_test = X[source], X[test]
    scaler = StandardScaler().fit(X)
    X, X_test = (scaler.transform(part).astype(np.float32) for part in (X, X_test))
    settings = {"X": X} if kind == "like humans" else {}
    noisy, wrong = corrupt_labels(y[source], _NOISE, random_state=seed, **KINDS[kind], **settings)
    return Draw(X, np.asarray(noisy), wrong, X_test, y[test])


def _valuer(draw, seed, quick):
    valuer = DVGSValuer(random_state=seed).fit(draw.X, draw.y)
    return valuer.values_, valuer.values_ < valuer.low_threshold_


def _chances(model, draw, seed):
    if model == "forest":
        return rivals.forest_out_of_fold(draw.X, draw.y, seed=seed)
    if model == "boosting":
        return rivals.boosting_out_of_fold(draw.X, draw.y, seed=seed)
    return rivals.linear_out_of_fold(draw.X, draw.y, seed=seed)


def _find_label_issues(model):
    def judge(draw, seed, quick):
        from cleanlab.filter import find_label_issues
        from cleanlab.rank import get_label_quality_scores

        chances = _chances(model, draw, seed)
        low = find_label_issues(draw.y, chances, n_jobs=1)
        return get_label_quality_scores(draw.y, chances), low

    return judge


def _datalab(model):
    def judge(draw, seed, quick):
        from benchmarks.rivals.cleanlab_tools import datalab

        chances = None if model is None else _chances(model, draw, seed)
        return datalab(draw.X, draw.y, chances=chances)

    return judge


def _clean_learning(model, draw, seed):
    from cleanlab.classification import CleanLearning

    learner = CleanLearning(clone(MODELS[model]), seed=seed, verbose=False).fit(draw.X, draw.y)
    return learner.predict(draw.X_test)


def _filtered(model, draw, seed):
    clean = LowValueFilter(DVGSValuer(random_state=seed))
    pipeline = Pipeline([("clean", clean), ("clf", clone(MODELS[model]))])
    return pipeline.fit(draw.X, draw.y).predict(draw.X_test)


def _cleaned(model, draw, seed):
    from skdvgs import CleanedClassifier

    cleaned = CleanedClassifier(clone(MODELS[model]), DVGSValuer(random_state=seed))
    return cleaned.fit(draw.X, draw.y).predict(draw.X_test)


def _kept(model, draw, seed):
    return clone(MODELS[model]).fit(draw.X, draw.y).predict(draw.X_test)


def _wrong_removed(model, draw, seed):
    right = ~draw.wrong
    return clone(MODELS[model]).fit(draw.X[right], draw.y[right]).predict(draw.X_test)


_JUDGES = {
    "DVGSValuer()": _valuer,
    "find_label_issues, forest": _find_label_issues("forest"),
    "find_label_issues, logistic regression": _find_label_issues("logistic regression"),
    "find_label_issues, boosting": _find_label_issues("boosting"),
    "Datalab, features": _datalab(None),
    "Datalab, forest": _datalab("forest"),
}
_TRAINED = {
    "LowValueFilter": _filtered,
    "CleanedClassifier": _cleaned,
    "CleanLearning": _clean_learning,
    "rows as they are": _kept,
    "wrong rows removed": _wrong_removed,
}
PEERS = {**_JUDGES, **_TRAINED}


def measure(peer, case, seed, quick):
    """Detection, or the test accuracy of models that were trained on what a peer leaves."""
    for kind in list(KINDS)[:2] if quick else KINDS:
        draw = _draw(case, kind, seed, quick)
        if peer in _JUDGES:
            (values, low), seconds = timed(_JUDGES[peer], draw, seed, quick)
            yield from scores(f"labels {kind}", values, low, draw.wrong, seconds)
            continue
        for model in MODELS:
            said, seconds = timed(_TRAINED[peer], model, draw, seed)
            accuracy = np.mean(said == draw.y_test)
            yield f"models trained, labels {kind}", f"accuracy, {model}", accuracy
            yield f"models trained, labels {kind}", f"seconds, {model}", seconds
