"""read_values and read_mask: values, and columns that say something of each valued row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._utils.types import Floats, Mask
from ..exceptions import InvalidInputError


def read_values(values: ArrayLike) -> Floats:
    """Return values as floats of shape (n_samples,), all of them finite.

    Raises
    ------
    InvalidInputError
        If they have another shape, there are none, or one is NaN or infinite.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or len(numbers) == 0 or not np.all(np.isfinite(numbers)):
        raise InvalidInputError(
            f"values has shape {numbers.shape} and {np.count_nonzero(~np.isfinite(numbers))} "
            "entries that are NaN or infinite. Rows are ranked by one number each. Pass finite "
            "values of shape (n_samples,)."
        )
    return numbers


def read_column(column: ArrayLike, name: str, n_samples: int) -> NDArray[Any]:
    """Return a column as an array of shape (n_samples,).

    Raises
    ------
    InvalidInputError
        If it has another shape. The message calls it `name`.
    """
    entries = np.asarray(column)
    if entries.shape != (n_samples,):
        raise InvalidInputError(
            f"{name} has shape {entries.shape}, and there are {n_samples} values. It says "
            f"something of each valued row. Pass shape ({n_samples},)."
        )
    return entries


def read_mask(is_noisy: ArrayLike, n_samples: int, *, needs_both: bool = False) -> Mask:
    """Return which rows are noisy, as booleans of shape (n_samples,).

    Raises
    ------
    InvalidInputError
        If it has another shape, or other entries than True and False. With `needs_both`, also if
        no row is noisy or every row is.
    """
    entries = read_column(is_noisy, "is_noisy", n_samples)
    if not np.all(np.isin(entries, (0, 1))):
        raise InvalidInputError(
            "is_noisy holds other entries than True and False. It says of each row whether it is "
            "noisy; row numbers do not. Pass a boolean mask."
        )
    mask = entries.astype(bool)
    if needs_both and (mask.all() or not mask.any()):
        raise InvalidInputError(
            f"is_noisy marks {mask.sum()} of {n_samples} rows. How well noisy rows are told from "
            "clean ones takes both. Mark some rows, and not all."
        )
    return mask
