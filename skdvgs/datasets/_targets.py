"""corrupt_targets: give some rows the regression target of another row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_array, check_random_state

from .._utils.types import Index, Mask, Seed
from ..exceptions import InvalidInputError
from ._checks import count_of, take_from


def corrupt_targets(
    y: ArrayLike, fraction: float, *, random_state: Seed = None
) -> tuple[Any, Mask]:
    """Give a fraction of the rows the target of another row.

    Wrong targets then have the distribution of right ones. No target stands out by itself: it is
    wrong only for its row's features.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets. Not changed.
    fraction : float in [0, 1]
        Share of the rows to corrupt: exactly ``round(fraction * n_samples)`` of them.
    random_state : int, RandomState instance or None, default=None
        Draws the rows, and whose target each of them gets.

    Returns
    -------
    y_noisy : ndarray, Series or DataFrame of the shape of `y`
        Targets after the corruption; a pandas Series or DataFrame or a polars Series stays one.
    corrupted : ndarray of bool of shape (n_samples,)
        True where the target was changed.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. If the fraction is not in [0, 1] or all targets are equal.

    See Also
    --------
    corrupt_labels : The same for classes.
    corrupt_features : Add noise to the features instead.

    Notes
    -----
    The corrupted rows are drawn without replacement. Each gets the original target of another row,
    drawn uniformly from those whose target *differs* from its own. So every corrupted target is a
    changed one, also where many targets are equal. A row with several outputs gets all outputs of
    one other row.

    Examples
    --------
    >>> import numpy as np
    >>> from skdvgs.datasets import corrupt_targets
    >>> y = np.linspace(0.0, 1.0, 11)
    >>> y_noisy, corrupted = corrupt_targets(y, 0.2, random_state=0)
    >>> int(corrupted.sum())
    2
    >>> bool(np.all((y_noisy != y) == corrupted))
    True
    """
    targets = check_array(y, ensure_2d=False, dtype=None, input_name="y")
    n_samples = len(targets)
    n_corrupted = count_of(fraction, n_samples)
    groups = np.unique(targets, axis=0, return_inverse=True)[1].ravel()
    if n_corrupted and groups.max() == 0:
        raise InvalidInputError(
            f"y holds {n_samples} equal targets. No row can be given a different one. Pass targets "
            "of at least two values, or fraction=0."
        )
    rng = check_random_state(random_state)
    rows = rng.choice(n_samples, size=n_corrupted, replace=False)
    donors = np.arange(n_samples)
    donors[rows] = _draw_from_other_groups(groups, rows, rng)
    return take_from(y, donors), donors != np.arange(n_samples)


def _draw_from_other_groups(groups: Index, rows: Index, rng: np.random.RandomState) -> Index:
    """Draw for each of `rows` a row of another group; all such rows are equally likely."""
    by_group = np.argsort(groups, kind="stable")
    counts = np.bincount(groups)
    own_count = counts[groups[rows]]
    own_start = (np.cumsum(counts) - counts)[groups[rows]]
    # A place among the rows sorted by group, with the row's own group skipped over.
    places = np.floor(rng.uniform(size=len(rows)) * (len(groups) - own_count)).astype(np.intp)
    places[places >= own_start] += own_count[places >= own_start]
    return by_group[places]
