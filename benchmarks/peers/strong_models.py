"""Class probabilities of networks, as people with images or text have them.

Networks are trained out of fold on embeddings whose labels are wrong as humans are wrong: in part
where classes are alike, in part where a row is hard. No trusted rows. Rules that read these
probabilities alone stand beside `DVGSValuer`, which reads them as ``pred_probs``.
"""

import functools
import inspect
from typing import NamedTuple

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import rivals
from benchmarks.quality.sets import load
from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels

from .judged import scores, timed

TITLE = "Probabilities of networks"
BY_CASE = "F1 at the own cut"

_ROWS, _QUICK_ROWS = 3000, 400
_SHARE_BY_CLASS, _SHARE_OF_HARD = 0.15, 0.15


class Draw(NamedTuple):
    """Embeddings, labels that humans gave, which are wrong, and probabilities of a network."""

    X: np.ndarray
    y: np.ndarray
    wrong: np.ndarray
    chances: np.ndarray


def cases(quick):
    """Images as principal components, and as they are."""
    return ("digits",) if quick else ("mnist_pca", "cifar_pca", "digits", "letter")


def human_labels(X, y, seed):
    """Labels with some 28 % errors: each class taken for one other, and hard rows for another."""
    alike, wrong_alike = corrupt_labels(
        y, _SHARE_BY_CLASS, kind="class_conditional", random_state=seed
    )
    hard, wrong_hard = corrupt_labels(
        y, _SHARE_OF_HARD, kind="instance_dependent", X=X, random_state=seed + 1
    )
    return np.where(wrong_hard, hard, alike), wrong_alike | wrong_hard


@functools.lru_cache(maxsize=1)
def _draw(case, seed, quick):
    X, y = load(case)
    rows = np.random.default_rng(seed).permutation(len(y))[: _QUICK_ROWS if quick else _ROWS]
    X, y = X[rows], y[rows]
    noisy, wrong = human_labels(X, y, seed)
    network = MLPClassifier((128,), alpha=1e-2, max_iter=40, random_state=seed)
    chances = rivals.out_of_fold(make_pipeline(StandardScaler(), network), X, noisy, seed=seed)
    return Draw(X, noisy, wrong, chances)


def _value(valuer, X, y, **given):
    fitted = valuer.fit(X, y, **given)
    return fitted.values_, fitted.values_ < fitted.low_threshold_


def _with_probabilities(with_features):
    def judge(draw, seed):
        if "pred_probs" not in inspect.signature(DVGSValuer.fit).parameters:
            raise ImportError("this version of skdvgs takes no pred_probs")
        X = draw.X if with_features else None
        return _value(DVGSValuer(random_state=seed), X, draw.y, pred_probs=draw.chances)

    return judge


def _rule(values):
    def judge(draw, seed):
        return values(draw.chances, draw.y), draw.chances.argmax(axis=1) != draw.y

    return judge


def _confident_learning(draw, seed):
    values = rivals.own_label(draw.chances, draw.y)
    return values, rivals.find_label_issues(draw.chances, draw.y)


PEERS = {
    "DVGSValuer(), probabilities alone": _with_probabilities(False),
    "DVGSValuer(), probabilities and features": _with_probabilities(True),
    "DVGSValuer(), features alone": lambda draw, seed: _value(
        DVGSValuer(random_state=seed), draw.X, draw.y
    ),
    "own label": _rule(rivals.own_label),
    "margin": _rule(rivals.margin),
    "confident learning": _confident_learning,
}


def measure(peer, case, seed, quick):
    """Detection; the time of the network is not counted."""
    draw = _draw(case, seed, quick)
    (values, low), seconds = timed(PEERS[peer], draw, seed)
    yield from scores("labels as humans give them", values, low, draw.wrong, seconds)
