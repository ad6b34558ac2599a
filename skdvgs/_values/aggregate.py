"""AggregatedScores: the means over all trajectories, and their errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skdvgs._utils.types import Floats, Index
from skdvgs._values.convergence import enough_restarts
from skdvgs._values.low_fraction.estimate import estimate_low_fraction
from skdvgs._values.means import mean_over_trajectories
from skdvgs._values.row_scores import RowScores
from skdvgs._values.uncertainty import Uncertainty, uncertainty


@dataclass(frozen=True)
class AggregatedScores:
    """What a fit found out.

    Attributes
    ----------
    values : array of shape (n_samples,)
        Mean over the trajectories that valued a row.
    uncertainty : Uncertainty
        Standard errors of the values, and their degrees of freedom.
    label_values : array of shape (n_samples, n_classes) or None
        Under every label.
    by_target : array of shape (n_samples, n_targets) or None
        For each of several target sets.
    """

    values: Floats
    uncertainty: Uncertainty
    label_values: Floats | None
    by_target: Floats | None = None

    def low_fraction(self, labels: NDArray[np.intp], mirrored: bool) -> float:
        """Share of rows that are wrong, as far as all this tells.

        Parameters
        ----------
        labels : int array of shape (n_samples,)
            Class number of each row's label.
        mirrored : bool
            Whether the other one of two labels would turn the sign of a value.
        """
        return estimate_low_fraction(
            self.values,
            labels,
            label_values=self.label_values,
            mirrored=mirrored,
        )

    def has_converged(self, tol: float) -> bool:
        """Whether more trajectories would leave the ranking as it is."""
        return enough_restarts(self.values, self.uncertainty.standard_errors, tol)


def aggregate(scores: Sequence[RowScores], rows: list[Index], n_source: int) -> AggregatedScores:
    """Average the scores of all trajectories, row by row.

    Parameters
    ----------
    scores : sequence of RowScores
        One for each trajectory.
    rows : list of int arrays
        Source row numbers that each trajectory scored.
    n_source : int
        Number of source rows.
    """
    means = [part.values for part in scores]
    values = mean_over_trajectories(means, rows, n_source)
    return AggregatedScores(
        values=values,
        uncertainty=uncertainty(means, rows, values),
        label_values=_mean_of_all([part.label_values for part in scores], rows, n_source),
        by_target=_mean_of_all([part.by_target for part in scores], rows, n_source),
    )


def _mean_of_all(tables: list[Floats | None], rows: list[Index], n: int) -> Floats | None:
    """Means over trajectories, or None where none has scores."""
    pairs = [(t, r) for t, r in zip(tables, rows, strict=True) if t is not None]
    if not pairs:
        return None
    return mean_over_trajectories([t for t, _ in pairs], [r for _, r in pairs], n)
