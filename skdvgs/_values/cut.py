"""keep_within_groups and others: which rows are kept, by number or threshold; no group goes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from skdvgs.exceptions import InvalidInputError


def number_groups(y: Any, n_samples: int) -> NDArray[np.intp]:
    """Number the rows by label, or by combination of labels where `y` has several columns."""
    if y is None:
        return np.zeros(n_samples, dtype=np.intp)
    columns = np.asarray(y.toarray() if issparse(y) else y)
    groups = np.zeros(n_samples, dtype=np.intp)
    for column in columns.reshape(n_samples, -1).T:
        labels, codes = np.unique(column, return_inverse=True)
        # Renumbered after every column, so that the numbers never outgrow the row count.
        groups = np.unique(groups * len(labels) + codes, return_inverse=True)[1]
    return groups


def count_of_fraction(fraction: float, n_samples: int) -> int:
    """Return floor(fraction × n_samples), as if `fraction` were the decimal that was typed."""
    # 0.29 * 100 is 28.999999999999996 in binary; the rounding gives the 29 that was meant.
    return math.floor(round(fraction * n_samples, 9))


def best_of_each_group(values: NDArray[np.float64], groups: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Mark the row of highest value in every group; of equal values the later row."""
    highest_first = np.argsort(values, kind="stable")[::-1]
    first_met = np.unique(groups[highest_first], return_index=True)[1]
    best = np.zeros(len(values), dtype=bool)
    best[highest_first[first_met]] = True
    return best


def keep_all_but_lowest(
    values: NDArray[np.float64], groups: NDArray[np.intp], n_drop: int
) -> NDArray[np.bool_]:
    """Mark the rows kept when the `n_drop` lowest go, the best row of each group aside.

    Where the best row of a group is among the lowest, the next lowest row goes in its place, so
    that exactly `n_drop` rows go as long as that many rows are not the best of their group. Of
    equal values the earlier row goes first.
    """
    lowest_first = np.argsort(values, kind="stable")
    may_go = lowest_first[~best_of_each_group(values, groups)[lowest_first]]
    support = np.ones(len(values), dtype=bool)
    support[may_go[:n_drop]] = False
    return support


def keep_within_groups(
    values: NDArray[np.float64],
    groups: NDArray[np.intp],
    n_low: int,
    max_fraction: float | None,
) -> NDArray[np.bool_]:
    """Mark the rows kept when the `n_low` lowest go, but no more than a share of any group.

    The best row of each group is kept in any case. No row goes in the place of one that is kept,
    so that fewer than `n_low` may go. Of equal values the earlier row goes first.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Higher is better.
    groups : int array of shape (n_samples,)
        Numbers from 0.
    n_low : int
        Rows that are low.
    max_fraction : float or None
        Share of a group that may go, in (0, 1]; None is all but one row.
    """
    lowest_first = np.argsort(values, kind="stable")
    is_low = np.zeros(len(values), dtype=bool)
    is_low[lowest_first[:n_low]] = True
    sizes = np.bincount(groups)
    most = sizes - 1
    if max_fraction is not None:
        # Rounded for the same reason as in count_of_fraction.
        most = np.minimum(most, np.floor(np.round(max_fraction * sizes, 9)).astype(np.intp))
    by_group = lowest_first[np.argsort(groups[lowest_first], kind="stable")]
    place = np.empty(len(values), dtype=np.intp)
    place[by_group] = np.arange(len(values)) - (np.cumsum(sizes) - sizes)[groups[by_group]]
    support: NDArray[np.bool_] = ~is_low | (place >= most[groups])
    return support


def keep_at_least(
    values: NDArray[np.float64], groups: NDArray[np.intp], threshold: float
) -> NDArray[np.bool_]:
    """Mark the rows of value `threshold` or more, and the best row of each group."""
    if threshold > values.max():
        raise InvalidInputError(
            f"threshold={threshold:g} is above all {len(values)} values; the highest is "
            f"{values.max():g}. No row would be left to learn from. Set a lower threshold, or "
            "set a fraction instead."
        )
    return (values >= threshold) | best_of_each_group(values, groups)


def lowest_kept(values: NDArray[np.float64], support: NDArray[np.bool_]) -> float:
    """Return the lowest kept value that no dropped value exceeds: where the cut lies.

    Rows kept only because they are the best of their group may lie below it.
    """
    kept = values[support]
    if support.all():
        return float(kept.min())
    return float(kept[kept >= values[~support].max()].min())
