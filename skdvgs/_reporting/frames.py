"""The values of a fitted estimator as columns, and as dataframes of pandas or polars."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import type_of_target

from skdvgs._reporting.fit_rows import FitRows, says_of_each_row, valuer_of
from skdvgs._values.cut import keep_all_but_lowest, number_groups
from skdvgs.exceptions import InvalidInputError, MissingDependencyError


def make_values_frame(estimator: Any, frame: str | None) -> Any:
    """Make a dataframe of a fitted valuer, filter or sampler.

    Raises
    ------
    InvalidInputError
        For an unknown kind of dataframe.
    MissingDependencyError
        If its library is not installed.
    """
    given: FitRows = estimator._given
    kind = given.frame or "pandas" if frame is None else frame
    if kind not in ("pandas", "polars"):
        raise InvalidInputError(
            f"frame={frame!r} is no kind of dataframe. Values come as a pandas or a polars "
            "DataFrame. Use 'pandas', 'polars', or None for the kind that X was."
        )
    columns = value_columns(estimator)
    if kind == "pandas":
        return import_frames("pandas").DataFrame(columns, index=given.index)
    polars = import_frames("polars")
    made = polars.DataFrame({name: _plain(column) for name, column in columns.items()})
    # A missing number is a null there.
    return made.with_columns(polars.col(polars.Float64).fill_nan(None))


def value_columns(estimator: Any, y: Any = None) -> dict[str, NDArray[Any]]:
    """Return what is known of each row, by name; see ``values_frame``.

    Parameters
    ----------
    estimator : fitted valuer, filter or sampler
        With `values_`.
    y : array of shape (n_samples,) or (n_samples, n_outputs), default=None
        Labels to show. None shows those of fit.
    """
    valuer = valuer_of(estimator) if says_of_each_row(estimator) else None
    columns = {"value": np.asarray(estimator.values_)}
    errors = getattr(valuer, "standard_errors_", None)
    if errors is not None:
        columns["standard_error"] = np.asarray(errors)
    columns["rank"] = ranks(columns["value"])
    columns |= _label_columns(estimator, estimator._given.labels if y is None else np.asarray(y))
    suggested = getattr(valuer, "suggested_labels_", None)
    if suggested is not None:
        columns["suggested_label"] = np.asarray(suggested)
    columns["dropped"] = ~kept_rows(estimator)
    return columns


def ranks(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Rank of each value: 1 for the lowest, and of equal ones for the first."""
    found = np.empty(len(values), dtype=np.intp)
    found[np.argsort(values, kind="stable")] = np.arange(1, len(values) + 1)
    return found


def kept_rows(estimator: Any) -> NDArray[np.bool_]:
    """Mark the rows that stay: by a filter's own cut, or the one suggested for a valuer."""
    if hasattr(estimator, "support_"):
        return np.asarray(estimator.support_)
    values, labels = estimator.values_, estimator._given.labels
    has_classes = labels is not None and not is_continuous(estimator)
    groups = number_groups(labels if has_classes else None, len(values))
    n_low = round(estimator.low_fraction_ * len(values))
    return keep_all_but_lowest(values, groups, n_low)


def is_continuous(estimator: Any) -> bool:
    """Tell whether what the rows are labelled with is a quantity."""
    valuer = valuer_of(estimator)
    task = getattr(valuer, "task_", getattr(valuer, "task", "auto"))
    if task != "auto":
        return bool(task == "regression")
    labels = estimator._given.labels
    return labels is not None and type_of_target(labels).startswith("continuous")


def _label_columns(estimator: Any, labels: NDArray[Any] | None) -> dict[str, NDArray[Any]]:
    if labels is None:
        return {}
    name = "target" if is_continuous(estimator) else "label"
    if labels.ndim == 1:
        return {name: labels}
    return {f"{name}_{number}": column for number, column in enumerate(labels.T)}


def _plain(column: NDArray[Any]) -> Any:
    """Objects, such as text in a numpy array, as a list: polars finds their type itself."""
    return column.tolist() if column.dtype.kind in "OUS" else column


def import_frames(library: str, caller: str = "values_frame") -> Any:
    """Import pandas or polars.

    Raises
    ------
    MissingDependencyError
        Naming what to install.
    """
    try:
        return import_module(library)
    except ImportError as error:
        raise MissingDependencyError(
            f"{caller} needs {library}, which is not installed. skdvgs installs no dataframe "
            f'library by itself. Run: pip install "skdvgs[{library}]"'
        ) from error
