"""Tasks with a known answer: source rows with a defect, clean target rows, clean test rows."""

import functools
from dataclasses import dataclass

import numpy as np

from skdvgs.datasets import corrupt_features

from .defects import ERROR_SHARES, flip, spoil_numbers
from .sets import CLASSES, load

_SOURCE, _TARGET, _TEST = 1000, 400, 1000
_NOISIEST = 3.0


@dataclass(frozen=True, eq=False)
class Task:
    """Rows to value, and what is known of them.

    Attributes
    ----------
    X, y : arrays
        Source rows; y holds class numbers 0, 1, ... or floats.
    y_clean : array
        Their labels or numbers before the defect.
    noise : array of shape (n_source,)
        Whether a row's label or number was changed, or how noisy its features are.
    seed : int
        Of the draw, and for what is fitted to it.
    X_val, y_val : arrays or None
        Target rows, if the methods get any.
    X_test, y_test : arrays or None
        Clean rows for the models that are trained on what is kept.
    groups : array or None
        Rows of one group are of one subject.
    """

    X: np.ndarray
    y: np.ndarray
    y_clean: np.ndarray
    noise: np.ndarray
    seed: int = 0
    X_val: np.ndarray | None = None
    y_val: np.ndarray | None = None
    X_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    groups: np.ndarray | None = None

    @property
    def rows(self):
        """What rivals take: X, y, X_val, y_val."""
        return self.X, self.y, self.X_val, self.y_val

    @property
    def n_classes(self):
        """Classes among the rows; 0 for numbers."""
        if self.y.dtype.kind == "f":
            return 0
        return 1 + max(int(y.max()) for y in (self.y, self.y_clean, self.y_val) if y is not None)


def make_task(name, seed, defect="even", share=None, target=True, n_source=_SOURCE):
    """Draw rows and spoil the source.

    Parameters
    ----------
    name : str
        A set.
    seed : int
        Which rows, and which of them are spoilt.
    defect : str
        One of :mod:`defects`, 'none', or 'features': per-row noise on features.
    share : float, default=None
        Of labels or numbers; None is 20 %, and 3 % for numbers times ten.
    target : bool
        Whether there is a target set. Source and test rows are the same either way.
    """
    return _make(name, seed, defect, share, target, n_source)


@functools.lru_cache(maxsize=8)
def _make(name, seed, defect, share, target, n_source):
    X, y = load(name)
    target_rows, source, test = _split(y, name in CLASSES, seed, n_source)
    X_source, y_source = X[source], y[source]
    share = ERROR_SHARES.get(defect, 0.2) if share is None else share
    if defect == "features":
        spread = np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
        scale = (0.0, _NOISIEST)
        X_source, noise = corrupt_features(X_source / spread, scale=scale, random_state=seed)
        X_source *= spread
    elif defect == "none" or share == 0:
        noise = np.zeros(len(source), dtype=bool)
    elif name in CLASSES:
        y_source, noise = flip(y_source, defect, share, seed)
    else:
        y_source, noise = spoil_numbers(X_source, y_source, defect, share, seed)
    return Task(
        X=X_source,
        y=y_source,
        y_clean=y[source],
        noise=noise,
        seed=seed,
        X_val=X[target_rows] if target else None,
        y_val=y[target_rows] if target else None,
        X_test=X[test],
        y_test=y[test],
    )


def _split(y, has_classes, seed, n_source):
    """Target, source and test rows; a quarter each for target and test where rows are few."""
    rows = np.random.default_rng(1000 + seed).permutation(len(y))
    if has_classes:  # the target set shows every class
        first = np.array([rows[y[rows] == label][0] for label in np.unique(y)])
        rows = np.concatenate([first, rows[~np.isin(rows, first)]])
    n_target, n_test = min(_TARGET, len(y) // 4), min(_TEST, len(y) // 4)
    n_source = min(n_source, len(y) - n_target - n_test)
    return np.split(rows[: n_target + n_source + n_test], [n_target, n_target + n_source])
