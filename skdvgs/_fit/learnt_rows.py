"""labelled_rows: the rows that the default network learns from, as its restarts take them."""

from __future__ import annotations

import numpy as np

from skdvgs._default_net.restart import LabelledRows
from skdvgs._fit.known_rows import KnownRows
from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.read import FitData
from skdvgs._inputs.task import Rows, Task
from skdvgs._utils.types import Index, Labels
from skdvgs.exceptions import InvalidInputError

# Rows of the source that the scorers learn from, at most. Time and memory of a fit grow with them.
_MOST_LEARNT_ROWS = 50_000
# Of rows that are not in memory, no more than this many numbers: 128 MiB, and copies of them.
_MOST_LEARNT_NUMBERS = 2**25
_LEAST_LEARNT_ROWS = 1000
# Without labels scorers learn from 5,000 rows, and every other row costs the same.
_MOST_UNLABELLED_ROWS = 10_000
# Below, no row can be told from the others.
_LEAST_UNLABELLED_ROWS = 5


def rows_to_learn(task: Task, source: Rows, known: KnownRows) -> Index:
    """Source rows that the scorers learn from, in an order that their content decides.

    So values do not depend on where a row stands: permuted rows have permuted values.
    """
    n, most = len(source.X), _MOST_LEARNT_ROWS
    if task.kind == "reconstruction":
        most = _MOST_UNLABELLED_ROWS
    if isinstance(source.X, LargeRows):
        fitting = _MOST_LEARNT_NUMBERS // int(np.prod(source.X.shape[1:]))
        most = min(most, max(_LEAST_LEARNT_ROWS, fitting))
    return known.order(encoded(task, source))[: min(n, most)]


def labelled_rows(
    task: Task, data: FitData, learnt: Index, source_group: Index | None
) -> LabelledRows:
    """Source rows to learn from, then all target rows."""
    # Files are read in their order.
    in_order = np.sort(learnt)
    place = np.searchsorted(in_order, learnt)
    source = data.source.take(in_order).take(place)
    rows = source if data.target is None else source.joined(data.target)
    is_target = np.arange(len(rows.X)) >= len(learnt)
    X = np.ascontiguousarray(rows.X[:], dtype=np.float32)
    group = np.arange(len(X))
    if source_group is not None:
        group[: len(learnt)] = source_group[learnt]
        group[len(learnt) :] += source_group.max() + 1
        # Numbered by the first of its rows, as the order of the rows is that of their content.
        _, first, group = np.unique(group, return_index=True, return_inverse=True)
        group = np.argsort(np.argsort(first))[group]
    fold = np.zeros(len(X), dtype=np.intp)
    return LabelledRows(X, encoded(task, rows), is_target, group, fold, data.n_pred_probs)


def check_unlabelled(data: FitData, rows: LabelledRows) -> None:
    """Refuse too few rows to tell any from the others.

    Raises
    ------
    InvalidInputError
        If there are fewer than 5 rows.
    """
    n = len(rows.X)
    if n < _LEAST_UNLABELLED_ROWS:
        raise InvalidInputError(
            f"X (n_samples = {len(data.source.X)}) and the target set hold {n} rows. Without "
            f"labels each row is compared with the others. Give at least {_LEAST_UNLABELLED_ROWS} "
            "rows."
        )


def encoded(task: Task, rows: Rows) -> Labels:
    """Class numbers, 0/1 labels, or targets as they are; no columns without labels."""
    as_given = task.kind in ("regression", "reconstruction")
    return rows.y if as_given else np.asarray(task.encode(rows))
