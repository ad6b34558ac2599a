"""make_values_frame: values of a fitted estimator as a dataframe of pandas or polars."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdvgs._inputs.task import has_positions, is_continuous
from skdvgs._reporting.fit_rows import Reportable, says_of_each_row, valuer_of
from skdvgs._utils.optional import import_optional
from skdvgs._utils.types import Floats, Index, Labels, Mask
from skdvgs._values.cut import keep_within_groups, number_groups
from skdvgs.exceptions import InvalidInputError


def make_values_frame(estimator: Reportable, frame: str | None) -> Any:
    """Return the columns of :func:`value_columns` as a dataframe.

    Raises
    ------
    InvalidInputError
        If `frame` is not 'pandas', 'polars' or None.
    MissingDependencyError
        If the library is not installed.
    """
    given = estimator._given
    kind = given.frame or "pandas" if frame is None else frame
    if kind not in ("pandas", "polars"):
        raise InvalidInputError(
            f"frame={frame!r} is no kind of dataframe. Values come as a pandas or a polars "
            "DataFrame. Use 'pandas', 'polars', or None for the kind that X was."
        )
    columns = value_columns(estimator)
    if kind == "pandas":
        return import_optional("pandas", "values_frame", "pandas").DataFrame(
            columns, index=given.index
        )
    polars = import_optional("polars", "values_frame", "polars")
    made = polars.DataFrame({name: _plain(column) for name, column in columns.items()})
    # polars keeps NaN and missing apart.
    return made.with_columns(polars.col(polars.Float64).fill_nan(None))


def value_columns(estimator: Reportable, y: ArrayLike | None = None) -> dict[str, NDArray[Any]]:
    """Return what is known of each row, by name, as arrays of shape (n_samples,).

    Parameters
    ----------
    estimator : fitted valuer, filter or sampler
        The columns are those that `values_frame` documents.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        Labels to show. None shows those of fit.
    """
    valuer = valuer_of(estimator) if says_of_each_row(estimator) else None
    columns: dict[str, NDArray[Any]] = {"value": np.asarray(estimator.values_)}
    errors = getattr(valuer, "standard_errors_", None)
    if errors is not None and getattr(estimator, "target", None) is None:
        columns["standard_error"] = np.asarray(errors)
    by_target = getattr(valuer, "values_by_target_", None)
    if by_target is not None:
        names = getattr(valuer, "target_names_", range(by_target.shape[1]))
        columns |= {
            f"value_{name}": column for name, column in zip(names, by_target.T, strict=True)
        }
    columns["rank"] = ranks(columns["value"])
    columns |= _label_columns(estimator, estimator._given.labels if y is None else np.asarray(y))
    suggested = getattr(valuer, "suggested_labels_", None)
    if suggested is not None:
        columns["suggested_label"] = np.asarray(suggested)
    columns["dropped" if drops_rows(estimator) else "is_low"] = ~kept_rows(estimator)
    return columns


def drops_rows(estimator: object) -> bool:
    """Tell whether an estimator drops low rows. A valuer does not, nor one that relabels them."""
    return hasattr(estimator, "support_") and getattr(estimator, "action", "drop") == "drop"


def ranks(values: Floats) -> Index:
    """Return the rank of each value, 1 for the lowest; of equal values the first ranks lower."""
    found = np.empty(len(values), dtype=np.intp)
    found[np.argsort(values, kind="stable")] = np.arange(1, len(values) + 1)
    return found


def kept_rows(estimator: Reportable) -> Mask:
    """Return which rows a filter or sampler keeps, or for a valuer which ones its filter would."""
    support = getattr(estimator, "support_", None)
    if support is not None:
        return np.asarray(support)
    values, labels = estimator.values_, estimator._given.labels
    has_none = has_continuous_labels(estimator) or has_positions(valuer_of(estimator), labels)
    classes = None if has_none else labels
    # As LowValueFilter has it by default.
    has_one_label = classes is not None and classes.ndim == 1
    max_fraction = 0.5 if labels is None or has_one_label else None
    cut = getattr(estimator, "low_threshold_", None)
    share = getattr(estimator, "low_fraction_", 0.0) if cut is None else np.mean(values < cut)
    n_low = round(share * len(values))
    return keep_within_groups(values, number_groups(classes, len(values)), n_low, max_fraction)


def has_continuous_labels(estimator: Reportable) -> bool:
    """Tell whether the labels of fit are quantities."""
    return is_continuous(valuer_of(estimator), estimator._given.labels)


def _label_columns(estimator: Reportable, labels: Labels | None) -> dict[str, Labels]:
    """Return the labels as `label` or `target`, numbered where there are several columns."""
    if labels is None or labels.ndim > 2:  # masks and images are no columns
        return {}
    return columns_of_labels(labels, "target" if has_continuous_labels(estimator) else "label")


def columns_of_labels(labels: Labels, name: str) -> dict[str, Labels]:
    """Return labels as one column, or as numbered ones where there are several."""
    if labels.ndim == 1:
        return {name: labels}
    return {f"{name}_{number}": column for number, column in enumerate(labels.T)}


def _plain(column: NDArray[Any]) -> NDArray[Any] | list[Any]:
    """Return objects and text as a list, in which polars finds the type itself."""
    return column.tolist() if column.dtype.kind in "OUS" else column
