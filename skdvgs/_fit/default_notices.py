"""notice_near_duplicates, notice_nothing_to_learn: what is warned of in the data as a whole."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from skdvgs._default_net.dependence import NO_DOUBT, may_be_independent
from skdvgs._default_net.near_duplicates import find_near_duplicates
from skdvgs._default_net.restart import LabelledRows
from skdvgs._default_net.scaling import QuantileNormalScaling, TableScalings
from skdvgs._fit.known_rows import KnownRows
from skdvgs._utils.types import Index
from skdvgs.exceptions import NearDuplicateWarning, NothingToLearnWarning


def notice_near_duplicates(
    rows: LabelledRows, learnt: Index, known: KnownRows, scalings: TableScalings
) -> tuple[LabelledRows, Index | None]:
    """Group near-duplicates among the source rows, and say so.

    Parameters
    ----------
    rows : LabelledRows
        Source rows, then target rows; no groups were given.
    learnt : int array of shape (n_learnt,)
        Which source rows they are, in their order.
    known : KnownRows
        Tells equal rows.
    scalings : TableScalings
        Fitted to the rows.

    Returns
    -------
    rows : LabelledRows
        With groups, if there are any.
    groups : int array of shape (n_source,) or None
        Group of each source row in the order of the user.

    Warns
    -----
    NearDuplicateWarning
        If rows were grouped.
    """
    n = len(learnt)
    if n < known.n_rows or not rows.features.shape[1]:
        return rows, None
    equal = known.equal_features[learnt]
    found = find_near_duplicates(scalings.quantiles(rows.features[:n]), rows.y[:n], equal)
    if found is None:
        return rows, None
    sizes = np.bincount(found)
    several = sizes[sizes > 1]
    warnings.warn(
        f"X holds {len(several)} groups of near-duplicates, {several.sum()} of {n} rows in all and "
        f"at most {several.max()} in one group: rows much nearer to each other than to any others, "
        "and with the same label. Copies vouch for each other's labels, right or wrong. So no row "
        "of a group informs another one's value here. If you know which rows belong together, pass "
        "them as groups. To value each row by all others, pass groups=np.arange(len(X)).",
        NearDuplicateWarning,
        stacklevel=2,
    )
    group = np.empty(n, dtype=np.intp)
    group[learnt] = found
    with_target = np.concatenate([found, len(sizes) + np.arange(len(rows.X) - n)])
    return replace(rows, group=with_target), group


def notice_nothing_to_learn(kind: str, rows: LabelledRows, agreements: list[float]) -> bool:
    """Whether features tell anything about labels or targets.

    Parameters
    ----------
    kind : {'classification', 'multilabel', 'regression'}
        What y is.
    rows : LabelledRows
        Source rows, then target rows.
    agreements : list of float
        Of the scores of each restart with the labels, in standard errors.

    Warns
    -----
    NothingToLearnWarning
        If they do not.
    """
    if max(agreements) > NO_DOUBT:
        return True
    numbers: NDArray[Any] = rows.y
    if kind == "classification":
        numbers = np.eye(int(rows.y.max()) + 1, dtype=np.float32)[rows.y]
    elif kind == "regression":
        numbers = rankdata(rows.y, axis=0)
    # The order of the rows is that of their content, and so is the outcome of a fixed seed.
    X = QuantileNormalScaling(0).fit(rows.X).transform(rows.X)
    if not may_be_independent(X, numbers, rows.group, 0):
        return True
    warnings.warn(
        f"Nothing can be learnt about y: the {rows.X.shape[1]} columns of the {len(rows.X)} rows "
        "tell no more about it than about labels or targets drawn at random. The values say "
        "little, so low_fraction_ is NaN and no row counts as low. Give features that tell "
        "something about y, or more rows.",
        NothingToLearnWarning,
        stacklevel=2,
    )
    return False
