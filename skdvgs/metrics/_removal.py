"""The removal curve: what becomes of a model as rows are removed by value."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, _safe_indexing, check_consistent_length, check_random_state
from sklearn.utils.parallel import Parallel, delayed

from ..exceptions import InvalidInputError
from ._checks import read_values
from ._removal_order import (
    labels_to_keep,
    read_fractions,
    removal_order,
    rows_left,
    warn_of_spared_rows,
)

ORDERS = ("lowest", "highest", "random")


def removal_curve(
    estimator: Any,
    X: Any,
    y: Any,
    X_test: Any,
    y_test: Any,
    values: ArrayLike,
    *,
    order: Literal["lowest", "highest", "random"] = "lowest",
    fractions: int | ArrayLike = 10,
    n_repeats: int = 5,
    scoring: Any = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> Bunch:
    """Score an estimator that is trained again and again as rows are removed by value.

    If values are good, removing the lowest rows helps or does little harm, and removing the
    highest does more harm than removing as many at random.

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
        Which rows go first. 'random' does not look at the values and is the reference.
    fractions : int or array-like of shape (n_fractions,), default=10
        Shares of the rows to remove, in [0, 1). A number k is the shares 0, 1/k, ..., (k - 1)/k.
    n_repeats : int, default=5
        How often everything is repeated with another random seed; see Notes.
    scoring : str, callable or None, default=None
        As scikit-learn means it; None is the estimator's own `score`. Higher is better.
    n_jobs : int or None, default=None
        Trainings at a time, by joblib. Scores do not depend on it.
    random_state : int, RandomState instance or None, default=None
        The seeds of the repeats. With an int, curves of different `order` use the same seeds, so
        that they start from the same scores.

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
        A ``ValueError``; for an unknown order, fractions outside [0, 1), values that are not
        finite or of another length than X.

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
    the rest. Each repeat draws one seed. It orders rows of equal value (all rows if
    ``order="random"``) and is what every `random_state` parameter of the estimator is set to, at
    all fractions. Without ties, a deterministic estimator therefore scores the same in all
    repeats of 'lowest' and 'highest'.

    *A class is never emptied* for a classifier: the row of each class whose turn comes last is
    spared, and the next row in order goes in its place. A fraction so large that only spared rows
    are left removes no further row. Both are counted, in `n_spared` and `n_removed`, and warned of.

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
    fractions = read_fractions(fractions)
    scorer = check_scoring(estimator, scoring=scoring)
    labels = labels_to_keep(y) if is_classifier(estimator) else None
    seeds = check_random_state(random_state).randint(2**31 - 1, size=n_repeats).tolist()
    orders = [removal_order(values, order, seed) for seed in seeds]
    left = [[rows_left(rows, labels, fraction) for rows in orders] for fraction in fractions]
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_train_and_score)(estimator, X, y, X_test, y_test, rows, scorer, seed)
        for at_fraction in left
        for (rows, _), seed in zip(at_fraction, seeds, strict=True)
    )
    n_spared = np.array([[spared for _, spared in at_fraction] for at_fraction in left])
    warn_of_spared_rows(n_spared, fractions)
    return Bunch(
        order=order,
        fractions=fractions,
        n_removed=np.array([len(values) - len(at_fraction[0][0]) for at_fraction in left]),
        scores=np.array(scores, dtype=np.float64).reshape(len(fractions), n_repeats),
        n_spared=n_spared,
    )


def _check_settings(order: Any, n_repeats: Any) -> None:
    if order not in ORDERS:
        raise InvalidInputError(
            f"order is {order!r}. It says which rows go first. Choose one of {', '.join(ORDERS)}."
        )
    if not isinstance(n_repeats, Integral) or n_repeats < 1:
        raise InvalidInputError(
            f"n_repeats is {n_repeats!r}. It says how often everything is repeated. Give a whole "
            "number of at least 1."
        )


def _train_and_score(
    estimator: Any,
    X: Any,
    y: Any,
    X_test: Any,
    y_test: Any,
    rows: NDArray[np.intp],
    scorer: Any,
    seed: int,
) -> float:
    estimator = clone(estimator)
    names = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    estimator.set_params(**dict.fromkeys(names, seed))
    estimator.fit(_safe_indexing(X, rows), _safe_indexing(y, rows))
    return float(scorer(estimator, X_test, y_test))
