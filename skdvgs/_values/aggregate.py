"""From the answers of all trajectories to values, their errors, and what low rows look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skdvgs._values.convergence import enough_trajectories
from skdvgs._values.low_fraction.estimate import low_share
from skdvgs._values.means import mean_over_trajectories
from skdvgs._values.row_scores import Answer
from skdvgs._values.uncertainty import Uncertainty, uncertainty

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What a fit found out.

    Attributes
    ----------
    values : array of shape (n_samples,)
        Mean over the trajectories that valued a row.
    uncertainty : Uncertainty
        Of the values.
    label_values : array of shape (n_samples, n_classes) or None
        Under every label.
    trusted, trusted_other : arrays of shape (n_target,) and (n_target, n_others), or None
        Values of rows of the given target set by trajectories that had left them out, under
        their own and under other labels; NaN for rows that were never left out.
    """

    values: Floats
    uncertainty: Uncertainty
    label_values: Floats | None
    trusted: Floats | None
    trusted_other: Floats | None

    def low_fraction(self, labels: NDArray[np.intp], mirrored: bool) -> float:
        """Share of rows that are wrong, as far as all this tells.

        Parameters
        ----------
        labels : int array of shape (n_samples,)
            The label of each row as a number.
        mirrored : bool
            Whether the other one of two labels would turn the sign of a value.
        """
        return low_share(
            self.values,
            labels,
            label_values=self.label_values,
            null=self.trusted,
            null_other=self.trusted_other,
            mirrored=mirrored,
        )

    def settled(self, tol: float) -> bool:
        """Whether more trajectories would leave the ranking as it is."""
        return enough_trajectories(self.values, self.uncertainty.standard_errors, tol)


def combine(
    answers: Sequence[Answer],
    rows: list[NDArray[np.intp]],
    trusted_rows: list[NDArray[np.intp]],
    n_source: int,
) -> Outcome:
    """Average the scores of all trajectories, row by row."""
    means = [answer.values for answer in answers]
    values = mean_over_trajectories(means, rows, n_source)
    return Outcome(
        values=values,
        uncertainty=uncertainty(means, rows, values),
        label_values=_mean_of_all([a.label_values for a in answers], rows, n_source),
        trusted=_mean_of_all([a.trusted for a in answers], trusted_rows),
        trusted_other=_mean_of_all([a.trusted_other for a in answers], trusted_rows),
    )


def _mean_of_all(
    tables: list[Floats | None], rows: list[NDArray[np.intp]], n: int | None = None
) -> Floats | None:
    """Means over trajectories, or None where none has answered."""
    pairs = [(t, r) for t, r in zip(tables, rows, strict=True) if t is not None]
    if not pairs:
        return None
    if n is None:
        n = 1 + max(int(r.max()) for _, r in pairs)
    return mean_over_trajectories([t for t, _ in pairs], [r for _, r in pairs], n)
