"""ShownRows: a table that a user passed to be shown, of whatever kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from skdvgs._inputs.annotated import features_of, is_anndata
from skdvgs._inputs.columns import names_of_columns
from skdvgs._reporting.explanation.unusual import UnusualFeature, find_unusual
from skdvgs._reporting.report.rows import Features, features_of_table
from skdvgs._utils.optional import import_optional
from skdvgs._utils.types import Index, Labels
from skdvgs.exceptions import InvalidInputError

# Takes positions of rows, and whether each is one of X. Returns their features as a pandas frame.
FeaturesOf = Callable[[list[int], list[bool]], Any]


class ShownRows:
    """Rows to show.

    Parameters
    ----------
    X : array-like, sparse matrix, frame or AnnData of shape (n_samples, n_columns)
        The table.
    names : array-like of str or None
        Names of the columns, where X has none.
    n_samples : int
        How many rows it must have.
    argument : str
        What messages call it.

    Raises
    ------
    InvalidInputError
        If it has another number of rows.
    """

    def __init__(self, X: Any, names: Labels | None, n_samples: int, argument: str = "X") -> None:
        if _num_samples(X) != n_samples:
            raise InvalidInputError(
                f"{argument} holds {_num_samples(X)} rows but fit was given {n_samples}. Rows are "
                "shown by their positions. Pass the rows of fit, in the same order."
            )
        known = names_of_columns(X) if is_anndata(X) else names
        self._X = features_of(X)
        self._is_frame = hasattr(self._X, "columns")
        self._names = known

    def unusual(self, rows: Index) -> list[list[UnusualFeature]]:
        """Entries of some rows that are far from what the columns usually hold."""
        if not len(rows) or len(getattr(self._X, "shape", ())) > 2:
            return [[] for _ in rows]
        return find_unusual(self._X, rows, self._names_of(self._width()))

    def features(self, rows: Index) -> Features:
        """Some rows as columns to show."""
        return features_of_table(self._X, rows, self._names)

    def frame(self, pandas: Any, positions: list[int]) -> Any:
        """Some rows as a pandas DataFrame with a fresh index."""
        rows = np.asarray(positions, dtype=np.intp)
        if self._is_frame:
            taken = _safe_indexing(self._X, rows)
            taken = taken if hasattr(taken, "iloc") else pandas.DataFrame(taken.to_dict())
            return taken.reset_index(drop=True)
        X = self._X if hasattr(self._X, "shape") else np.asarray(self._X, dtype=object)
        taken = X[rows]
        taken = np.asarray(taken.toarray() if hasattr(taken, "toarray") else taken)
        taken = taken.reshape(len(rows), -1)
        return pandas.DataFrame(taken, columns=self._names_of(taken.shape[1]))

    def _width(self) -> int:
        if hasattr(self._X, "shape"):
            return int(self._X.shape[1])
        return len(self._X[0])

    def _names_of(self, width: int) -> list[str]:
        known = [] if self._names is None else [str(name) for name in np.asarray(self._names)]
        return known if len(known) == width else [f"x{at}" for at in range(width)]


def features_in(shown: ShownRows | None, shown_val: ShownRows | None) -> FeaturesOf:
    """Return a function that makes one frame of rows of X and of target rows."""

    def features_of(positions: list[int], is_of_x: list[bool]) -> Any:
        pandas = import_optional("pandas", "to_frame", "pandas")
        parts = []
        for place, (position, of_x) in enumerate(zip(positions, is_of_x, strict=True)):
            table = shown if of_x else shown_val
            assert table is not None
            parts.append(table.frame(pandas, [position]).set_axis([place]))
        return pandas.concat(parts)

    return features_of
