"""Tasks with a known answer: source rows with a defect, clean target rows, clean test rows."""

import functools
from dataclasses import dataclass

import numpy as np

from skdvgs.datasets import corrupt_features, corrupt_labels, corrupt_targets

from .tables import CLASSES, load

_SOURCE, _TARGET, _TEST = 1000, 400, 1000
_NOISIEST = 3.0


@dataclass(frozen=True, eq=False)
class Task:
    """One draw of a set, with a defect in its source rows.

    Attributes
    ----------
    X, y : arrays
        Source rows.
    y_clean : array
        Their labels before the defect.
    X_val, y_val, X_test, y_test : arrays
        Target rows and test rows.
    noise : array of shape (n_source,)
        Whether a row's label was changed, or how noisy its features are.
    n_classes : int
        0 for numbers.
    seed : int
        Of the draw, and for what is fitted to it.
    """

    X: np.ndarray
    y: np.ndarray
    y_clean: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    noise: np.ndarray
    n_classes: int
    seed: int

    @property
    def both(self):
        """Source rows, then target rows."""
        return np.concatenate([self.X, self.X_val]), np.concatenate([self.y, self.y_val])

    @property
    def target(self):
        """The target set as arguments of fit."""
        return {"X_val": self.X_val, "y_val": self.y_val}


@functools.lru_cache(maxsize=12)
def make_task(name, seed, defect="uniform", share=0.2):
    """Draw rows and spoil the source.

    Parameters
    ----------
    name : str
        A set.
    seed : int
        Which rows, and which of them are spoilt.
    defect : {'uniform', 'class_conditional', 'targets', 'features'}
        Labels, labels by class, targets of a regression, or per-row noise on features.
    share : float
        Of labels or targets.
    """
    X, y = load(name)
    target, source, test = _split(y, name in CLASSES, seed)
    X_source, y_source = X[source], y[source]
    if defect == "features":
        spread = np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
        X_source, noise = corrupt_features(
            X_source / spread, scale=(0.0, _NOISIEST), random_state=seed
        )
        X_source *= spread
    elif defect == "targets":
        y_source, noise = corrupt_targets(y_source, share, random_state=seed)
    else:
        y_source, noise = _flip(y_source, share, defect, seed)
    return Task(
        X=X_source,
        y=y_source,
        y_clean=y[source],
        X_val=X[target],
        y_val=y[target],
        X_test=X[test],
        y_test=y[test],
        noise=noise,
        n_classes=int(y.max()) + 1 if name in CLASSES else 0,
        seed=seed,
    )


def _flip(y, share, defect, seed):
    transition = None
    if defect == "class_conditional":
        # Every second class is taken for the next one three times as often as the others.
        chance = np.where(np.arange(y.max() + 1) % 2 == 0, 0.3, 0.1)
        transition = np.diag(1.0 - chance) + np.roll(np.diag(chance), 1, axis=1)
    return corrupt_labels(y, share, kind=defect, transition=transition, random_state=seed)


def _split(y, has_classes, seed):
    """Target, source and test rows; a quarter each for target and test where rows are few."""
    rows = np.random.default_rng(1000 + seed).permutation(len(y))
    if has_classes:  # the target set shows every class
        first = [rows[y[rows] == label][0] for label in np.unique(y)]
        rows = np.concatenate([first, rows[~np.isin(rows, first)]])
    n_target, n_test = min(_TARGET, len(y) // 4), min(_TEST, len(y) // 4)
    n_source = min(_SOURCE, len(y) - n_target - n_test)
    return np.split(rows[: n_target + n_source + n_test], [n_target, n_target + n_source])
