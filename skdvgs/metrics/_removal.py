"""removal_curve: score an estimator that is trained again as rows are removed by value."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from numbers import Integral
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, _safe_indexing, check_consistent_length, check_random_state
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.parallel import Parallel, delayed

from .._utils.types import Floats, Index, Scoring, Seed, Table, Trainable
from ..exceptions import InvalidInputError, SkdvgsWarning
from ._checks import read_values

Order: TypeAlias = Literal["lowest", "highest", "random"]


def removal_curve(
    estimator: Trainable,
    X: Table,
    y: ArrayLike,
    X_test: Table,
    y_test: ArrayLike,
    values: ArrayLike,
    *,
    order: Order = "lowest",
    fractions: int | ArrayLike = 10,
    n_repeats: int = 5,
    scoring: Scoring = None,
    n_jobs: int | None = None,
    random_state: Seed = None,
) -> Bunch:
    """Score an estimator that is trained again and again as rows are removed by value.

    With good values, removing the lowest rows helps or does little harm. Removing the highest
    rows does more harm than removing as many at random.

    Parameters
    ----------
    estimator : scikit-learn estimator
        What is trained on the rows left. Cloned, never changed.
    X : array-like, sparse matrix or dataframe of shape (n_samples, ...)
        Features of the valued rows.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Their labels or targets.
    X_test : array-like, sparse matrix or dataframe of shape (n_test, ...)
        Features to score on, of rows that took no part in the values.
    y_test : array-like of shape (n_test,) or (n_test, n_outputs)
        Their labels or targets.
    values : array-like of shape (n_samples,)
        Value of each row of X; higher is better.
    order : {'lowest', 'highest', 'random'}, default='lowest'
        Which rows go first. 'random' does not look at the values: it is the reference.
    fractions : int or array-like of shape (n_fractions,), default=10
        Shares of the rows to remove, in [0, 1). An int k means 0, 1/k, ..., (k - 1)/k.
    n_repeats : int, default=5
        How often everything is repeated with another random seed; see Notes.
    scoring : str, callable or None, default=None
        A scorer of scikit-learn; higher is better. None is the estimator's own `score`.
    n_jobs : int or None, default=None
        How many trainings run at a time, by joblib. Scores do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Draws the seeds of the repeats. With an int, curves of different `order` use the same seeds
        and so start from the same scores.

    Returns
    -------
    curve : :class:`~sklearn.utils.Bunch`
        With these entries:

        - order : str, as given.
        - fractions : ndarray of shape (n_fractions,), increasing shares asked for.
        - n_removed : ndarray of shape (n_fractions,), how many rows were removed.
        - scores : ndarray of shape (n_fractions, n_repeats), on the test rows.
        - n_spared : ndarray of shape (n_fractions, n_repeats), how many rows stayed only because
          they were the last of their class; see Notes.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. For an unknown order, fractions outside [0, 1), or values that are not
        finite or not as many as the rows of X.

    Warns
    -----
    SkdvgsWarning
        If a class would have been emptied.

    See Also
    --------
    skdvgs.plotting.RemovalCurveDisplay : Picture of these curves.
    noise_detection_curve : When it is known which rows are noisy.

    Notes
    -----
    For each fraction f, ``floor(f * n_samples)`` rows are removed and the estimator is trained on
    the rest. Each repeat has one seed for all fractions. The seed orders rows of equal value (all
    rows if ``order="random"``), and every `random_state` parameter of the estimator is set to it.
    So without ties, a deterministic estimator scores the same in all repeats of 'lowest' and
    'highest'.

    For a classifier *a class is never emptied*: its last row is spared, and the next row in order
    goes in its place. `n_spared` counts the spared rows, and a warning tells of them. Where only
    spared rows are left, `n_removed` is smaller than the fraction asks for.

    Cost: ``n_fractions * n_repeats`` trainings.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skdvgs.datasets import corrupt_labels
    >>> from skdvgs.metrics import removal_curve
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy, corrupted = corrupt_labels(y[::2], 0.3, random_state=0)
    >>> curve = removal_curve(
    ...     LogisticRegression(max_iter=1000), X[::2], y_noisy, X[1::2], y[1::2], values=~corrupted,
    ...     fractions=[0, 0.1, 0.2, 0.3], n_repeats=1, random_state=0,
    ... )
    >>> curve.n_removed
    array([ 0,  7, 15, 22])
    >>> bool(curve.scores[-1, 0] > curve.scores[0, 0])
    True
    """
    _check_settings(order, n_repeats)
    values = read_values(values)
    check_consistent_length(X, y, values)
    check_consistent_length(X_test, y_test)
    shares = _read_fractions(fractions)
    scorer = check_scoring(estimator, scoring=scoring)
    labels = _labels_to_keep(y) if is_classifier(estimator) else None
    seeds = check_random_state(random_state).randint(2**31 - 1, size=n_repeats).tolist()
    orders = [_removal_order(values, order, seed) for seed in seeds]
    left = [[_rows_left(rows, labels, fraction) for rows in orders] for fraction in shares]
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_train_and_score)(estimator, X, y, X_test, y_test, rows, scorer, seed)
        for at_fraction in left
        for (rows, _), seed in zip(at_fraction, seeds, strict=True)
    )
    n_spared = np.array([[spared for _, spared in at_fraction] for at_fraction in left])
    _warn_of_spared_rows(n_spared, shares)
    return Bunch(
        order=order,
        fractions=shares,
        n_removed=np.array([len(values) - len(at_fraction[0][0]) for at_fraction in left]),
        scores=np.array(scores, dtype=np.float64).reshape(len(shares), n_repeats),
        n_spared=n_spared,
    )


def _check_settings(order: str, n_repeats: object) -> None:
    orders = get_args(Order)
    if order not in orders:
        raise InvalidInputError(
            f"order is {order!r}. It says which rows go first. Choose one of {', '.join(orders)}."
        )
    if not isinstance(n_repeats, Integral) or n_repeats < 1:
        raise InvalidInputError(
            f"n_repeats is {n_repeats!r}. It says how often everything is repeated. Give a whole "
            "number of at least 1."
        )


def _read_fractions(fractions: int | ArrayLike) -> Floats:
    """Return the shares of rows to remove, sorted; an int k means 0, 1/k, ..., (k - 1)/k."""
    if isinstance(fractions, (int, np.integer)):
        fractions = np.arange(fractions) / max(fractions, 1)
    shares = np.asarray(fractions, dtype=np.float64)
    if shares.ndim != 1 or len(shares) == 0 or not np.all((shares >= 0) & (shares < 1)):
        raise InvalidInputError(
            f"fractions is read as {shares.tolist()}. They are shares of the rows to remove, and "
            "some rows must be left. Give numbers of at least 0 and below 1, e.g. [0, 0.1, 0.2]."
        )
    return np.unique(shares)


def _labels_to_keep(y: ArrayLike) -> Index | None:
    """Return the number of each row's class, or None where y is not one column of classes."""
    if type_of_target(y) not in ("binary", "multiclass"):
        return None
    return np.unique(np.asarray(y).ravel(), return_inverse=True)[1]


def _removal_order(values: Floats, order: str, seed: int) -> Index:
    """Return the rows in the order of their removal. Ties, or all rows, are in random order."""
    shuffled = np.random.RandomState(seed).permutation(len(values))
    if order == "random":
        return shuffled
    keys = values if order == "lowest" else -values
    return shuffled[np.argsort(keys[shuffled], kind="stable")]


def _rows_left(order: Index, labels: Index | None, fraction: float) -> tuple[Index, int]:
    """Return the rows left, in increasing order, and how many were spared for their class."""
    # 0.29 * 100 is 28.999999999999996 in binary; the rounding gives the 29 that was meant.
    n_remove = int(np.floor(round(fraction * len(order), 9)))
    may_go = np.ones(len(order), dtype=bool)
    if labels is not None:
        last_of_class = np.unique(labels[order[::-1]], return_index=True)[1]
        may_go[len(order) - 1 - last_of_class] = False
    gone = np.zeros(len(order), dtype=bool)
    gone[order[may_go][:n_remove]] = True
    return np.flatnonzero(~gone), int(np.count_nonzero(~may_go[:n_remove]))


def _warn_of_spared_rows(n_spared: Index, fractions: Floats) -> None:
    """Warn if a class would have been emptied. The warning names the first such fraction."""
    if not n_spared.any():
        return
    first = fractions[np.flatnonzero(n_spared.any(axis=1))[0]]
    warnings.warn(
        f"From fraction {first:g} on, removal would have emptied a class. The last row of each "
        "class was spared, and the next row went in its place. Give lower fractions to remove "
        "strictly in order.",
        SkdvgsWarning,
        stacklevel=3,
    )


def _train_and_score(
    estimator: Trainable,
    X: Table,
    y: ArrayLike,
    X_test: Table,
    y_test: ArrayLike,
    rows: Index,
    scorer: Callable[..., float],
    seed: int,
) -> float:
    """Return the score of a clone that was fitted on some rows, with one seed for all it draws."""
    estimator = clone(estimator)
    names = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    estimator.set_params(**dict.fromkeys(names, seed))
    estimator.fit(_safe_indexing(X, rows), _safe_indexing(y, rows))
    return float(scorer(estimator, X_test, y_test))
