"""Which rows are the target set: one that is given, or each fold of the source in turn."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold, check_cv

from ._task import Features
from .exceptions import InvalidInputError, TargetScaleWarning, UnseenLabelWarning

Index = NDArray[np.intp]


# Quantiles of more rows would hardly differ.
_MOST_ROWS_COMPARED = 10_000


@dataclass(frozen=True, eq=False)
class TargetSet:
    """A target set as one object, which scikit-learn does not cut.

    ``cross_val_score(..., params={"X_val": X_val})`` slices every array that has as many rows
    as X, a target set among them. Wrapped like this it reaches each fit whole, as it is. Where
    the steps before shall transform it (``transform_input=["X_val"]``), pass ``X_val=(X_val,)``
    and ``y_val=(y_val,)`` instead: a tuple of one array is transformed and not sliced.

    Parameters
    ----------
    X : array-like of shape (n_target, n_features)
        Features of the target rows.
    y : array-like of shape (n_target,) or (n_target, n_outputs), default=None
        Their labels or targets; None for reconstruction.

    See Also
    --------
    DVGSValuer : Takes it as ``X_val``.

    Examples
    --------
    >>> from skdvgs import TargetSet
    >>> target = TargetSet([[0.0], [1.0]], [0, 1])
    >>> target.y
    [0, 1]
    """

    X: Any
    y: Any = None

    def __float__(self) -> float:
        # What scikit-learn asks for when a step before, say a scaler, is to transform this.
        raise InvalidInputError(
            "A TargetSet cannot be transformed: it reaches the valuer as it is. For a target set "
            "that takes the same steps as X, set transform_input=['X_val'] in the Pipeline and "
            "pass X_val=(X_val,) and y_val=(y_val,), tuples of one array."
        )


def unpack_target(X_val: Any, y_val: Any) -> tuple[Any, Any]:
    """Features and labels of a target set, however it was passed.

    Each may come as a tuple of one array, which scikit-learn transforms but does not slice.

    Raises
    ------
    InvalidInputError
        If labels come without features, or twice.
    """
    X_val, y_val = (
        part[0] if isinstance(part, tuple) and len(part) == 1 else part for part in (X_val, y_val)
    )
    if isinstance(X_val, TargetSet):
        if y_val is not None:
            raise InvalidInputError(
                "y_val was passed although X_val is a TargetSet. One of the two labels is "
                "meant. Leave y_val out."
            )
        return X_val.X, X_val.y
    if X_val is None and y_val is not None:
        raise InvalidInputError(
            "y_val was passed without X_val. Labels alone are no target set. Pass X_val too."
        )
    return X_val, y_val


@dataclass(frozen=True)
class Fold:
    """One target set and the source rows it values.

    Attributes
    ----------
    target : int array
        Target rows; of X, or of the target set that was given.
    source : int array
        Rows of X to value.
    """

    target: Index
    source: Index


def given_target(n_samples: int, n_target: int) -> list[Fold]:
    """A target set was given: it values every row."""
    return [Fold(np.arange(n_target), np.arange(n_samples))]


def resample(target: Index, y: Any, kind: str, seed: int) -> tuple[Index, Index]:
    """Draw as many target rows with replacement, as many of each class as there are.

    Parameters
    ----------
    target : int array of shape (n_target,)
        Rows to draw from.
    y : array of shape (n_target, ...)
        Their labels or targets.
    kind : str
        The kind of task.
    seed : int
        Which rows are drawn.

    Returns
    -------
    drawn, left_out : int arrays
        The rows drawn, repeats included, and those never drawn: about 37 of 100.
    """
    rng = np.random.default_rng(seed)
    groups = np.zeros(len(y), dtype=np.intp)
    if kind == "classification":
        groups = np.unique(y, return_inverse=True)[1]
    of_groups = [target[groups == group] for group in np.unique(groups)]
    drawn = np.concatenate([rng.choice(rows, len(rows)) for rows in of_groups])
    return np.sort(drawn), np.setdiff1d(target, drawn)


def cross_fit(X: Any, y: Any, kind: str, cv: Any, seed: int) -> list[Fold]:
    """No target set: each fold in turn is the target and values all the other rows.

    Raises
    ------
    InvalidInputError
        If there are fewer rows than folds, or fewer rows of a class than folds.
    """
    n = len(X)
    stratify = kind == "classification"
    if isinstance(cv, (int, np.integer)):
        _check_counts(n, y if stratify else None, int(cv), X.shape[1] if X.ndim == 2 else None)
        make = StratifiedKFold if stratify else KFold
        cv = make(int(cv), shuffle=True, random_state=seed)
    else:
        cv = check_cv(cv, y if stratify else None, classifier=stratify)
    folds = [
        Fold(np.sort(target), np.setdiff1d(np.arange(n), target, assume_unique=True))
        for _, target in cv.split(np.zeros((n, 1)), y if stratify else None)
    ]
    valued = np.zeros(n, dtype=bool)
    for fold in folds:
        valued[fold.source] = True
    if not folds or not valued.all():
        raise InvalidInputError(
            f"cv gives {len(folds)} folds that leave {int((~valued).sum())} rows always in the "
            "target. A row is valued by the folds it is not in. Use at least two folds."
        )
    return folds


def _check_counts(n: int, y: Any, cv: int, n_features: int | None) -> None:
    size = f"n_samples = {n}" + (f", n_features = {n_features}" if n_features else "")
    if n < cv:
        raise InvalidInputError(
            f"X ({size}) has fewer rows than the {cv} folds asked for. Each fold needs a row. "
            "Give more rows, a target set X_val, or a smaller cv."
        )
    if y is None:
        return
    labels, counts = np.unique(y, return_counts=True)
    rarest = int(np.argmin(counts))
    if counts[rarest] >= cv:
        return
    label = labels[rarest : rarest + 1].tolist()[0]
    remedy = f"set cv={int(counts[rarest])}" if counts[rarest] > 1 else "drop that class"
    raise InvalidInputError(
        f"X ({size}) holds {counts[rarest]} rows of class {label!r} but "
        f"{cv} folds were asked for. Each fold is the target set in turn and needs every "
        f"class. Give more rows, {remedy} or pass a target set X_val; if y measures or counts "
        "something, set task='regression'."
    )


def check_classes(y: Any, y_target: Any) -> int:
    """Refuse a target set of one class; warn of labels that it lacks.

    Returns
    -------
    int
        Classes in both sets together.

    Raises
    ------
    InvalidInputError
        If the target set holds one class only.
    """
    known = np.unique(y_target)
    if len(known) < 2:
        raise InvalidInputError(
            f"The target set holds one class only: {known.tolist()}. A network that sees 1 class "
            "learns nothing about the others. Give target rows of at least two classes."
        )
    lacking = np.setdiff1d(y, known)
    if len(lacking):
        warnings.warn(
            f"y holds {lacking.tolist()[:10]}, which the target set lacks: "
            f"{int(np.isin(y, lacking).sum())} rows. Their gradients disagree with every target "
            "gradient, so their values will be low whatever their quality. Add such rows to the "
            "target set.",
            UnseenLabelWarning,
            stacklevel=4,
        )
    return len(known) + len(lacking)


def check_scale(X: Features, X_target: NDArray[np.float32]) -> None:
    """Warn when the target set's columns are clearly on another scale than the source's."""
    # Quantiles, so that a few wild rows are not taken for another scale.
    (low, middle, high), (low_t, middle_t, high_t) = (
        np.quantile(_some_rows(rows), [0.1, 0.5, 0.9], 0) for rows in (X, X_target)
    )
    spread, spread_t = high - low, high_t - low_t
    varying = (spread > 0) & (spread_t > 0)
    if not varying.any():
        return
    ratio = np.abs(np.log10(spread_t[varying] / spread[varying]))
    shift = np.abs(middle_t - middle)[varying] / np.maximum(spread, spread_t)[varying]
    # Medians: a few columns may well differ between a table and its trusted part.
    if np.median(ratio) < np.log10(4.0) and np.median(shift) < 1.0:
        return
    warnings.warn(
        f"X_val is on another scale than X: its columns spread {10 ** np.median(ratio):.3g} times "
        f"more or less and are shifted by {np.median(shift):.3g} times their spread (medians). "
        "Values will be poor. In a Pipeline, enable metadata routing and set "
        "transform_input=['X_val'], so that X_val takes the same steps as X.",
        TargetScaleWarning,
        stacklevel=4,
    )


def _some_rows(X: Features) -> NDArray[np.float64]:
    """Rows enough for quantiles, spread evenly, as a table."""
    if len(X) > _MOST_ROWS_COMPARED:
        X = X[np.linspace(0, len(X) - 1, _MOST_ROWS_COMPARED).astype(np.intp)]
    return np.asarray(X[:], dtype=np.float64).reshape(len(X), -1)
