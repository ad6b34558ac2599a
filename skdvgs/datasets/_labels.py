"""corrupt_labels: give some rows the label of another class."""

from __future__ import annotations

import warnings
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array, check_random_state

from .._utils.types import Floats, Index, Labels, Mask, Seed
from ..exceptions import InvalidInputError
from ._checks import check_choice, count_of, read_classes, take_from

_FOLDS = 5
# Keeps rows that the classifier is certain of drawable, once no others are left.
_SMALLEST_CHANCE = 1e-12

Kind: TypeAlias = Literal["uniform", "class_conditional", "instance_dependent"]


def corrupt_labels(
    y: ArrayLike,
    fraction: float,
    *,
    kind: Kind = "uniform",
    X: ArrayLike | None = None,
    transition: ArrayLike | None = None,
    random_state: Seed = None,
) -> tuple[Any, Mask]:
    """Give a fraction of the rows the label of another class.

    Exactly ``round(fraction * n_samples)`` labels are changed, each to a *different* class.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Class labels of any type. Not changed.
    fraction : float in [0, 1]
        Share of the labels to change.
    kind : {'uniform', 'class_conditional', 'instance_dependent'}, default='uniform'
        How the rows and their new labels are chosen.

        - 'uniform': every row is equally likely, and so is every other class.
        - 'class_conditional': some classes are mistaken for each other more often than others;
          see `transition`.
        - 'instance_dependent': rows that a simple classifier finds hard are more likely, and get
          the label that it suggests; see `X`.
    X : array-like of shape (n_samples, ...), default=None
        Features, only for 'instance_dependent'. All axes but the first are flattened.
    transition : array-like of shape (n_classes, n_classes), default=None
        Only for 'class_conditional'. Entry (a, b) is the probability that a row of the a-th class
        in sorted order gets the label of the b-th; rows sum to 1. How *many* labels are changed
        depends on `fraction` alone, see Notes. None changes each class to the next in sorted
        order, and the last to the first.
    random_state : int, RandomState instance or None, default=None
        Draws the rows, and the labels they get.

    Returns
    -------
    y_noisy : ndarray or Series of shape (n_samples,)
        Labels after the corruption, of the same type; a pandas or polars Series stays one.
    corrupted : ndarray of bool of shape (n_samples,)
        True where the label was changed.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. If y is not one column of at least two classes, or has missing labels. If
        an argument is missing or does not suit `kind`. If `fraction` is outside [0, 1], or asks for
        more rows than can be changed.

    See Also
    --------
    corrupt_targets : The same for regression.
    corrupt_features : Add noise to the features instead.
    skdvgs.metrics.noise_detection_auroc : How well values find the corrupted rows.

    Notes
    -----
    Let :math:`c_{ib}` be the chance that row i of class a is mistaken for class b ≠ a. It is

    - for 'uniform' the same for all b;
    - for 'class_conditional' the entry :math:`T_{ab}` of the transition matrix;
    - for 'instance_dependent' the probability of class b by a logistic regression on standardised
      features, out of sample in a stratified 5-fold cross-validation.

    Rows are drawn one after the other without replacement, each in proportion to
    :math:`w_i = \\sum_b c_{ib}`. Row i gets label b with probability :math:`c_{ib} / w_i`. So the
    diagonal of the transition matrix only says how much more often one class is changed than
    another.

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
    check_choice("kind", kind, get_args(Kind))
    _check_companions(kind, X, transition)
    classes, member, codes = read_classes(y)
    n_corrupted = count_of(fraction, len(codes))
    rng = check_random_state(random_state)
    if kind == "uniform":
        chances = np.ones((len(codes), len(classes)))
    elif kind == "class_conditional":
        matrix = _next_class(len(classes)) if transition is None else transition
        chances = _check_transition(matrix, classes)[codes]
    else:
        chances = _out_of_fold_chances(X, codes, rng)
    # A row's own class is no corruption.
    chances[np.arange(len(codes)), codes] = 0.0
    rows = _draw_rows(chances.sum(axis=1), n_corrupted, rng)
    donors = np.arange(len(codes))
    # Any row of a class can lend its label; so labels keep their type, whatever it is.
    donors[rows] = member[_draw_classes(chances[rows], rng)]
    return take_from(y, donors), donors != np.arange(len(codes))


def _check_companions(kind: Kind, X: ArrayLike | None, transition: ArrayLike | None) -> None:
    """Raise unless X and transition are given where `kind` uses them, and only there."""
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


def _next_class(n_classes: int) -> Floats:
    """Return the transition matrix from each class to the next, and from the last to the first."""
    return np.roll(np.eye(n_classes), 1, axis=1)


def _check_transition(transition: ArrayLike, classes: Labels) -> Floats:
    """Return a matrix of transition probabilities, of shape (n_classes, n_classes).

    Raises
    ------
    InvalidInputError
        If it has another shape, negative entries, or rows that do not sum to 1.
    """
    matrix = np.asarray(transition, dtype=np.float64)
    n_classes = len(classes)
    if matrix.shape != (n_classes, n_classes):
        raise InvalidInputError(
            f"transition has shape {matrix.shape}, and y holds {n_classes} classes. It needs a row "
            f"and a column for each class in sorted order. Give shape ({n_classes}, {n_classes})."
        )
    if not np.all(matrix >= 0) or not np.allclose(matrix.sum(axis=1), 1.0):
        sums = ", ".join(f"{total:g}" for total in matrix.sum(axis=1)[:10])
        raise InvalidInputError(
            f"transition has the row sums {sums} and the smallest entry {matrix.min():g}. Its rows "
            "are probabilities. Give entries of at least 0, and rows that sum to 1."
        )
    return matrix


def _out_of_fold_chances(X: ArrayLike | None, codes: Index, rng: np.random.RandomState) -> Floats:
    """Return class probabilities by a logistic regression trained on the other folds.

    The shape is (n_samples, n_classes).

    Raises
    ------
    InvalidInputError
        If X has not as many rows as y, or a class has a single row.
    """
    features = check_array(X, allow_nd=True, input_name="X")
    features = features.reshape(len(features), -1)
    if len(features) != len(codes):
        raise InvalidInputError(
            f"X has {len(features)} rows and y has {len(codes)}. Each label needs its features. "
            "Pass both from the same table."
        )
    smallest = int(np.bincount(codes).min())
    if smallest < 2:
        raise InvalidInputError(
            "y holds a class with a single row. The classifier of 'instance_dependent' is "
            "cross-validated, which takes two. Leave that class out, or choose another kind."
        )
    folds = StratifiedKFold(min(_FOLDS, smallest), shuffle=True, random_state=rng)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    with warnings.catch_warnings():
        # A boundary that has not quite converged does as well.
        warnings.simplefilter("ignore", ConvergenceWarning)
        chances = cross_val_predict(classifier, features, codes, cv=folds, method="predict_proba")
    drawable: Floats = np.maximum(chances, _SMALLEST_CHANCE)
    return drawable


def _draw_rows(weights: Floats, n_rows: int, rng: np.random.RandomState) -> Index:
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


def _draw_classes(chances: Floats, rng: np.random.RandomState) -> Index:
    """Draw a class for each row of chances, in proportion to them."""
    with np.errstate(divide="ignore"):
        keys = np.log(chances) + rng.gumbel(size=chances.shape)
    drawn: Index = np.argmax(keys, axis=1)
    return drawn
