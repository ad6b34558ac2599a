"""From the answers of all trajectories to values, their errors, and what low rows look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skdvgs._values.convergence import enough_restarts
from skdvgs._values.low_fraction.estimate import estimate_low_fraction
from skdvgs._values.means import mean_over_trajectories
from skdvgs._values.row_scores import RowScores
from skdvgs._values.uncertainty import Uncertainty, uncertainty

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AggregatedScores:
    """What a fit found out.

    Attributes
    ----------
    values : array of shape (n_samples,)
        Mean over the trajectories that valued a row.
    uncertainty : Uncertainty
        Of the values.
    label_values : array of shape (n_samples, n_classes) or None
        Under every label.
    held_out_target : array of shape (n_target,) or None
        Values of target rows by the trajectories that were not trained on them; NaN for rows
        that every trajectory was trained on.
    held_out_target_other_labels : array of shape (n_target, n_others) or None
        The same under other labels.
    """

    values: Floats
    uncertainty: Uncertainty
    label_values: Floats | None
    held_out_target: Floats | None
    held_out_target_other_labels: Floats | None

    def low_fraction(self, labels: NDArray[np.intp], mirrored: bool) -> float:
        """Share of rows that are wrong, as far as all this tells.

        Parameters
        ----------
        labels : int array of shape (n_samples,)
            The label of each row as a number.
        mirrored : bool
            Whether the other one of two labels would turn the sign of a value.
        """
        return estimate_low_fraction(
            self.values,
            labels,
            label_values=self.label_values,
            null=self.held_out_target,
            null_other=self.held_out_target_other_labels,
            mirrored=mirrored,
        )

    def has_converged(self, tol: float) -> bool:
        """Whether more trajectories would leave the ranking as it is."""
        return enough_restarts(self.values, self.uncertainty.standard_errors, tol)


def aggregate(
    answers: Sequence[RowScores],
    rows: list[NDArray[np.intp]],
    trusted_rows: list[NDArray[np.intp]],
    n_source: int,
) -> AggregatedScores:
    """Average the scores of all trajectories, row by row."""
    means = [answer.values for answer in answers]
    values = mean_over_trajectories(means, rows, n_source)
    return AggregatedScores(
        values=values,
        uncertainty=uncertainty(means, rows, values),
        label_values=_mean_of_all([a.label_values for a in answers], rows, n_source),
        held_out_target=_mean_of_all([a.held_out_target for a in answers], trusted_rows),
        held_out_target_other_labels=_mean_of_all(
            [a.held_out_target_other_labels for a in answers], trusted_rows
        ),
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
