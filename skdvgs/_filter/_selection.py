"""Which rows go, which stay, and which surviving row stands in for one that goes.

Functions of arrays; they know no estimator. A *group* is the label of a row as a number, or its
combination of labels when it has several; without labels every row is in group 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from scipy.spatial import cKDTree

from skdvgs.exceptions import InvalidInputError

# A target counts as near when it is as near as kept targets are to each other (twice the way to
# the tenth neighbour follows dense and thin regions), or within half a standard deviation.
# On normal targets with a fifth of the rows dropped at random, fewer than one fit in a hundred
# then meets a target that is not near.
_NEAR_NEIGHBOURS = 10
_NEAR_FACTOR = 2.0
_NEAR_DEVIATIONS = 0.5


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


def replace_within_groups(
    values: NDArray[np.float64], groups: NDArray[np.intp], support: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return for each row the row whose features it gets: itself, or a survivor of its group.

    A dropped row gets a survivor of its own group, the highest value first, starting over when
    all were used: the counts of reuse within a group differ by at most one. Every group of a
    dropped row must have a survivor.
    """
    # Highest first is a choice of no weight: over six data sets and three classifiers, random
    # survivors and survivors spread over the ranks gave the same test accuracy to 0.0005.
    dropped, survivors = np.flatnonzero(~support), np.flatnonzero(support)
    dropped = dropped[np.argsort(groups[dropped], kind="stable")]
    survivors = survivors[np.lexsort((-values[survivors], groups[survivors]))]
    group_of_survivor = groups[survivors]
    start = np.searchsorted(group_of_survivor, groups[dropped], side="left")
    n_survivors = np.searchsorted(group_of_survivor, groups[dropped], side="right") - start
    turn = np.arange(len(dropped)) - np.searchsorted(groups[dropped], groups[dropped])
    rows = np.arange(len(values))
    rows[dropped] = survivors[start + turn % n_survivors]
    return rows


def replace_by_nearest_target(
    values: NDArray[np.float64], targets: ArrayLike, support: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return for each row the row whose features it gets: itself, or the nearest survivor.

    Nearest is by Euclidean distance between targets, each output divided by the standard
    deviation of its kept values. Survivors with equal targets share the rows evenly, the highest
    value first.
    """
    targets = np.asarray(targets, dtype=np.float64).reshape(len(values), -1)
    spread = targets[support].std(axis=0)
    scaled = targets / np.where(spread > 0, spread, 1.0)
    levels, level_of_kept = np.unique(scaled[support], axis=0, return_inverse=True)
    gaps, nearest = cKDTree(levels).query(scaled[~support])
    _refuse_far_targets(targets, support, gaps, _reach(scaled[support], levels)[nearest])
    groups = np.empty(len(values), dtype=np.intp)
    groups[support] = level_of_kept.ravel()
    groups[~support] = nearest
    return replace_within_groups(values, groups, support)


def _reach(kept: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far from each level of the kept targets another target still counts as near."""
    n_neighbours = min(_NEAR_NEIGHBOURS + 1, len(kept))
    neighbours = cKDTree(kept).query(levels, k=[n_neighbours])[0][:, 0]
    return np.maximum(_NEAR_FACTOR * neighbours, _NEAR_DEVIATIONS * np.sqrt(kept.var(axis=0).sum()))


def _refuse_far_targets(
    targets: NDArray[np.float64],
    support: NDArray[np.bool_],
    gaps: NDArray[np.float64],
    reach: NDArray[np.float64],
) -> None:
    """Raise when a dropped row has no survivor with a target near its own."""
    far = gaps > reach
    if not far.any():
        return
    row = np.flatnonzero(~support)[np.argmax(np.where(far, gaps / np.maximum(reach, 1e-300), 0))]
    kept = targets[support]
    shown = ", ".join(f"{target:g}" for target in targets[row])
    ranges = ", ".join(
        f"{low:g} to {high:g}" for low, high in zip(kept.min(axis=0), kept.max(axis=0), strict=True)
    )
    raise InvalidInputError(
        f"Of {len(gaps)} low-value rows, {far.sum()} have no kept row with a target near their "
        f"own: row {row} of y is {shown}, and kept targets span {ranges}. LowValueFilter would "
        "give it the features of a row with quite another target. Use LowValueSampler, which "
        "removes rows instead of replacing them."
    )
