"""TargetSet: features and labels of trusted rows, kept together where scikit-learn slices."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.task import Features
from skdvgs.exceptions import InvalidInputError, TargetScaleWarning

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
    if isinstance(X_val, tuple) and len(X_val) == 2 and _is_pair(*X_val):
        raise InvalidInputError(
            "X_val is a tuple of two arrays, as features and labels are. Labels of the target set "
            "have an argument of their own. Pass X_val=X and y_val=y, or X_val=TargetSet(X, y)."
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


def _is_pair(X: Any, y: Any) -> bool:
    """Tell features and labels from two rows, which are of one shape."""
    shapes = [part.shape if hasattr(part, "shape") else np.shape(part) for part in (X, y)]
    return len(shapes[0]) > 1 and tuple(shapes[0]) != tuple(shapes[1])


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
