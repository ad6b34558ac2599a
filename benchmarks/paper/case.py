"""One draw of an experiment: rows to value, trusted rows, and what is wrong with the former."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from skdvgs.datasets import corrupt_features, corrupt_labels
from skdvgs.metrics import noise_detection_auroc


@dataclass(frozen=True)
class Case:
    """Source, target and test rows of one repeat.

    Attributes
    ----------
    data : str
        What the rows are, stand-ins said clearly.
    X, y, X_val, y_val, X_test, y_test : arrays
        Labels are None without a task.
    truth : array of shape (n_source,)
        Which labels are wrong, the level of each row's noise, or its quality.
    measure : str
        How values are compared with it.
    """

    data: str
    X: np.ndarray
    y: np.ndarray | None
    X_val: np.ndarray
    y_val: np.ndarray | None
    X_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    truth: np.ndarray | None = None
    measure: str = ""

    def score(self, values):
        """How well values, of the first rows at least, agree with the truth."""
        truth = self.truth[: len(values)]
        if self.measure == "AUROC":
            return noise_detection_auroc(values, truth)
        return float(spearmanr(values, truth)[0])


def with_flipped_labels(case, seed, fraction=0.2):
    """A share of the source labels is changed; measure: AUROC, high is good."""
    y, flipped = corrupt_labels(case.y, fraction, random_state=seed)
    return replace(case, y=y, truth=flipped, measure="AUROC")


def with_noise(case, seed, scale):
    """Each source row gets noise of its own level; measure: Spearman's rank correlation of value
    and level, negative is good.
    """
    X, levels = corrupt_features(case.X, scale=scale, random_state=seed)
    return replace(case, X=X, truth=levels, measure="Spearman")


def draw(data, X, y, seed, n_source, n_target, n_test=0):
    """Disjoint random source, target and test rows; fewer of each where there are too few."""
    wanted = n_source + n_target + n_test
    share = min(1.0, len(X) / wanted)
    ends = np.cumsum([int(share * n) for n in (n_source, n_target, n_test)])
    order = np.random.default_rng(seed).permutation(len(X))
    source, target, test = np.split(order[: ends[-1]], ends[:2])

    def labels(rows):
        return None if y is None else y[rows]

    return Case(data, X[source], labels(source), X[target], labels(target), X[test], labels(test))
