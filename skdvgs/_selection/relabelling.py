"""OtherLabels: the label that suits a row best, of those that it does not have."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.labels import as_plain_array
from skdvgs._inputs.task import is_continuous
from skdvgs._selection.valuing import Valued
from skdvgs.exceptions import InvalidInputError


class OtherLabels(NamedTuple):
    """New labels of some rows.

    Attributes
    ----------
    labels : array of shape (n_rows,)
        The best label of each row that is not its own.
    chance : array of shape (n_rows,)
        Its probability to be the right one, in [0, 1]; 1 where the valuer gives no probabilities.
    """

    labels: NDArray[Any]
    chance: NDArray[np.float64]


def check_has_classes(y: Any) -> None:
    """Raise where it is plain before any work that rows have no labels to exchange."""
    if y is None or is_continuous(None, y):
        what = "y is None" if y is None else "y holds continuous numbers"
        raise InvalidInputError(
            f"action='relabel' exchanges labels, but {what}. There are no classes to choose from. "
            "Pass labels, or set action='drop'."
        )


def check_label_values(valued: Valued) -> None:
    """Raise unless a valuer tells which other label suits a row.

    Raises
    ------
    InvalidInputError
        If the task has no classes, or the valuer gives no value of each row under each label.
    """
    last, name = valued.last, type(valued.last).__name__
    task = getattr(last, "task_", "classification")
    if task != "classification":
        raise InvalidInputError(
            f"action='relabel' exchanges labels, but the valuer reads y as {task}. Only one label "
            "out of several can be exchanged. Set action='drop', or task='classification' of the "
            "valuer if y holds one label a row."
        )
    found, classes = _label_values(valued), getattr(last, "classes_", None)
    if found is None or classes is None:
        raise InvalidInputError(
            f"action='relabel' needs the value of each row under each label, but {name} has no "
            "label_values_ and classes_. Use a DVGSValuer; one with a network of your own needs "
            "suggest_labels=True. Or set action='drop'."
        )
    expected = (len(valued.values), len(classes))
    if np.shape(found) != expected or not np.isfinite(found).all():
        raise InvalidInputError(
            f"{name}.label_values_ has shape {np.shape(found)} or is not finite. Rows are "
            f"relabelled by it. It must hold finite numbers and have shape {expected}."
        )
    if len(classes) < 2:
        raise InvalidInputError(
            f"action='relabel' needs another label, but {name} knows one class only. Pass rows of "
            "two classes or more, or set action='drop'."
        )


def best_other_labels(valued: Valued, y: Any, rows: NDArray[np.intp]) -> OtherLabels:
    """Find the best label of some rows that is not their own.

    Parameters
    ----------
    valued : Valued
        The rows of y with their values, as checked by :func:`check_label_values`.
    y : array-like of shape (n_samples,) or (n_samples, 1)
        Given labels.
    rows : int array of shape (n_rows,)
        Which rows.
    """
    classes = np.asarray(valued.last.classes_)
    label_values = np.array(_label_values(valued), dtype=np.float64)
    is_probability = bool(
        label_values.min() >= 0 and np.allclose(label_values.sum(axis=1), 1.0, atol=1e-6)
    )
    label_values = label_values[rows]
    own = np.searchsorted(classes, as_plain_array(y, "y").ravel()[rows])
    label_values[np.arange(len(rows)), own] = -np.inf
    best = label_values.argmax(axis=1)
    chance = label_values[np.arange(len(rows)), best] if is_probability else np.ones(len(rows))
    return OtherLabels(classes[best], chance)


def _label_values(valued: Valued) -> Any:
    if valued.label_values is not None:
        return valued.label_values
    return getattr(valued.last, "label_values_", None) if valued.fitted_here else None


def exchange_labels(y: Any, rows: NDArray[np.intp], labels: NDArray[Any]) -> Any:
    """Return y with other labels in some rows, of the kind that it was.

    A pandas object keeps index, name and type, a list stays a list, and a polars series stays one.
    Anything else becomes an array. Text is never cut to the length that it had.
    """
    if hasattr(y, "iloc"):
        changed = y.copy()
        if hasattr(y, "columns"):
            changed.isetitem(0, exchange_labels(y.iloc[:, 0], rows, labels))
            return changed
        if hasattr(y.dtype, "categories"):
            known = set(y.cat.categories)
            new = [label for label in np.unique(labels).tolist() if label not in known]
            changed = changed.cat.add_categories(new) if new else changed
        changed.iloc[rows] = labels
        return changed
    if isinstance(y, list):
        changed = list(y)
        for row, label in zip(rows.tolist(), labels.tolist(), strict=True):
            changed[row] = [label] if isinstance(y[row], list) else label
        return changed
    array = np.asarray(y)
    if array.dtype.kind != "O":
        array = array.astype(np.result_type(array.dtype, labels.dtype))
    changed = array.copy()
    changed.reshape(-1)[rows] = labels
    if type(y).__module__.partition(".")[0] == "polars" and hasattr(y, "name"):
        return type(y)(y.name, changed.tolist())
    return changed
