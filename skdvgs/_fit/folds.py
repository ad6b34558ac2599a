"""Fold: a target set and the source rows it scores; how folds are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold, check_cv

from skdvgs._inputs.target_set import Index
from skdvgs.exceptions import InvalidInputError


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
