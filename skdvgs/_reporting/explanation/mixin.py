"""ExplainingMixin: the method by which a fitted valuer explains values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skdvgs._inputs.indices import check_same_rows, index_of
from skdvgs._reporting.explanation.explanation import Explanations
from skdvgs._reporting.explanation.grounds import Grounds
from skdvgs._reporting.explanation.making import explanations_of
from skdvgs._reporting.explanation.shown_rows import ShownRows, features_in
from skdvgs._reporting.fit_rows import FitRows
from skdvgs._utils.types import Floats, Index, Table
from skdvgs.exceptions import InvalidInputError


class ExplainingMixin:
    """The method `explain` of a valuer."""

    values_: Floats
    _given: FitRows
    _trajectories: Any

    def explain(
        self,
        rows: ArrayLike,
        n: int = 5,
        *,
        X: Table | None = None,
        X_val: Table | None = None,
    ) -> Explanations:
        """Explain the values of some rows: which rows and scorers speak for and against them.

        Each row is compared with the rows most similar to it: trusted rows, or without a target
        set other rows of X whose own label is more likely right than wrong. Rows of its group are
        left out.

        Parameters
        ----------
        rows : int, array-like of int, or array-like of bool of shape (n_samples,)
            Positions of the rows in the X of fit, or a mask.
        n : int, default=5
            How many rows to show that agree with a row, and how many that oppose it.
        X : array-like, frame or AnnData of shape (n_samples, n_columns), default=None
            Features to show, and to look for unusual entries in. Pass the X of fit, or the table
            from which it was made, with the same rows in the same order. None shows none, and
            looks for unusual entries among the numbers that fit was given.
        X_val : array-like, frame or AnnData of shape (n_target, n_columns), default=None
            Features of the target rows to show. The index of a pandas frame names them.

        Returns
        -------
        explanations : Explanations
            A sequence with one entry for each row, in the order of `rows`. Printed, it is one
            line for each. An entry has these attributes:

            - `reason`: a sentence;
            - `agreeing`, `opposing`: the most similar rows whose label agrees with the given one,
              and those whose label does not, each with `position`, `name`, `label` and
              `similarity`;
            - `nearest`: labels of the ten most similar rows;
            - `scorers`: for classes the log-odds that each scorer adds for the given label
              against the best other one (`other`); for numbers what each scorer predicts;
            - `unusual`: entries far from what their columns usually hold, the furthest first;
            - `position`, `name`, `value`, `label`, `suggested`.

            Its method `to_frame` returns rows and neighbours as a pandas DataFrame.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            A ``ValueError``. If the network is not the default one for labels and targets, if fit
            was given no features, if a row is not one of fit, or if X or X_val have other rows
            than in fit.

        Notes
        -----
        The similarity of two rows is the mean of the kernels of the kernel ridge scorers, with
        the weights that the pool gives these scorers. It is 1 for equal features and falls to 0.
        A linear layer on the features of these kernels has, before training, gradients of this
        cosine for rows of one label. For rows of different labels the cosine is negative, the
        more so the more similar they are.

        Labels agree if they are equal; targets if they differ by at most twice the usual error
        (1.48 times the median residual, on the scale of normal scores).

        Numbers are unusual if they are four robust standard deviations or more from the median
        and at most one row in 200 goes as far. A robust standard deviation is the distance from
        the 5% to the 95% quantile over 3.29. A category is unusual if at most one row in 1000
        has it, and categories have ten rows or more on average.

        Explaining m rows costs m times the number of reference rows, at most 50,000, times the
        number of features.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from skdvgs import DVGSValuer
        >>> X, y = load_iris(return_X_y=True)
        >>> y[:5] = 2  # five flowers get a wrong name
        >>> valuer = DVGSValuer(random_state=0).fit(X, y)
        >>> valuer.explain(0)[0].reason
        'Of the 10 most similar rows, 10 are 0 and 0 are 2; 5 of 5 scorers prefer 0 to 2.'
        """
        check_is_fitted(self, "values_")
        if n < 1:
            raise InvalidInputError(f"n={n} rows cannot be shown on each side. Pass 1 or more.")
        positions = _positions(rows, len(self.values_))
        fitted = getattr(self, "_trajectories", None)
        explain = getattr(fitted, "explain", None)
        if explain is None or getattr(self, "task_", None) == "reconstruction":
            raise InvalidInputError(
                "explain needs the default network for labels or targets. In a network of one's "
                "own, finding similar gradients would cost a pass over X for each row. Fit "
                "DVGSValuer() with net=None and labels, and explain its values."
            )
        if not getattr(fitted, "has_features", True):
            raise InvalidInputError(
                "explain needs features, but fit was given X=None and pred_probs alone. Rows are "
                "explained by others with similar features. Pass X to fit beside pred_probs."
            )
        given = self._given
        names = getattr(self, "feature_names_in_", None)
        check_same_rows(X, given.index)
        shown = None if X is None else ShownRows(X, names, len(self.values_))
        shown_val = None if X_val is None else ShownRows(X_val, names, given.n_target or 0, "X_val")
        grounds: Grounds = self._trajectories.explain(positions, n)
        looked_at = shown or self._rows_of_fit(grounds)
        references = grounds.references
        references = references.ravel() if references.shape[1:] == (1,) else references
        index = index_of(X_val) if grounds.trusted else given.index
        entries = explanations_of(
            grounds,
            values=self.values_,
            labels=references if given.labels is None else given.labels,
            reference_labels=references,
            names=lambda row: row if given.index is None else given.index[row],
            reference_names=lambda row: row if index is None else index[row],
            suggested=getattr(self, "suggested_labels_", None),
            classes=getattr(self, "classes_", None),
            unusual=[] if looked_at is None else looked_at.unusual(positions),
        )

        can_show = shown is not None and (shown_val is not None or not grounds.trusted)
        return Explanations(entries, features_in(shown, shown_val) if can_show else None)

    def _rows_of_fit(self, grounds: Grounds) -> ShownRows | None:
        """Rows as fit read them, where they are the numbers that were given."""
        table = getattr(self, "_table", None)
        if table is None or not table.keeps_numbers:
            return None
        return ShownRows(
            grounds.features, getattr(self, "feature_names_in_", None), len(self.values_)
        )


def _positions(rows: ArrayLike, n_samples: int) -> Index:
    """Positions of the rows that are asked for, none negative."""
    asked = np.atleast_1d(np.asarray(rows))
    if asked.dtype == bool and asked.shape == (n_samples,):
        return np.flatnonzero(asked)
    if asked.ndim != 1 or (asked.dtype.kind not in "iu" and asked.size):
        raise InvalidInputError(
            f"rows is of type {asked.dtype} and shape {asked.shape}. Rows are named by their "
            f"positions in X. Pass whole numbers from 0 to {n_samples - 1}, or a mask of all rows."
        )
    outside = (asked < -n_samples) | (asked >= n_samples)
    if outside.any():
        raise InvalidInputError(
            f"rows holds {asked[outside][0]}, but fit was given {n_samples} rows. Rows are named "
            f"by their positions in X. Pass whole numbers from 0 to {n_samples - 1}."
        )
    found: Index = np.where(asked < 0, asked + n_samples, asked).astype(np.intp)
    return found
