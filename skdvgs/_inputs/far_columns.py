"""far_offsets: columns too far from zero for float32 to tell entries apart, as times and ids."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs.exceptions import SkdvgsWarning

# float32 has 24 bits: of a column this many times further from zero than it spreads, less than
# 11 bits are left to tell its entries apart. Nearer ones are left as they are, bit for bit.
_FAR = 2.0**13


def far_offsets(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Median of each column that is far from zero for its spread; 0 for the others.

    Parameters
    ----------
    rows : array of shape (n_samples, n_features)
        Some rows, as numbers of any precision; NaN where missing.
    """
    rows = np.asarray(rows, dtype=np.float64)
    offsets = np.zeros(rows.shape[1])
    columns = np.flatnonzero(~np.isnan(rows).all(axis=0))
    with np.errstate(over="ignore", invalid="ignore"):
        low, middle, high = np.nanquantile(rows[:, columns], [0.25, 0.5, 0.75], axis=0)
        # Where most entries are equal, the others are what there is to be told apart.
        spread = np.where(high > low, high - low, np.nanstd(rows[:, columns], axis=0))
    is_far = (spread > 0) & (np.abs(middle) > _FAR * spread)
    offsets[columns[is_far]] = middle[is_far]
    return offsets


def warn_of_rounding(rows: NDArray[Any], names: NDArray[Any] | None) -> None:
    """Say which columns lose what they hold in float32, which a network of one's own is given."""
    far = np.flatnonzero(far_offsets(rows))
    if not len(far):
        return
    columns = far.tolist() if names is None else [str(name) for name in names[far]]
    warnings.warn(
        f"X is far from zero for its spread in columns {columns[:10]}. A network of one's own "
        "sees X as float32, whose 24 bits hardly tell such entries apart. Subtract the mean "
        "first, e.g. by sklearn.preprocessing.StandardScaler.",
        SkdvgsWarning,
        stacklevel=4,
    )
