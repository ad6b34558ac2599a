"""read_fit_data: checks all that a user passes to fit, before any work starts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _num_samples

from skdvgs._inputs.annotated import is_anndata, labels_of
from skdvgs._inputs.features import labels_within, read_features, read_target_features
from skdvgs._inputs.frame_columns import is_missing
from skdvgs._inputs.indices import warn_of_other_order
from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.named_arrays import are_records
from skdvgs._inputs.named_targets import (
    NamedTargets,
    class_targets,
    joined_sets,
    split_mapping,
)
from skdvgs._inputs.pred_probs import check_pred_probs_go_with, read_pred_probs
from skdvgs._inputs.target_set import check_scale, unpack_target
from skdvgs._inputs.targets import check_classes, read_target_y, read_y
from skdvgs._inputs.task import Rows
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class FitData:
    """Checked source and target rows.

    Attributes
    ----------
    source : Rows
        Rows to value.
    target : Rows or None
        Trusted rows; None for cross-fitting.
    n_classes : int
        Classes in both; 0 where there are none.
    y : array-like or None
        Labels as the user gave them.
    groups : int array of shape (n_samples,) or None
        Group of each source row, as numbers.
    targets : NamedTargets or None
        Several target sets, which `target` holds one after the other; None for a single one.
    n_pred_probs : int
        Class probabilities by a model of the user's own: so many last columns of X in both sets.
    gaps : int array of shape (n_indicators,)
        Columns of X whose missing numbers are filled in. Last columns but for `n_pred_probs` say
        where.
    """

    source: Rows
    target: Rows | None
    n_classes: int
    y: Any
    groups: NDArray[np.intp] | None
    targets: NamedTargets | None = None
    n_pred_probs: int = 0
    gaps: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))


def read_fit_data(
    estimator: Any,
    X: Any,
    y: Any,
    X_val: Any,
    y_val: Any,
    groups: Any,
    task: str,
    pred_probs: Any = None,
    pred_probs_val: Any = None,
) -> FitData:
    """Check both sets before any work starts."""
    if X is None and pred_probs is None:
        raise InvalidInputError(
            "X is None. Without features only pred_probs tells whether labels are right. Pass X, "
            "or pred_probs, class probabilities by a model that has not seen the rows."
        )
    if pred_probs is None and pred_probs_val is None:
        return _read_rows(estimator, X, y, X_val, y_val, groups, task)
    unpacked = unpack_target(X_val, None if X is None else y_val)[0]
    check_pred_probs_go_with(estimator.net, X, y, unpacked, y_val, pred_probs, pred_probs_val)
    if X is None:
        data = _read_labels(estimator, y, y_val, groups, task)
    else:
        data = _read_rows(estimator, X, y, X_val, y_val, groups, task)
    return _with_pred_probs(data, pred_probs, pred_probs_val)


def _read_rows(
    estimator: Any, X: Any, y: Any, X_val: Any, y_val: Any, groups: Any, task: str
) -> FitData:
    asked = y
    # First, as rows of several arrays are refused there: X_val then is no dict of target sets.
    within = labels_within(X)
    given = y = labels_of(X, within if y is None else y)
    warn_of_other_order(X, y)
    sets = split_mapping(X_val, y_val, X)
    if sets is None:
        X_val, y_val = unpack_target(X_val, y_val)
    X = read_features(estimator, X, estimator.net)
    kind, y = read_y(y, len(X), task)
    if estimator.net is None:
        _check_columns(kind, y)
    source, target, targets = Rows(X, y, kind), None, None
    if sets is not None:
        parts = {
            name: _read_named(estimator, name, *part, source, asked) for name, part in sets.items()
        }
        target, targets = joined_sets(parts)
    elif X_val is not None:
        target = _read_target(estimator, X_val, y_val, source, asked)
    if target is not None and not are_records(X):
        check_scale(X, target.X[:])
    if estimator.by_class:
        _check_one_kind(sets)
        targets = class_targets(source, target)
    n_classes = 0
    if kind == "classification":
        n_classes = check_classes(y, None if target is None else target.y)
    of_rows = read_groups(groups, len(X))
    _check_groups_differ(of_rows, target)
    data = FitData(source, target, n_classes, given, of_rows, targets)
    table = estimator._table
    return data if table is None else replace(data, gaps=table.gaps)


def _check_columns(kind: str, y: NDArray[Any]) -> None:
    if kind == "tags" or y.ndim > 2:
        raise InvalidInputError(
            f"y has rows of shape {y.shape[1:]}, as tags, masks and images have. The default "
            "network learns one label, indicators of 0 and 1, or columns of numbers. Pass these, "
            "or a network of your own."
        )


def _read_target(estimator: Any, X_val: Any, y_val: Any, source: Rows, asked: Any) -> Rows:
    """Read one target set; ``asked`` is the y of fit, which may name a column."""
    if is_anndata(X_val):
        y_val = labels_of(X_val, asked if y_val is None and isinstance(asked, str) else y_val)
    y_val = labels_within(X_val) if y_val is None else y_val
    X_val = read_target_features(estimator, X_val, source.X, estimator.net)
    y_val = read_target_y(y_val, len(X_val), source.kind, source.y, estimator.task)
    return Rows(X_val, y_val, source.kind)


def _read_named(
    estimator: Any, name: Any, X_val: Any, y_val: Any, source: Rows, asked: Any
) -> Rows:
    try:
        return _read_target(estimator, X_val, y_val, source, asked)
    except InvalidInputError as error:
        raise InvalidInputError(f"Target set {name!r}: {error}") from error


def _check_one_kind(sets: Any) -> None:
    if sets is not None:
        raise InvalidInputError(
            "by_class=True was given, and X_val is a dict. Target sets are either those of the "
            "dict or the classes. Leave by_class=False, or pass one X_val."
        )


def _read_labels(estimator: Any, y: Any, y_val: Any, groups: Any, task: str) -> FitData:
    """Rows without features."""
    n_samples = _num_samples(y)
    for name in ("n_features_in_", "feature_names_in_"):
        vars(estimator).pop(name, None)
    estimator._table = None
    kind, labels = read_y(y, n_samples, task)
    source, target = Rows(np.empty((n_samples, 0), dtype=np.float32), labels, kind), None
    if y_val is not None:
        n_target = _num_samples(y_val)
        labels_val = read_target_y(y_val, n_target, kind, labels, estimator.task)
        target = Rows(np.empty((n_target, 0), dtype=np.float32), labels_val, kind)
    n_classes = 0
    if kind == "classification":
        n_classes = check_classes(labels, None if target is None else target.y)
    return FitData(source, target, n_classes, y, read_groups(groups, n_samples))


def _check_groups_differ(groups: NDArray[np.intp] | None, target: Rows | None) -> None:
    if groups is None or target is not None or groups.any():
        return
    raise InvalidInputError(
        f"groups puts all {len(groups)} rows into one group. A row is valued by rows of other "
        "groups, and there are none. Give at least two groups, or a target set X_val."
    )


def _with_pred_probs(data: FitData, pred_probs: Any, pred_probs_val: Any) -> FitData:
    """Put class probabilities beside the features."""
    source, target = data.source, data.target
    if source.kind != "classification":
        raise InvalidInputError(
            f"pred_probs needs classes but the task is {source.kind}. It holds a probability for "
            "each class. Leave it out, or set task='classification' if y holds classes."
        )
    if isinstance(source.X, LargeRows) or source.X.ndim != 2:
        raise InvalidInputError(
            "pred_probs goes with a table in memory, or with X=None. This X is read when it is "
            "needed, or has rows that are no vectors. Pass X=None to go by pred_probs alone."
        )
    labels = source.y if target is None else np.concatenate([source.y, target.y])
    classes = np.unique(labels)
    probs = read_pred_probs(pred_probs, classes, len(source.X))
    source = replace(source, X=np.concatenate([source.X, probs], axis=1))
    if target is not None:
        probs_val = read_pred_probs(pred_probs_val, classes, len(target.X), "pred_probs_val")
        target = replace(target, X=np.concatenate([target.X[:], probs_val], axis=1))
    return replace(data, source=source, target=target, n_pred_probs=len(classes))


def read_groups(groups: Any, n_samples: int) -> NDArray[np.intp] | None:
    """Group of each row as a number.

    Raises
    ------
    InvalidInputError
        If there is not one group for each row.
    """
    if groups is None:
        return None
    groups = np.asarray(groups)
    may_miss = groups.dtype.kind not in "biuU"
    missing = [at for at, group in enumerate(groups.ravel()) if may_miss and is_missing(group)]
    if groups.ndim != 1 or len(groups) != n_samples:
        raise InvalidInputError(
            f"groups has shape {groups.shape} but X has {n_samples} rows. Each row belongs to one "
            "group. Give an array with a group for each row."
        )
    if missing:
        raise InvalidInputError(
            f"groups holds no group for {len(missing)} rows, the first is row {missing[0]} "
            "(counted from 0). Rows without one would be taken for one group. Give a row that "
            "stands alone a group of its own."
        )
    try:
        return np.unique(groups, return_inverse=True)[1]
    except TypeError as error:  # which cannot be sorted
        raise InvalidInputError(
            "groups holds entries of several types. Groups are compared with each other. Convert "
            "them, e.g. pandas.Series(groups).astype(str)."
        ) from error
