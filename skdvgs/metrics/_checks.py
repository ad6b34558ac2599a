"""Checks of values and of what is known about the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exceptions import InvalidInputError


def read_values(values: Any) -> NDArray[np.float64]:
    """Read one finite number for each row.

    Raises
    ------
    InvalidInputError
        If it is anything else.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or len(numbers) == 0 or not np.all(np.isfinite(numbers)):
        raise InvalidInputError(
            f"values has shape {numbers.shape} and {np.count_nonzero(~np.isfinite(numbers))} "
            "entries that are NaN or infinite. Rows are ranked by one number each. Pass finite "
            "values of shape (n_samples,)."
        )
    return numbers


def read_noisy(is_noisy: Any, n_samples: int) -> NDArray[np.bool_]:
    """Read which rows are noisy: some of them, and not all.

    Raises
    ------
    InvalidInputError
        If it is anything else.
    """
    mask = np.asarray(is_noisy)
    if mask.shape != (n_samples,):
        raise InvalidInputError(
            f"is_noisy has shape {mask.shape}, and there are {n_samples} values. It says of each "
            f"valued row whether it is noisy. Pass shape ({n_samples},)."
        )
    if not np.all(np.isin(mask, (0, 1))):
        raise InvalidInputError(
            "is_noisy holds other entries than True and False. It says of each row whether it is "
            "noisy; row numbers do not. Pass a boolean mask."
        )
    mask = mask.astype(bool)
    if mask.all() or not mask.any():
        raise InvalidInputError(
            f"is_noisy marks {mask.sum()} of {n_samples} rows. How well noisy rows are told from "
            "clean ones takes both. Mark some rows, and not all."
        )
    return mask
