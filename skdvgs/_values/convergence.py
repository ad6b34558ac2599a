"""RankConvergence: when a trajectory, or a number of restarts, has told all the ranking needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from skdvgs._utils.types import Floats

# Checkpoints before the first look, and so many times more before each next one.
_BURN_IN = 8
_GROWTH = 1.25
# A trajectory may be that many times further from its end than the values shall be: they are means
# over several, whose ways differ.
_OF_ONE = 2.0
# A rank correlation of this many rows is as good as one of all of them.
_MOST_ROWS = 10_000


class RankConvergence:
    """Foretells how far the ranking by a trajectory is from that at its end.

    Values are means from the start on, so two of them close to each other always agree. But they
    move by about as much each time that a trajectory grows by a given factor. Disagreement grows
    as the square of a distance: with d between the values at s and at t checkpoints, that of t
    with the end at n is foretold as ``d · (log(n / t) / log(t / s))²``. Most move less.

    Correlations of ranks mean the same for every similarity and every data set.

    Parameters
    ----------
    tolerance : float
        One minus the rank correlation that the values shall have with those of whole trajectories.
    n_checkpoints : int
        Checkpoints of the whole trajectory.

    Attributes
    ----------
    converged : bool
        Whether the last look foretold that the ranking is near enough to that at the end.
    """

    def __init__(self, tolerance: float, n_checkpoints: int) -> None:
        self._tolerance = _OF_ONE * tolerance
        self._end = n_checkpoints
        self._next_look = _BURN_IN
        self._before: tuple[int, Floats] | None = None
        self.converged = False

    def update(self, n_checkpoints: int, values: Callable[[], Floats]) -> bool:
        """Look at the values after some checkpoints, if it is time for it.

        Parameters
        ----------
        n_checkpoints : int
            Checkpoints so far.
        values : callable
            Returns the values so far, always of the same rows.

        Returns
        -------
        bool
            Whether the ranking has settled.
        """
        if n_checkpoints < self._next_look:
            return False
        self._next_look = int(np.ceil(_GROWTH * n_checkpoints))
        before, self._before = self._before, (n_checkpoints, values().copy())
        if before is not None:
            moved = disagreement(before[1], self._before[1])
            left = np.log(max(self._end / n_checkpoints, 1.0)) / np.log(n_checkpoints / before[0])
            self.converged = bool(moved * left**2 < self._tolerance)
        return self.converged

    def progress(self) -> tuple[dict[str, Floats], dict[str, Any]]:
        """All that :meth:`restore` needs, as arrays and numbers."""
        arrays, last_look = {}, 0
        if self._before is not None:
            last_look, arrays["values_at_last_look"] = self._before
        metadata = {
            "last_look": last_look,
            "next_look": self._next_look,
            "converged": self.converged,
        }
        return arrays, metadata

    def restore(self, arrays: Mapping[str, Floats], metadata: Mapping[str, Any]) -> None:
        """Go on from what :meth:`progress` returned."""
        self._before = None
        if metadata["last_look"]:
            self._before = metadata["last_look"], arrays["values_at_last_look"]
        self._next_look, self.converged = metadata["next_look"], metadata["converged"]


def disagreement(first: Floats, second: Floats) -> float:
    """One minus Spearman's rank correlation, in [0, 2]; 0 where there is nothing to rank."""
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0 if len(first) < 2 or np.ptp(first) == np.ptp(second) == 0 else 1.0
    return float(1.0 - spearmanr(first, second).statistic)


def convergence_subset(n_rows: int) -> NDArray[np.intp]:
    """Rows enough to see whether a ranking has settled, spread evenly."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, _MOST_ROWS)).astype(np.intp))


def enough_restarts(values: Floats, standard_errors: Floats, tolerance: float) -> bool:
    """Whether more trajectories would leave the ranking about as it is."""
    return disagreement_with_long_run(values, standard_errors) < tolerance


def disagreement_with_long_run(values: Floats, standard_errors: Floats) -> float:
    """One minus the correlation of values with their long-run means that their errors imply.

    With errors of variance e² on means of variance s², the values have variance s² + e² and a
    correlation of sqrt(s² / (s² + e²)) with the means.
    """
    total, noise = float(np.var(values)), float(np.mean(standard_errors**2))
    if total == 0.0:
        return 0.0
    return 1.0 - float(np.sqrt(max(0.0, 1.0 - noise / total)))
