"""factors_of_tiny: columns that spread too little for their entries to be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# What is raised stays below this, far from the largest float32.
_LARGEST = 2.0**100


def factors_of_tiny(rows: NDArray[Any], tiny: float, raised: float) -> NDArray[np.float64]:
    """Power of two that raises each column that spreads too little; 1 for the others.

    Parameters
    ----------
    rows : array of shape (n_samples, n_features)
        Some rows, centred where they are far from zero; NaN where missing.
    tiny : float
        Columns that spread less are raised, constant ones never.
    raised : float
        About how much they spread then; less where an entry would become too large.
    """
    rows = np.asarray(rows, dtype=np.float64)
    factors = np.ones(rows.shape[1])
    columns = np.flatnonzero(~np.isnan(rows).all(axis=0))
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = np.nanquantile(rows[:, columns], [0.25, 0.75], axis=0)
        largest = np.nanmax(np.abs(rows[:, columns]), axis=0)
        # Where most entries are equal, the others are what there is to be told apart.
        whole = np.nanmax(rows[:, columns], axis=0) - np.nanmin(rows[:, columns], axis=0)
        spread = np.where(high > low, high - low, whole)
    is_tiny = (spread > 0) & (spread < tiny) & np.isfinite(largest)
    wanted = np.log2(raised) - np.log2(spread[is_tiny])
    room = np.log2(_LARGEST) - np.log2(largest[is_tiny])
    factors[columns[is_tiny]] = 2.0 ** np.floor(np.clip(np.minimum(wanted, room), 0, 1000))
    return factors


def raise_columns(rows: NDArray[Any], factors: NDArray[np.floating]) -> NDArray[Any]:
    """Rows with each column times its factor, in the type of the rows.

    Entries far larger than those that the factors were found from stay the largest, and finite.
    """
    raised = np.array(rows)
    columns = np.flatnonzero(factors != 1.0)
    part = raised[:, columns]
    with np.errstate(over="ignore"):
        times = part * factors[columns].astype(part.dtype)
    within = np.clip(times, -_LARGEST, _LARGEST)
    raised[:, columns] = np.where(np.isinf(part), part, within)
    return raised
