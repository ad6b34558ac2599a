"""corrupt_labels: give some rows the label of another class."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from ..exceptions import InvalidInputError
from ._chances import check_transition, next_class, out_of_fold_chances
from ._checks import check_choice, count_of, take_from
from ._classes import read_classes

KINDS = ("uniform", "class_conditional", "instance_dependent")

Kind = Literal["uniform", "class_conditional", "instance_dependent"]


def corrupt_labels(
    y: Any,
    fraction: float,
    *,
    kind: Kind = "uniform",
    X: ArrayLike | None = None,
    transition: ArrayLike | None = None,
    random_state: Any = None,
) -> tuple[Any, NDArray[np.bool_]]:
    """Give a fraction of the rows the label of another class.

    Exactly ``round(fraction * n_samples)`` labels are changed, each to a *different* class.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Class labels of any type. Not changed.
    fraction : float in [0, 1]
        Share of the labels to change.
    kind : {'uniform', 'class_conditional', 'instance_dependent'}, default='uniform'
        Which rows are changed, and to what.

        - 'uniform': every row is equally likely, and so is every other class.
        - 'class_conditional': by a matrix of how classes are mistaken for each other; see
          `transition`.
        - 'instance_dependent': rows near the boundary of a simple classifier are more likely,
          and get the label that it takes them for; see `X`.
    X : array-like of shape (n_samples, ...), default=None
        Features, for 'instance_dependent' and only there. All axes but the first are flattened.
    transition : array-like of shape (n_classes, n_classes), default=None
        For 'class_conditional' and only there. Entry (a, b) is the probability that a row of the
        a-th class in sorted order gets the label of the b-th; rows sum to 1. How *many* labels are
        changed is up to `fraction` alone, see Notes. None takes each class for the next in sorted
        order, and the last for the first.
    random_state : int, RandomState instance or None, default=None
        Which rows, and the labels they get.

    Returns
    -------
    y_noisy : ndarray or Series of shape (n_samples,)
        Labels after the corruption, of the same type; a pandas or polars Series stays one.
    corrupted : ndarray of bool of shape (n_samples,)
        True where the label was changed.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; if y is not one column of at least two classes without gaps, an argument
        is missing or does not fit, or fewer rows can be changed than `fraction` asks for.

    See Also
    --------
    corrupt_targets : The same for regression.
    corrupt_features : Add noise to the features instead.
    skdvgs.metrics.noise_detection_score : How well values find the corrupted rows.

    Notes
    -----
    Let :math:`c_{ib}` be the chance that row i of class a is taken for class b ≠ a: equal for all
    b for 'uniform', :math:`T_{ab}` of the transition matrix for 'class_conditional', and for
    'instance_dependent' the probability of class b by a logistic regression on standardised
    features, trained by stratified 5-fold cross-validation on the other folds. Rows are drawn one
    after the other without replacement, each in proportion to :math:`w_i = \\sum_b c_{ib}`, and
    row i gets label b with probability :math:`c_{ib} / w_i`. So the diagonal of the
    transition matrix only says how much more often one class is changed than another.

    Examples
    --------
    >>> import numpy as np
    >>> from skdvgs.datasets import corrupt_labels
    >>> y = np.repeat(["ant", "bee", "cow"], 10)
    >>> y_noisy, corrupted = corrupt_labels(y, 0.2, random_state=0)
    >>> int(corrupted.sum()), bool(np.all((y_noisy != y) == corrupted))
    (6, True)
    >>> y_noisy, corrupted = corrupt_labels(y, 0.2, kind="class_conditional", random_state=0)
    >>> sorted({f"{a} -> {b}" for a, b in zip(y[corrupted], y_noisy[corrupted])})
    ['ant -> bee', 'bee -> cow', 'cow -> ant']
    """
    check_choice("kind", kind, KINDS)
    _check_companions(kind, X, transition)
    classes, member, codes = read_classes(y)
    n_corrupted = count_of(fraction, len(codes))
    rng = check_random_state(random_state)
    if kind == "uniform":
        chances = np.ones((len(codes), len(classes)))
    elif kind == "class_conditional":
        matrix = next_class(len(classes)) if transition is None else transition
        chances = check_transition(matrix, classes)[codes]
    else:
        chances = out_of_fold_chances(X, codes, len(classes), rng)
    # A row's own class is no corruption.
    chances[np.arange(len(codes)), codes] = 0.0
    rows = _draw_rows(chances.sum(axis=1), n_corrupted, rng)
    donors = np.arange(len(codes))
    # Any row of a class can lend its label; so labels keep their type, whatever it is.
    donors[rows] = member[_draw_classes(chances[rows], rng)]
    return take_from(y, donors), donors != np.arange(len(codes))


def _check_companions(kind: str, X: Any, transition: Any) -> None:
    if (X is None) == (kind == "instance_dependent"):
        state = "missing" if X is None else "given"
        raise InvalidInputError(
            f"X is {state} for kind={kind!r}. Only 'instance_dependent' looks at features, and it "
            f"needs them. {'Pass X' if X is None else 'Leave X out'}, or choose another kind."
        )
    if transition is not None and kind != "class_conditional":
        raise InvalidInputError(
            f"transition is given for kind={kind!r}. Only 'class_conditional' uses it. Leave it "
            "out, or set kind='class_conditional'."
        )


def _draw_rows(
    weights: NDArray[np.float64], n_rows: int, rng: np.random.RandomState
) -> NDArray[np.intp]:
    """Draw rows one after the other without replacement, each in proportion to its weight."""
    n_possible = int(np.count_nonzero(weights))
    if n_rows > n_possible:
        raise InvalidInputError(
            f"{n_rows} labels are to change, but only {n_possible} rows are of a class that is "
            "ever taken for another. The transition matrix keeps the other classes as they are. "
            "Lower the fraction, or give these classes a chance to change."
        )
    # The largest of log(weight) + Gumbel noise are a draw of just this kind (Efraimidis and
    # Spirakis 2006), in one sort and without underflow.
    with np.errstate(divide="ignore"):
        keys = np.log(weights) + rng.gumbel(size=len(weights))
    return np.argsort(-keys, kind="stable")[:n_rows]


def _draw_classes(chances: NDArray[np.float64], rng: np.random.RandomState) -> NDArray[np.intp]:
    """Draw a class for each row of chances, in proportion to them."""
    with np.errstate(divide="ignore"):
        keys = np.log(chances) + rng.gumbel(size=chances.shape)
    return np.argmax(keys, axis=1)
