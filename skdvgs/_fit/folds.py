"""Fold: a target set and the source rows it scores; how folds are made."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)

from skdvgs._inputs.read import FitData
from skdvgs._inputs.target_set import Index
from skdvgs._utils.types import Folding, Labels
from skdvgs.exceptions import InvalidInputError, RareClassWarning


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


def cross_fit(
    X: Any, y: Any, kind: str, cv: Folding, seed: int, groups: Index | None = None
) -> list[Fold]:
    """No target set: each fold in turn is the target and values all the other rows.

    Raises
    ------
    InvalidInputError
        If there are fewer rows than folds.

    Warns
    -----
    RareClassWarning
        If there are fewer rows of a class than folds.
    """
    n = len(X)
    stratify = kind == "classification"
    if isinstance(cv, (int, np.integer)):
        _check_counts(n, y if stratify else None, int(cv), X.shape[1] if X.ndim == 2 else None)
        if groups is None:
            make: Any = StratifiedKFold if stratify else KFold
        else:
            make = StratifiedGroupKFold if stratify else GroupKFold
        splitter = make(int(cv), shuffle=True, random_state=seed)
    else:
        splitter = check_cv(cv, y if stratify else None, classifier=stratify)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # said above, with what to do
        folds = [
            Fold(np.sort(target), np.setdiff1d(np.arange(n), target, assume_unique=True))
            for _, target in splitter.split(np.zeros((n, 1)), y if stratify else None, groups)
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
    warnings.warn(
        f"X ({size}) holds {counts[rarest]} rows of class {label!r} but {cv} folds were asked for. "
        "Each fold is the target set in turn, and some lack this class. Their values of its rows "
        f"say little. Set cv={max(2, int(counts[rarest]))}, pass a target set X_val, or, if y "
        "measures or counts something, set task='regression'.",
        RareClassWarning,
        stacklevel=2,
    )


def left_out_together(data: FitData, cv: Folding) -> Index | None:
    """Group of each source row: rows that are left out together when one of them is scored.

    Parameters
    ----------
    data : FitData
        With the groups that the user gave, if any.
    cv : int, cross-validation generator or iterable
        An int groups no rows. The rows of a fold of anything else are a group, unless groups
        were given: then it must cut none of them.

    Returns
    -------
    int array of shape (n_samples,) or None
        None if every row stands alone.

    Raises
    ------
    InvalidInputError
        If the folds do not hold each row once, or cut a group.
    """
    if isinstance(cv, (int, np.integer)):
        return data.groups
    y = data.source.y if data.source.kind == "classification" else None
    n = len(data.source.X)
    fold = np.full(n, -1)
    try:
        splits = list(
            check_cv(cv, y, classifier=y is not None).split(np.zeros((n, 1)), y, data.groups)
        )
    except ValueError as error:
        raise InvalidInputError(f"cv={cv!r} cannot split the rows: {error}") from error
    for number, (_, test) in enumerate(splits):
        if (fold[test] >= 0).any():
            raise InvalidInputError(
                f"cv={cv!r} has a row in two folds. Each row is scored by fits without its fold. "
                "Give folds that hold each row once, or an int."
            )
        fold[test] = number
    if (fold < 0).any() or len(splits) < 2:
        raise InvalidInputError(
            f"cv gives {len(splits)} folds, and {int((fold < 0).sum())} rows are in none. Each row "
            "is scored by fits without its fold. Give at least two folds that hold each row once."
        )
    if data.groups is None:
        return fold
    of_group = np.full(data.groups.max() + 1, -1)
    of_group[data.groups] = fold
    if (of_group[data.groups] != fold).any():
        raise InvalidInputError(
            f"cv={cv!r} has rows of one group in two folds. Rows of a group must never inform each "
            "other. Use GroupKFold or StratifiedGroupKFold, or an int."
        )
    return data.groups


def group_folds(y: Labels | None, group: Index, n_folds: int, seed: int) -> Index:
    """Draw a fold for each row, for scorers that can only leave folds out.

    Parameters
    ----------
    y : array of shape (n_samples,) or None
        Classes to spread evenly over the folds.
    group : int array of shape (n_samples,)
        No group is cut.
    n_folds : int
        Folds, at most.
    seed : int
        Decides the folds.
    """
    n_groups = int(group.max()) + 1
    n_folds = min(n_folds, n_groups)
    alone = n_groups == len(group)
    if y is not None:
        n_folds = min(n_folds, int(np.unique(y, return_counts=True)[1].max()))
        make: Any = StratifiedKFold if alone else StratifiedGroupKFold
    else:
        make = KFold if alone else GroupKFold
    fold = np.zeros(len(group), dtype=np.intp)
    if n_folds < 2:
        return fold
    splitter = make(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A class with fewer rows than folds is missing from some: the others still score it.
        warnings.simplefilter("ignore", UserWarning)
        for number, (_, test) in enumerate(splitter.split(np.zeros((len(group), 1)), y, group)):
            fold[test] = number
    return fold
