"""Health: what a fit says of each class, of copies of rows, and of outliers."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdvgs._reporting.fit_rows import Reportable, says_of_each_row, valuer_of
from skdvgs._utils.types import Floats, Index, Mask

# Rows of less than this typicality look like hardly any other row.
LEAST_TYPICALITY = 0.1
_MOST_NAMED = 10


class Health:
    """Facts of the default network beyond the values; empty for other valuers.

    Parameters
    ----------
    estimator : fitted valuer, filter or sampler
        The estimator to describe.
    values : array of shape (n_samples,)
        Higher is better.
    low : bool array of shape (n_samples,)
        Rows below the cut.

    Attributes
    ----------
    noise : array of shape (n_classes, n_classes) or None
        Probability of each given label (column) for each true class (row).
    classes : array of shape (n_classes,) or None
        Their labels.
    """

    def __init__(self, estimator: Reportable, values: Floats, low: Mask) -> None:
        valuer: Any = valuer_of(estimator)
        own = says_of_each_row(estimator)
        self._values, self._low = values, low
        self._given = estimator._given
        self.noise: Floats | None = getattr(valuer, "label_noise_", None)
        self.classes = getattr(valuer, "classes_", None)
        self._posterior = getattr(valuer, "label_values_", None) if own else None
        if self.noise is None:
            self._posterior = None
        self._typicality = getattr(valuer, "typicality_", None) if own else None
        copies = getattr(getattr(valuer, "_trajectories", None), "first_copies", None)
        self._first: Index | None = copies if own else None

    def headers(self) -> list[str]:
        """Return the heads of what :meth:`of_label` says."""
        if self._posterior is None:
            return []
        return ["wrong, % (estimated)", "if wrong, mostly", "right rows lost, %"]

    def of_label(self, rows: Mask) -> list[object]:
        """Say of the rows of one label how many are wrong, what they are, and what a cut costs.

        Returns
        -------
        list
            The mean probability of being wrong, in percent; the class that most of the wrong rows
            are of; of the rows that are right the share below the cut, in percent.
        """
        assert self._posterior is not None
        assert self.classes is not None
        right = self._values[rows]
        of_class = self._posterior[rows].sum(axis=0)
        given = int(np.argmax(of_class))
        if self._given.labels is not None and self._given.labels.ndim == 1:
            # Shown labels may be other names of the classes: these are the labels of fit.
            label = self._given.labels[np.flatnonzero(rows)[0]]
            given = int(np.flatnonzero(self.classes == label)[0])
        wrong = 1.0 - float(right.mean())
        others = np.where(np.arange(len(of_class)) == given, -1.0, of_class)
        mostly = self.classes[int(np.argmax(others))] if 100.0 * wrong >= 0.1 else ""
        lost = float(right[self._low[rows]].sum() / max(right.sum(), 1e-300))
        return [_percent(wrong), mostly, _percent(lost)]

    def hints(self) -> list[str]:
        """Say which rows are copies of others, and which look like no others."""
        return [hint for hint in (self._copies(), self._outliers()) if hint]

    def _copies(self) -> str:
        if self._first is None:
            return ""
        is_copy = self._first != np.arange(len(self._first))
        n = int(is_copy.sum())
        if n == 0:
            return ""
        text = f"Copies: {_rows(n)} the same features as an earlier row"
        labels = self._given.labels
        if labels is not None:
            same = labels == labels[self._first]
            differ = is_copy & ~(same.all(axis=1) if same.ndim == 2 else same)
            text += f", {_count(int(differ.sum()))} of them with another label"
            if differ.any():
                text += f" ({self._named(np.flatnonzero(differ))})"
        return f"{text}. A hint, and no part of the values."

    def _outliers(self) -> str:
        if self._typicality is None:
            return ""
        odd = np.flatnonzero(self._typicality < LEAST_TYPICALITY)
        if not len(odd):
            return ""
        odd = odd[np.argsort(self._typicality[odd], kind="stable")]
        labels = "" if self._given.labels is None else " Their labels may be right."
        return (
            f"Outliers: {_rows(len(odd), 'look')} like hardly any other row "
            f"({self._named(odd)}).{labels} A hint, and no part of the values."
        )

    def _named(self, rows: Index) -> str:
        """Name some rows, in the words of the index."""
        index = self._given.index
        names = [str(row if index is None else index[row]) for row in rows[:_MOST_NAMED]]
        more = f" and {len(rows) - len(names):,} more" if len(rows) > len(names) else ""
        return ("row " if len(rows) == 1 else "rows ") + ", ".join(names) + more


def _rows(n: int, verb: str = "have") -> str:
    if n == 1:
        return f"1 row {'has' if verb == 'have' else verb + 's'}"
    return f"{n:,} rows {verb}"


def _count(n: int) -> str:
    return "none" if n == 0 else f"{n:,}"


def _percent(share: float) -> float:
    return float(f"{100.0 * share:.1f}")
