"""What displays read off a fitted valuer, filter or sampler, and off arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..exceptions import InvalidInputError
from ..metrics._checks import read_values


def values_of(estimator: Any) -> NDArray[np.float64]:
    """Return the values of a fitted valuer, filter or sampler."""
    check_is_fitted(estimator, "values_")
    return read_values(estimator.values_)


def attribute_of(estimator: Any, name: str) -> Any:
    """Return a fitted attribute of the estimator or of the valuer inside it, or None."""
    valuer = getattr(estimator, "valuer_", None)
    return getattr(estimator, name, getattr(valuer, name, None))


def read_column(column: Any, name: str, n_samples: int) -> NDArray[Any]:
    """Read one entry for each row.

    Raises
    ------
    InvalidInputError
        If there are more or fewer.
    """
    entries = np.asarray(column)
    if entries.shape != (n_samples,):
        raise InvalidInputError(
            f"{name} has shape {entries.shape}, and there are {n_samples} values. It says "
            f"something of each valued row. Pass shape ({n_samples},)."
        )
    return entries


def read_mask(is_noisy: Any, n_samples: int) -> NDArray[np.bool_] | None:
    """Read which rows are noisy; None where that is not known.

    Raises
    ------
    InvalidInputError
        If it is no mask of the rows.
    """
    if is_noisy is None:
        return None
    mask = read_column(is_noisy, "is_noisy", n_samples)
    if not np.all(np.isin(mask, (0, 1))):
        raise InvalidInputError(
            "is_noisy holds other entries than True and False. It says of each row whether it is "
            "noisy; row numbers do not. Pass a boolean mask."
        )
    return mask.astype(bool)
