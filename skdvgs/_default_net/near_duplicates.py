"""find_near_duplicates: rows so alike that they must not vouch for each other's labels."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.utils import gen_batches

from skdvgs._default_net.kernel import squared_distances
from skdvgs._utils.types import Floats32, Index

# Rows as near as the nearest of this many neighbours are no neighbourhood yet.
_NEIGHBOURS = 16
# Two rows are linked if their squared distance is below this share of that to the last neighbour,
# of both. The first tells whether there are near-duplicates, the second which ones.
_NOTICED, _GROUPED = 0.25, 0.40
# Rows that are linked: at least that share of all rows, in at least so many groups. A table that
# holds few distinct rows holds categories, not copies.
_LEAST_LINKED, _LEAST_GROUPS = 1 / 3, 20
# Linked rows whose nearest mate has another label: at most that share, and that share of those
# whose neighbourhood outside says otherwise; and these are not most. So wrong labels come in
# groups, as copies have them, and the labels are not all that holds groups together.
_MOST_UNLIKE_MATES, _UNLIKE_MATES, _MOST_UNLIKE_OUTSIDERS = 0.03, 0.1, 0.5
_LEAST_ROWS, _MOST_ROWS = 4 * _NEIGHBOURS, 20_000
# Distances at a time: 64 MiB.
_MOST_DISTANCES = 2**24


def find_near_duplicates(X: Floats32, codes: Index, equal: Index) -> Index | None:
    """Groups of near-duplicate rows, where a table holds many of them.

    Copies with some noise, or several visits of one subject, are much nearer to each other than to
    any other row, and share their label, be it right or wrong. One visit of each subject has no
    such links. Tables whose rows are near to each other by nature have links, but a wrong label
    differs from those of the rows linked to it.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Features on a scale where distances mean something. Tables of fewer than 64 rows and of
        more than 20,000 are not looked at.
    codes : int array of shape (n_samples,)
        Class numbers.
    equal : int array of shape (n_samples,)
        Rows with equal features have the same number.

    Returns
    -------
    int array of shape (n_samples,) or None
        Group of each row, numbered by its first row; None where there is nothing to group.
    """
    if not _LEAST_ROWS <= len(X) <= _MOST_ROWS:
        return None
    near, distances = _neighbours(X, equal)
    group = _components(near, distances, equal, _NOTICED)
    sizes = np.bincount(group)
    linked = np.flatnonzero(sizes[group] > 1)
    if len(linked) < _LEAST_LINKED * len(X) or np.count_nonzero(sizes > 1) < _LEAST_GROUPS:
        return None
    # A linked row is among the neighbours, and so is all that is nearer.
    is_mate = group[near[linked]] == group[linked, None]
    mate = near[linked, is_mate.argmax(axis=1)]
    unlike_mates = float(np.mean(codes[mate] != codes[linked]))
    if unlike_mates > _MOST_UNLIKE_MATES:
        return None
    unlike_outsiders = float(np.mean(_vote_outside(X, codes, group, linked) != codes[linked]))
    if unlike_mates > _UNLIKE_MATES * unlike_outsiders:
        return None
    if unlike_outsiders > _MOST_UNLIKE_OUTSIDERS:
        return None
    return _components(near, distances, equal, _GROUPED)


def _blocks(n_rows: int, n_columns: int) -> list[slice]:
    return list(gen_batches(n_rows, max(1, _MOST_DISTANCES // n_columns)))


def _neighbours(X: Floats32, equal: Index) -> tuple[Index, Floats32]:
    """The nearest other rows, nearest first, and the squared distances to them."""
    near = np.empty((len(X), _NEIGHBOURS), dtype=np.intp)
    distances = np.empty((len(X), _NEIGHBOURS), dtype=np.float32)
    for part in _blocks(len(X), len(X)):
        found = squared_distances(X[part], X)
        found[equal[part, None] == equal] = 0.0  # but for rounding
        rows = np.arange(len(X))[part]
        found[np.arange(len(rows)), rows] = np.inf
        nearest = np.argpartition(found, _NEIGHBOURS - 1, axis=1)[:, :_NEIGHBOURS]
        size = np.take_along_axis(found, nearest, axis=1)
        order = np.argsort(size, axis=1, kind="stable")
        near[part] = np.take_along_axis(nearest, order, axis=1)
        distances[part] = np.take_along_axis(size, order, axis=1)
    return near, distances


def _components(near: Index, distances: Floats32, equal: Index, share: float) -> Index:
    """Rows that links connect, numbered by their first row."""
    n, far = len(near), distances[:, -1]
    linked = distances < share * np.minimum(far[:, None], far[near])
    rows, places = np.nonzero(linked)
    # Equal rows, however many.
    first = np.unique(equal, return_index=True)[1][np.unique(equal, return_inverse=True)[1]]
    starts = np.concatenate([rows, np.arange(n)])
    ends = np.concatenate([near[rows, places], first])
    graph = coo_array((np.ones(len(starts), dtype=np.int8), (starts, ends)), shape=(n, n))
    group: Index = connected_components(graph.tocsr(), directed=False)[1].astype(np.intp)
    return group


def _vote_outside(X: Floats32, codes: Index, group: Index, rows: Index) -> Index:
    """Most frequent class among the nearest rows of other groups."""
    found = np.empty(len(rows), dtype=np.intp)
    is_class = np.eye(int(codes.max()) + 1, dtype=np.int32)
    n_near = _NEIGHBOURS - 1
    for part in _blocks(len(rows), len(X)):
        own = rows[part]
        distances = squared_distances(X[own], X)
        distances[group[own, None] == group] = np.inf
        nearest = np.argpartition(distances, n_near - 1, axis=1)[:, :n_near]
        found[part] = is_class[codes[nearest]].sum(axis=1).argmax(axis=1)
    return found
