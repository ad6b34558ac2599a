"""Rows and Task: which task labels or targets pose, and how a network is given them as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_regressor
from sklearn.utils.multiclass import type_of_target

from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.named_arrays import numbers_of_row

Features = NDArray[Any] | LargeRows
Kind = Literal["classification", "multilabel", "tags", "regression", "reconstruction"]

TASKS = ("auto", "classification", "tags", "regression", "reconstruction")


@dataclass(frozen=True)
class Rows:
    """Checked features and labels of a set of rows.

    Attributes
    ----------
    X : array or LargeRows of shape (n_samples, ...)
        Features, float32, or int64 for a network of one's own that embeds integers.
    y : array
        Labels (n,), indicators (n, ...), class numbers of tags (n, ...) or float64 targets
        (n, ...); without columns (n, 0) when features are to be reconstructed.
    kind : str
        'classification', 'multilabel', 'tags', 'regression' or 'reconstruction'.
    """

    X: Features
    y: NDArray[Any]
    kind: Kind

    def take(self, index: NDArray[np.intp] | slice) -> Rows:
        """Some of the rows, in memory."""
        return Rows(self.X[index], self.y[index], self.kind)

    def joined(self, other: Rows) -> Rows:
        """These rows, then others of their kind, in memory."""
        X = np.concatenate([self.X[:], other.X[:]])
        return Rows(X, np.concatenate([self.y, other.y]), self.kind)


@dataclass(frozen=True)
class Task:
    """A kind of task and how its labels or targets are encoded.

    Attributes
    ----------
    kind : str
        'classification' (one of the classes), 'multilabel' (any of them), 'tags' (a class number
        for each of several positions), 'regression' (one or more numbers) or 'reconstruction' (the
        features themselves).
    n_outputs : int
        Numbers a network has to return for a row.
    classes : array of shape (n_classes,) or None
        Sorted labels; column numbers for 'multilabel'.
    mean, scale : arrays of the shape of a row's y
        Of the target set's y, for regression: the network fits ``(y - mean) / scale``.
    row_shape : tuple of int
        Shape of a row's y; empty for one label.
    """

    kind: Kind
    n_outputs: int
    classes: NDArray[Any] | None = None
    mean: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    scale: NDArray[np.float64] = field(default_factory=lambda: np.ones(1))
    row_shape: tuple[int, ...] = ()

    def encode(self, rows: Rows) -> NDArray[Any]:
        """Class numbers (n,) or (n, ...) int64, or float32 targets of shape (n, ...) or X's own."""
        if self.kind == "reconstruction":
            return rows.X[:]
        if self.kind == "classification":
            assert self.classes is not None
            return np.searchsorted(self.classes, rows.y).astype(np.int64)
        if self.kind == "multilabel":
            return rows.y.astype(np.float32)
        if self.kind == "tags":
            return rows.y
        return ((rows.y - self.mean) / self.scale).astype(np.float32)


def make_task(source: Rows, target: Rows) -> Task:
    """Fix the classes from both sets, and the scale of targets from the target set alone."""
    kind, y = source.kind, target.y
    shape, size = y.shape[1:], int(np.prod(y.shape[1:]))
    if kind == "classification":
        classes = np.unique(np.concatenate([source.y, y]))
        return Task(kind, len(classes), classes)
    if kind == "multilabel":
        return Task(kind, size, np.arange(size), row_shape=shape)
    if kind == "tags":
        return Task(kind, size, row_shape=shape)
    if kind == "reconstruction":
        return Task(kind, numbers_of_row(source.X))
    mean = y.mean(axis=0)
    # The squares of tiny numbers would be zero.
    largest = np.abs(y - mean).max(axis=0)
    unit = np.where(largest > 0, largest, 1.0)
    scale = unit * ((y - mean) / unit).std(axis=0)
    return Task(kind, size, None, mean, np.where(scale > 0, scale, 1.0), shape)


def is_continuous(valuer: object, y: Any) -> bool:
    """Tell whether `y` holds quantities, not classes.

    A fitted valuer knows it best, as whole numbers may be either. Only where it does not say so,
    the numbers themselves decide.
    """
    if y is None or hasattr(valuer, "classes_"):
        return False
    task = getattr(valuer, "task_", getattr(valuer, "task", "auto"))
    if task in ("regression", "classification", "multilabel", "tags"):
        return bool(task == "regression")
    if hasattr(valuer, "__sklearn_tags__") and is_regressor(valuer):
        return True
    if has_positions(valuer, y):
        return bool(np.asarray(y).dtype.kind == "f")
    return bool(type_of_target(y).startswith("continuous"))


def has_positions(valuer: object, y: Any) -> bool:
    """Tell tags, masks and images, of which no two rows are of one class, from labels of a row."""
    return getattr(valuer, "task_", None) == "tags" or len(getattr(y, "shape", ())) > 2
