"""FitRows: what fit keeps of the rows that it was given, for dataframes and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from skdvgs._inputs.indices import index_of
from skdvgs._utils.types import HasValues, Labels, SparseMatrix, Table

FrameKind: TypeAlias = Literal["pandas", "polars"]


@dataclass(frozen=True)
class FitRows:
    """What fit keeps of the rows, beside their values. The features are not kept.

    Attributes
    ----------
    frame : {'pandas', 'polars'} or None
        The library of X if it was a dataframe, else None.
    index : pandas.Index or None
        The index of X if it was a pandas dataframe.
    labels : array of shape (n_samples,) or (n_samples, n_outputs), or None
        A copy of y, or None if there was none.
    n_target : int or None
        Number of rows in the target set, or None if there was none.
    """

    frame: FrameKind | None
    index: Any
    labels: Labels | None
    n_target: int | None


class Reportable(HasValues, Protocol):
    """A fitted valuer, filter or sampler, as far as every report needs it.

    Attributes
    ----------
    values_ : array of shape (n_samples,)
        Higher is better.
    """

    _given: FitRows


def remember_rows(X: Table, y: ArrayLike | SparseMatrix | None, n_target: int | None) -> FitRows:
    """Return what is kept of X of shape (n_samples, ...), and a copy of y."""
    labels = None
    if y is not None:
        labels = np.asarray(y.toarray() if hasattr(y, "toarray") else y).copy()
        labels = labels.ravel() if labels.ndim == 2 and labels.shape[1] == 1 else labels
    kind = frame_kind(X)
    return FitRows(kind, index_of(X), labels, n_target)


def frame_kind(X: object) -> FrameKind | None:
    """Return the library of a dataframe, without importing it; None for anything else."""
    if not hasattr(X, "columns"):
        return None
    if hasattr(X, "iloc") and hasattr(X, "index"):
        return "pandas"
    return "polars" if type(X).__module__.partition(".")[0] == "polars" else None


def valuer_of(estimator: Any) -> Any:
    """The valuer inside a filter, a sampler or a Pipeline of these; any other estimator itself."""
    valued = getattr(estimator, "_valued", None)
    return getattr(estimator, "valuer_", estimator) if valued is None else valued.last


def says_of_each_row(estimator: Any) -> bool:
    """Whether attributes of the valuer are those of the rows: one fitted before has others."""
    valued = getattr(estimator, "_valued", None)
    return valued is None or bool(valued.fitted_here)
