"""Fit rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.annotated import is_anndata

FrameKind = Literal["pandas", "polars"]


@dataclass(frozen=True)
class FitRows:
    """What fit remembers of the rows it was given, beside their values.

    Attributes
    ----------
    frame : {'pandas', 'polars'} or None
        The kind of frame that X was.
    index : pandas.Index or None
        Of a pandas frame.
    labels : array of shape (n_samples,) or (n_samples, n_outputs), or None
        A copy of y.
    n_target : int or None
        Rows of the target set; None where there was none.
    """

    frame: FrameKind | None
    index: Any
    labels: NDArray[Any] | None
    n_target: int | None


def remember_rows(X: Any, y: Any, n_target: int | None) -> FitRows:
    """Remember what the rows are called. The features are not kept."""
    labels = None
    if y is not None:
        labels = np.asarray(y.toarray() if hasattr(y, "toarray") else y).copy()
        labels = labels.ravel() if labels.ndim == 2 and labels.shape[1] == 1 else labels
    kind = frame_kind(X)
    return FitRows(kind, index_of(X), labels, n_target)


def index_of(X: Any) -> Any:
    """The index of a pandas frame, the names of the observations of an AnnData, or None."""
    if is_anndata(X):
        return X.obs_names
    return X.index if frame_kind(X) == "pandas" else None


def frame_kind(X: Any) -> FrameKind | None:
    """Tell which kind of frame X is, without importing either."""
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
